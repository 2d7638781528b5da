import { useEffect } from "react";
import { useSendMessageMutation } from "@/api/hooks/useChatApiHooks";
import { findLatestRun, POLL_MILLISECONDS } from "@/api/runs";
import type { Run } from "@/lib/database";
import { useServices } from "@/lib/services";
import { useUserId } from "@/stores/useAuthStore";
import { useLiveRun } from "@/stores/useLiveRunStore";
import { useOutgoingMessage } from "@/stores/useOutboxStore";
import { type QueuedMessage, useQueueStore } from "@/stores/useQueueStore";

/** Sends what waits in the user's chats, each when its chat has answered, whatever page is open. */
export default function QueueSender() {
  const userId = useUserId();
  const messages = useQueueStore((state) => state.messages);
  const waiting = messages.filter((message) => message.userId === userId && !message.isHeld);
  const firstOfChats = waiting.filter(
    ({ chatId }, place) => waiting.findIndex((message) => message.chatId === chatId) === place,
  );
  return firstOfChats.map((message) => <ChatQueueSender key={message.chatId} message={message} />);
}

function ChatQueueSender({ message }: { message: QueuedMessage }) {
  const { supabase } = useServices();
  const { mutate: send } = useSendMessageMutation();
  const { chatId } = message;
  const outgoing = useOutgoingMessage(chatId);
  const live = useLiveRun(chatId);
  const hasFailed = outgoing?.status === "failed";
  // As far as this tab knows. What others have begun, and what asks for consent, only the database knows.
  const isQuiet = outgoing === null && (live === null || live.end !== null);
  useEffect(() => {
    const { hold, remove } = useQueueStore.getState();
    if (hasFailed) hold(chatId);
    if (hasFailed || !isQuiet) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const look = async () => {
      // A network that is away is waited for.
      const run = await findLatestRun(supabase, chatId).catch(() => undefined);
      if (isOver) return;
      const next = run === undefined ? "wait" : after(run);
      if (next === "wait") timer = setTimeout(look, POLL_MILLISECONDS);
      if (next === "hold") hold(chatId);
      if (next !== "send") return;
      const { id, userId, agentName, text } = message;
      remove(id);
      send({ userId, chatId, agentName, text, messageId: id, isNewChat: false });
    };
    void look();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [hasFailed, isQuiet, chatId, message, supabase, send]);
  return null;
}

function after(run: Run | null): "send" | "wait" | "hold" {
  if (run === null) return "send";
  if (run.status === "running" || run.status === "waiting") return "wait";
  return run.status === "failed" ? "hold" : "send";
}

import { useCallback, useEffect, useRef } from "react";
import { agentTitle } from "@/api/hooks/useAgents";
import { useMessages } from "@/api/hooks/useChatApiHooks";
import { useSessionInstance } from "@/api/hooks/useSessionInstance";
import type { Agent } from "@/lib/database";
import { texts } from "@/lib/texts";
import { useUserId } from "@/stores/useAuthStore";
import { draftKey } from "@/stores/useDraftStore";
import { ChatStart } from "./ChatStart";
import { Composer } from "./Composer";
import { JumpToLatest } from "./JumpToLatest";
import { OfflineNote } from "./OfflineNote";
import { Thread, UserMessage } from "./Thread";
import { ThreadTop } from "./ThreadTop";
import { TurnAnnouncement, TurnStatus } from "./TurnStatus";
import { useChatActions } from "./useChatActions";
import { useThreadScroll } from "./useThreadScroll";
import { useTurn } from "./useTurn";

interface ChatPanelProps {
  chatId: string;
  agent: Pick<Agent, "agent_name" | "display_name" | "description">;
  /** The chat is not in the database yet: its first message makes it. */
  isNewChat: boolean;
}

/** One chat: its thread, and the field to go on with it. */
export function ChatPanel({ chatId, agent, isNewChat }: ChatPanelProps) {
  const userId = useUserId();
  const { agent_name: agentName } = agent;
  const title = agentTitle(agent);
  const key = draftKey(userId, isNewChat ? null : chatId, agentName);
  const field = useRef<HTMLTextAreaElement>(null);
  const messages = useMessages(chatId, { enabled: !isNewChat });
  const turn = useTurn(chatId, messages.entries, { enabled: !isNewChat });
  const actions = useChatActions({ chat: { userId, chatId, agentName, isNewChat }, draftKey: key, field });
  const scroll = useThreadScroll({
    firstId: messages.entries[0]?.id ?? null,
    lastId: `${turn.unstored?.messageId ?? messages.entries.at(-1)?.id} ${turn.state.kind}`,
    onNearTop: useLoadEarlier(messages),
  });
  useSessionInstance(userId, isNewChat ? null : chatId, agentName);
  useEffect(() => {
    // A field that opens the keyboard of a touch screen by itself would hide half the chat.
    if (window.matchMedia("(hover: hover)").matches) field.current?.focus();
  }, []);

  const { message } = turn;
  const isEmpty = messages.entries.length === 0 && !turn.unstored;
  const send = (text: string) => {
    actions.send(text);
    scroll.scrollToEnd();
  };
  return (
    <section aria-label={texts.chat.thread} className="relative flex min-h-0 flex-1 flex-col">
      <div
        ref={scroll.ref}
        onScroll={scroll.onScroll}
        className="flex-1 overflow-y-auto overscroll-contain [overflow-anchor:none]"
      >
        <div className="relative mx-auto flex min-h-full w-full max-w-3xl flex-col gap-2 px-4 pt-6 pb-6 sm:px-6">
          <ThreadTop messages={messages} />
          {isEmpty && (isNewChat || messages.isSuccess) && (
            <ChatStart
              agentName={agentName}
              agentTitle={title}
              description={agent.description}
              onChoose={send}
            />
          )}
          <Thread entries={messages.entries} agentTitle={title} onEdit={actions.edit} />
          {turn.unstored && <UserMessage text={turn.unstored.text} onEdit={actions.edit} />}
          <TurnStatus
            turn={turn.state}
            onRetry={() => message && actions.sendAgain(message)}
            onEdit={() => message && actions.takeBack(message)}
          />
        </div>
      </div>
      <TurnAnnouncement turn={turn.state} hasAnswer={actions.hasAnswer} />
      <div className="mx-auto w-full max-w-3xl px-3 pt-1 pb-[max(0.75rem,env(safe-area-inset-bottom))] sm:px-6 sm:pb-5">
        {!scroll.isAtEnd && <JumpToLatest hasUnread={scroll.hasUnread} onJump={scroll.scrollToEnd} />}
        <OfflineNote />
        <Composer
          fieldRef={field}
          draftKey={key}
          agentTitle={title}
          isBusy={turn.state.kind === "thinking" || turn.state.kind === "waiting"}
          onSend={send}
        />
      </div>
    </section>
  );
}

/** Reads the page above, unless it is being read, cannot be, or there is none. */
function useLoadEarlier(messages: ReturnType<typeof useMessages>): () => void {
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = messages;
  return useCallback(() => {
    if (hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);
}

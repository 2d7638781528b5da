import { lazy, Suspense, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { agentTitle } from "@/api/hooks/useAgents";
import { useActions } from "@/api/hooks/useApprovalHooks";
import { useMessages } from "@/api/hooks/useChatApiHooks";
import { useFeedback } from "@/api/hooks/useFeedback";
import { useSessionInstance } from "@/api/hooks/useSessionInstance";
import type { Agent } from "@/lib/database";
import { texts } from "@/lib/texts";
import { useUserId } from "@/stores/useAuthStore";
import { draftKey, useDraftStore } from "@/stores/useDraftStore";
import { useQueueStore } from "@/stores/useQueueStore";
import { ChatStart } from "./ChatStart";
import { Composer } from "./Composer";
import { JumpToLatest } from "./JumpToLatest";
import { OfflineNote } from "./OfflineNote";
import { PastThread, Thread } from "./Thread";
import { ThreadTop } from "./ThreadTop";
import { TurnAnnouncement, TurnStatus } from "./TurnStatus";
import { useChatActions } from "./useChatActions";
import { useLinkedMessage } from "./useLinkedMessage";
import { useSendWhenOnline } from "./useSendWhenOnline";
import { useShortcut } from "./useShortcut";
import { useThreadScroll } from "./useThreadScroll";
import { useTurn } from "./useTurn";
import { useUnreadLine } from "./useUnreadLine";

const QueuedMessages = lazy(() => import("./QueuedMessages"));

interface ChatPanelProps {
  chatId: string;
  agent: Pick<Agent, "agent_name" | "display_name" | "description">;
  /** The chat is not in the database yet: its first message makes it. */
  isNewChat: boolean;
  /** Whoever comes here came to write. */
  takesFocus?: boolean;
  /** Leads to a chat that goes on from a message of this one; left out, to its page. */
  onGoOn?: (chatId: string) => void;
}

/** One chat: its thread, and the field to go on with it. */
export function ChatPanel({ chatId, agent, isNewChat, takesFocus = true, onGoOn }: ChatPanelProps) {
  const userId = useUserId();
  const { agent_name: agentName } = agent;
  const title = agentTitle(agent);
  const key = draftKey(userId, isNewChat ? null : chatId, agentName);
  useMovingDraft(key);
  const field = useRef<HTMLTextAreaElement>(null);
  const isStored = { enabled: !isNewChat };
  // What moves from one part of the thread to another is another element: the caret would be gone.
  const [editors, setEditors] = useState(0);
  const messages = useMessages(chatId, isStored);
  const turn = useTurn(chatId, messages.entries, { ...isStored, isHeld: editors > 0 });
  const { before, current, message, runId, state } = turn;
  const isWorking = state.kind === "working";
  const last = current.at(-1);
  const hasOpenCalls =
    !isWorking && current.some((entry) => entry.kind === "tool" && entry.status === "open");
  const asked = useActions(chatId, { enabled: !isNewChat && hasOpenCalls });
  const { ratings, rate } = useFeedback(chatId, isStored);
  const actions = useChatActions({ chat: { userId, chatId, agentName, isNewChat }, draftKey: key, field });
  const place = useMemo(
    () => ({
      userId,
      chatId,
      agentName,
      onGoOn,
      onEdit: (change: 1 | -1) => setEditors((count) => count + change),
    }),
    [userId, chatId, agentName, onGoOn],
  );
  useSendWhenOnline(turn, actions.sendAgain);
  const scroll = useThreadScroll({
    firstId: (before[0] ?? current[0])?.id ?? null,
    lastId: `${last?.id} ${state.kind}`,
    pastId: before.at(-1)?.id ?? null,
    onNearTop: useLoadEarlier(messages),
  });
  const { unreadId, forget } = useUnreadLine({
    chatId,
    before,
    current,
    isLoaded: messages.isSuccess,
    showStart: scroll.showStart,
  });
  useEffect(() => {
    // A field that opens the keyboard of a touch screen by itself would hide half the chat.
    if (takesFocus && window.matchMedia("(hover: hover)").matches) field.current?.focus();
  }, [takesFocus]);
  useLinkedMessage({ chatId, messages, showBlock: scroll.showBlock });
  const queued = useQueued(userId, chatId);
  useSessionInstance(userId, isNewChat ? null : chatId, agentName);

  const isBusy = isWorking || state.kind === "waiting";
  const send = (text: string) => {
    // Behind what waits already, so that they come in the order in which they were written.
    const isBehind = isBusy || state.kind === "offline" || queued.some(({ isHeld }) => !isHeld);
    if (isBehind) actions.queue(text);
    else actions.send(text);
    forget();
    scroll.scrollToEnd();
  };
  const isStoppable = runId !== null && (state.kind === "waiting" || (isWorking && !state.isStopping));
  const stop = isStoppable ? () => actions.stop(runId) : null;
  useShortcut("Escape", stop);
  const question = current.findLast((entry) => entry.kind === "user");
  const askAgain = question && state.kind === "idle" ? () => send(question.text) : null;
  const shared = { agentTitle: title, place, ratings, onRate: rate, unreadId };
  return (
    <section aria-label={texts.chat.thread} className="relative flex min-h-0 flex-1 flex-col">
      <div ref={scroll.ref} onScroll={scroll.onScroll} className="flex-1 overflow-y-auto overscroll-contain">
        <div
          ref={scroll.contentRef}
          className="relative mx-auto flex min-h-full w-full max-w-3xl flex-col gap-2 px-4 pt-6 pb-6 sm:px-6"
        >
          <h2 className="sr-only">{texts.chat.thread}</h2>
          <ThreadTop messages={messages} />
          {current.length === 0 && (isNewChat || messages.isSuccess) && (
            <ChatStart
              agentName={agentName}
              agentTitle={title}
              description={agent.description}
              onChoose={send}
            />
          )}
          <PastThread {...shared} entries={before} />
          <Thread
            {...shared}
            entries={current}
            writingId={isWorking && last?.kind === "agent" && last.at === "" ? last.id : null}
            actions={asked.data}
            isAsking={state.kind === "asking"}
            onAskAgain={askAgain}
          />
          <TurnStatus
            turn={state}
            onRetry={() => message && actions.sendAgain(message)}
            onEdit={() => message && actions.takeBack(message)}
          />
          {queued.length > 0 && (
            <Suspense fallback={null}>
              <QueuedMessages messages={queued} canSend={!isBusy} onSend={send} onEdit={actions.edit} />
            </Suspense>
          )}
        </div>
      </div>
      <TurnAnnouncement turn={state} hasAnswer={actions.hasAnswer} />
      <div className="mx-auto w-full max-w-3xl px-3 pt-1 pb-[max(0.75rem,env(safe-area-inset-bottom))] sm:px-6 sm:pb-5">
        {!scroll.isAtEnd && <JumpToLatest hasUnread={scroll.hasUnread} onJump={scroll.scrollToEnd} />}
        <OfflineNote />
        <Composer
          fieldRef={field}
          draftKey={key}
          agentTitle={title}
          isBusy={isBusy}
          onStop={stop}
          onSend={send}
        />
      </div>
    </section>
  );
}

/** Once the chat is in the database it has a draft of its own: with what was typed until then. */
function useMovingDraft(key: string): void {
  const before = useRef(key);
  useLayoutEffect(() => {
    if (before.current !== key) useDraftStore.getState().moveDraft(before.current, key);
    before.current = key;
  }, [key]);
}

/** What waits to be sent in this chat. */
function useQueued(userId: string, chatId: string) {
  const messages = useQueueStore((state) => state.messages);
  return useMemo(
    () => messages.filter((message) => message.userId === userId && message.chatId === chatId),
    [messages, userId, chatId],
  );
}

/** Reads the page above, unless it is being read, cannot be, or there is none. */
function useLoadEarlier(messages: ReturnType<typeof useMessages>): () => void {
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = messages;
  return useCallback(() => {
    if (hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);
}

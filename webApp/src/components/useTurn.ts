import { problemOfRun } from "@/api/deliver";
import { useLatestRun } from "@/api/hooks/useChatApiHooks";
import type { Entry } from "@/lib/messages";
import { type OutgoingMessage, useOutgoingMessage } from "@/stores/useOutboxStore";
import type { TurnState } from "./TurnStatus";

interface Turn {
  state: TurnState;
  /** The message that the turn is about, if it may be sent again. */
  message: { messageId: string; text: string } | null;
  /** On its way, or refused before it was stored: not among the entries. */
  unstored: OutgoingMessage | null;
}

/** What the chat is doing with its last message: by the outbox for one sent here, else by the chat's latest run. */
export function useTurn(chatId: string, entries: readonly Entry[], options: { enabled: boolean }): Turn {
  const outgoing = useOutgoingMessage(chatId);
  const { data: run } = useLatestRun(chatId, options);
  const question = entries.findLast((entry) => entry.kind === "user");
  const isAnswered = question !== undefined && entries.at(-1)?.kind === "agent";
  const isStored = entries.some((entry) => entry.id === outgoing?.messageId);
  // It failed here, for example by a reload, but the chat went on: with its answer, or with another message.
  const hasMovedOn =
    isStored && (isAnswered || question?.id !== outgoing?.messageId || run?.status === "running");

  if (outgoing && !(outgoing.status === "failed" && hasMovedOn)) {
    return { state: outgoingState(outgoing), message: outgoing, unstored: isStored ? null : outgoing };
  }
  if (run?.status === "running") return { state: { kind: "thinking" }, message: null, unstored: null };
  const hasFailed = run?.status === "failed" || run?.status === "cancelled" || run?.status === "interrupted";
  if (run && hasFailed && question && run.user_message_uuid === question.id) {
    const message = { messageId: question.id, text: question.text };
    return { state: { kind: "failed", problem: problemOfRun(run.error, run.id) }, message, unstored: null };
  }
  return { state: { kind: "idle" }, message: null, unstored: null };
}

function outgoingState({ status, problem }: OutgoingMessage): TurnState {
  if (status === "failed" && problem) return { kind: "failed", problem };
  return { kind: status === "waiting" ? "waiting" : "thinking" };
}

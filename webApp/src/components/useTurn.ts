import { useMemo, useState } from "react";
import { problemOfRun } from "@/api/deliver";
import { useLatestRun } from "@/api/hooks/useChatApiHooks";
import type { Run } from "@/lib/database";
import { type LiveRun, withLiveRun } from "@/lib/liveRun";
import type { Entry, UserEntry } from "@/lib/messages";
import { useLiveRun } from "@/stores/useLiveRunStore";
import { type OutgoingMessage, useOutgoingMessage } from "@/stores/useOutboxStore";
import type { TurnState } from "./TurnStatus";
import { useIsOnline } from "./useIsOnline";

export interface Turn {
  state: TurnState;
  /** The message that the turn is about, if it may be sent again. */
  message: { messageId: string; text: string } | null;
  /** The run that can be stopped. */
  runId: string | null;
  /** What was said before the last question that is stored, or was when it was held: the same while an answer is written. */
  before: readonly Entry[];
  /** From that question on, with what is only on its way yet. */
  current: readonly Entry[];
}

/** What the chat is doing with its last message: by what this tab follows or sends, else by the chat's latest run. */
export function useTurn(
  chatId: string,
  stored: readonly Entry[],
  { isHeld, ...options }: { enabled: boolean; isHeld: boolean },
): Turn {
  const outgoing = useOutgoingMessage(chatId);
  const live = useLiveRun(chatId);
  const isOnline = useIsOnline();
  const run = useLatestRun(chatId, options).data ?? null;
  const question = stored.findLast((entry) => entry.kind === "user");
  const isStored = stored.some((entry) => entry.id === outgoing?.messageId);
  const isPast = outgoing !== null && isStored && hasMovedOn(outgoing, stored, question, run);
  const mine = isPast && outgoing.status === "failed" ? null : outgoing;

  const unstored = mine && !isStored ? mine : null;
  const [splitId, setSplitId] = useState(question?.id);
  if (!isHeld && splitId !== question?.id) setSplitId(question?.id);
  const split = Math.max(
    0,
    stored.findLastIndex(({ id }) => id === splitId),
  );
  const before = useMemo(() => stored.slice(0, split), [stored, split]);
  const current = useMemo(() => {
    const rest = stored.slice(split);
    return withLiveRun(unstored ? [...rest, userEntry(unstored)] : rest, live);
  }, [stored, split, unstored, live]);
  return { ...stateOf({ outgoing: mine, live, run, question, isOnline }), before, current };
}

/** It failed here, for example by a reload, but the chat went on: with its answer, or with another message. */
function hasMovedOn(
  outgoing: OutgoingMessage,
  stored: readonly Entry[],
  question: UserEntry | undefined,
  run: Run | null,
): boolean {
  const isAnswered = stored.at(-1)?.kind === "agent";
  const isTold = run?.user_message_uuid === outgoing.messageId && run.status !== "completed";
  return isAnswered || isTold || question?.id !== outgoing.messageId;
}

function stateOf(known: {
  outgoing: OutgoingMessage | null;
  live: LiveRun | null;
  run: Run | null;
  question: UserEntry | undefined;
  isOnline: boolean;
}): Pick<Turn, "state" | "message" | "runId"> {
  const { outgoing, live, run, question, isOnline } = known;
  if (outgoing?.status === "failed" && outgoing.problem) {
    const { problem } = outgoing;
    const isHeld = problem.code === "network" && !isOnline;
    return {
      state: isHeld ? { kind: "offline" } : { kind: "failed", problem },
      message: outgoing,
      runId: null,
    };
  }
  if (outgoing?.status === "waiting") {
    return { state: { kind: "waiting" }, message: null, runId: live?.runId ?? run?.id ?? null };
  }
  if (live && (!live.end || outgoing)) {
    return { state: workingState(live), message: null, runId: live.end ? null : live.runId };
  }
  if (outgoing) return { state: { kind: "working", doing: "thinking" }, message: null, runId: null };
  if (run?.status === "running") {
    return { state: { kind: "working", doing: "thinking" }, message: null, runId: run.id };
  }
  if (run?.status === "waiting") return { state: { kind: "asking" }, message: null, runId: run.id };
  if (run && run.status !== "completed" && question && run.user_message_uuid === question.id) {
    const message = { messageId: question.id, text: question.text };
    return { state: endedState(run), message, runId: null };
  }
  return { state: { kind: "idle" }, message: null, runId: null };
}

function workingState(live: LiveRun): TurnState {
  const tools = live.entries.flatMap((entry) =>
    entry.kind === "tool" && entry.status === "running" ? entry.name : [],
  );
  const { doing, isConnected, isStopping } = live;
  return { kind: "working", doing, tools, isConnected, isStopping };
}

function endedState(run: Run): TurnState {
  const problem = problemOfRun(run.error, run.id);
  const wasStopped = run.status === "cancelled" && (!run.error || problem.code === "turn_cancelled");
  return wasStopped ? { kind: "stopped" } : { kind: "failed", problem };
}

function userEntry({ messageId, text }: OutgoingMessage): UserEntry {
  return { kind: "user", id: messageId, text, at: "" };
}

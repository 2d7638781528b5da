// Opening the stream of a run, whatever stands in its way: a chat that is busy, an answer that is lost.

import { asProblem, Problem } from "@/lib/problem";
import type { Services } from "@/lib/services";
import { texts } from "@/lib/texts";
import { answerMessage, comeBack, type DecisionRun, goOnAfter, type MessageRun } from "@/lib/transport";
import { POLL_MILLISECONDS, waitUntilIdle } from "./runs";

interface Progress {
  /** The chat is answering another message; this one waits for its turn. */
  onWaiting: () => void;
  /** It is this one's turn again. */
  onSending: () => void;
}

/** The stream of the run that answers the message. Throws a Problem; the same message may be sent again then. */
export async function deliver(
  services: Services,
  run: MessageRun,
  progress: Progress,
  pollMilliseconds = POLL_MILLISECONDS,
): Promise<Response> {
  for (;;) {
    try {
      return await answerMessage(services, run);
    } catch (error) {
      run.signal.throwIfAborted();
      const problem = asProblem(error);
      if (problem.code !== "chat_busy") return await findAnyhow(services, run, problem);
      progress.onWaiting();
      await waitUntilIdle(services.supabase, run.chatId, pollMilliseconds);
      progress.onSending();
    }
  }
}

/** The stream of the run that goes on after the decision. Throws a Problem. */
export async function decide(services: Services, run: DecisionRun): Promise<Response> {
  try {
    return await goOnAfter(services, run);
  } catch (error) {
    run.signal.throwIfAborted();
    return await findAnyhow(services, run, asProblem(error));
  }
}

/**
 * The run, when it was only its answer that was lost: the connection broke, or something between here and the server
 * gave up. Throws `problem` when there is none: its id is our own, so there can be no doubt.
 */
async function findAnyhow(
  services: Services,
  { runId, signal }: Pick<MessageRun, "runId" | "signal">,
  problem: Problem,
): Promise<Response> {
  const mayHaveBegun =
    problem.code === "network" || (problem.code === "unreadable_answer" && problem.status >= 500);
  if (!mayHaveBegun) throw problem;
  return await comeBack(services, runId, 0, signal).catch(() => {
    throw problem;
  });
}

/** Why a run failed, as it is stored: `{"code", "message"}`. */
export function problemOfRun(error: unknown, runId: string): Problem {
  const { code, message } = (error ?? {}) as { code?: string; message?: string };
  return new Problem({
    code: code ?? "turn_interrupted",
    title: texts.problems.interrupted.title,
    detail: message ?? texts.problems.interrupted.detail,
    runId,
  });
}

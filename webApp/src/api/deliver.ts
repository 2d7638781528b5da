// Sending a message until its answer is stored, or it is certain that it is not.
import { asProblem, Problem } from "@/lib/problem";
import type { Services } from "@/lib/services";
import { texts } from "@/lib/texts";
import { sendTurn, type Turn } from "@/lib/transport";
import { findRunOfMessage, POLL_MILLISECONDS, waitUntilIdle } from "./runs";

interface Progress {
  /** The chat is answering another message; this one waits for its turn. */
  onWaiting: () => void;
  /** It is this one's turn again. */
  onSending: () => void;
}

/** Resolves when the answer is in the chat. Throws a Problem; the same turn may be delivered again then. */
export async function deliver(
  services: Services,
  turn: Turn,
  progress: Progress,
  pollMilliseconds = POLL_MILLISECONDS,
): Promise<void> {
  for (;;) {
    try {
      return await sendTurn(services, turn);
    } catch (error) {
      const problem = asProblem(error);
      if (problem.code === "chat_busy") {
        progress.onWaiting();
        await waitUntilIdle(services.supabase, turn.chatId, pollMilliseconds);
        progress.onSending();
      } else if (problem.code === "message_already_sent" || mayHaveArrived(problem)) {
        return await awaitAnswer(services, turn, problem, pollMilliseconds);
      } else {
        throw problem;
      }
    }
  }
}

/** The connection broke, or something between here and the server gave up: the turn may be running all the same. */
function mayHaveArrived(problem: Problem): boolean {
  return problem.code === "network" || (problem.code === "unreadable_answer" && problem.status >= 500);
}

/** Waits for the turn that answers the message; throws `problem` when there is none, or how that turn failed. */
async function awaitAnswer(
  { supabase }: Services,
  turn: Turn,
  problem: Problem,
  pollMilliseconds: number,
): Promise<void> {
  const opened = await findRunOfMessage(supabase, turn.chatId, turn.messageId).catch(() => null);
  if (!opened) throw problem;
  await waitUntilIdle(supabase, turn.chatId, pollMilliseconds);
  const run = await findRunOfMessage(supabase, turn.chatId, turn.messageId);
  if (run && run.status !== "completed") throw problemOfRun(run.error, run.id);
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

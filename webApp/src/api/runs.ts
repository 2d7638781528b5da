// Runs: whether a chat is answering, and how its last turn ended.
import type { Run } from "@/lib/database";
import { unwrap } from "@/lib/problem";
import type { Supabase } from "@/lib/supabase";

const COLUMNS = "id, status, error, user_message_uuid, started_at";

// An answer takes seconds; asking twice a second would gain nothing.
export const POLL_MILLISECONDS = 1500;

// A tunnel or a lid closed for a moment is no reason to give up; this is about 15 seconds of failures in a row.
const MAX_FAILURES = 10;

export async function findLatestRun(supabase: Supabase, chatId: string): Promise<Run | null> {
  const query = supabase.from("chat_runs").select(COLUMNS).eq("chat_id", chatId);
  return unwrap(await query.order("started_at", { ascending: false }).limit(1).maybeSingle());
}

/** The latest turn that answers a message; null when none was ever opened, so the message may be sent again. */
export async function findRunOfMessage(
  supabase: Supabase,
  chatId: string,
  messageId: string,
): Promise<Run | null> {
  const query = supabase.from("chat_runs").select(COLUMNS).eq("chat_id", chatId);
  const answer = query.eq("user_message_uuid", messageId).order("started_at", { ascending: false });
  return unwrap(await answer.limit(1).maybeSingle());
}

/** Resolves when no turn of the chat is running. Throws a Problem when that cannot be found out for too long. */
export async function waitUntilIdle(
  supabase: Supabase,
  chatId: string,
  pollMilliseconds = POLL_MILLISECONDS,
): Promise<void> {
  for (let failures = 0; ; ) {
    try {
      const run = await findLatestRun(supabase, chatId);
      if (run?.status !== "running") return;
      failures = 0;
    } catch (error) {
      failures += 1;
      if (failures >= MAX_FAILURES) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pollMilliseconds));
  }
}

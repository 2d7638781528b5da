// What changed in a table since it was last looked at. Postgres tells nobody, so it is asked, and the question is small.
import { unwrap } from "@/lib/problem";
import type { Supabase } from "@/lib/supabase";

export type FeedTable = "tasks" | "notes";

/** When one of these differs from what it was, something changed. */
export interface Pulse {
  /** The time of the latest change; null for an empty table. */
  newest: string | null;
  count: number;
}

export interface RunSpan {
  agent_name: string;
  started_at: string;
  /** Null while it runs. */
  finished_at: string | null;
}

// More than this at once is no change but another list.
export const MAX_CHANGES = 200;

export async function readPulse(supabase: Supabase, table: FeedTable): Promise<Pulse> {
  const query = supabase.from(table as "tasks").select("updated_at", { count: "exact" });
  const answer = await query.order("updated_at", { ascending: false }).limit(1);
  const [newest] = unwrap(answer);
  return { newest: newest?.updated_at ?? null, count: answer.count ?? 0 };
}

/** The runs of agents that were under way at some time between the two. */
export async function readRunsDuring(supabase: Supabase, from: string, to: string): Promise<RunSpan[]> {
  const query = supabase
    .from("chat_runs")
    .select("agent_name, started_at, finished_at")
    .lte("started_at", to)
    .or(`finished_at.is.null,finished_at.gte."${from}"`);
  return unwrap(await query.order("started_at", { ascending: false }).limit(100));
}

// Tool calls that ask for consent, as the database keeps them.
import type { Action } from "@/lib/database";
import { unwrap } from "@/lib/problem";
import type { Supabase } from "@/lib/supabase";

const COLUMNS =
  "id, chat_id, agent_name, tool_name, tool_call_id, arguments, summary, preview, status, decision_reason, expires_at";

// A turn asks about a few calls at a time; those of earlier turns are answered by now.
const LATEST = 50;

/** The calls that a chat has asked about lately, whatever became of them; the latest first. */
export async function listActions(supabase: Supabase, chatId: string): Promise<Action[]> {
  const query = supabase.from("pending_actions").select(COLUMNS).eq("chat_id", chatId);
  return unwrap(await query.order("created_at", { ascending: false }).limit(LATEST));
}

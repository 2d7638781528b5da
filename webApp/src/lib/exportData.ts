// Everything of the user's in one value, read page by page: PostgREST gives no more than so many rows at once.
import { unwrap } from "./problem";
import type { Supabase } from "./supabase";

export const ROWS_PER_PAGE = 500;

// What is only how it works (sessions, secrets' ciphertexts) is left out. By a unique order, so that no row is skipped.
const TABLES = {
  profiles: { columns: "*", order: ["id"] },
  tasks: { columns: "*", order: ["id"] },
  notes: { columns: "*", order: ["id"] },
  chats: { columns: "*", order: ["id"] },
  chat_message_history: {
    columns: "id, session_id, message, message_uuid, run_id, created_at",
    order: ["id"],
  },
  agent_long_term_memory: {
    columns: "id, agent_name, content, kind, metadata, created_at, updated_at",
    order: ["id"],
  },
  user_agent_prompt_customizations: { columns: "*", order: ["id"] },
  user_tool_preferences: { columns: "*", order: ["id"] },
  tool_consents: { columns: "*", order: ["tool_id", "tool_name"] },
  pending_actions: { columns: "*", order: ["id"] },
  user_usage: { columns: "*", order: ["day", "agent_name"] },
} as const;

type TableName = keyof typeof TABLES;

export type Export = Record<TableName, unknown[]>;

/** Tells `onProgress` how many rows there are so far. Throws a Problem: half an export would pass for a whole one. */
export async function exportData(supabase: Supabase, onProgress: (rows: number) => void): Promise<Export> {
  const tables: Partial<Export> = {};
  let count = 0;
  for (const name of Object.keys(TABLES) as TableName[]) {
    const rows: unknown[] = [];
    for (;;) {
      const page = await readPage(supabase, name, rows.length);
      rows.push(...page);
      count += page.length;
      onProgress(count);
      if (page.length < ROWS_PER_PAGE) break;
    }
    tables[name] = rows;
  }
  return tables as Export;
}

async function readPage(supabase: Supabase, name: TableName, from: number): Promise<unknown[]> {
  const { columns, order } = TABLES[name];
  let query = supabase.from(name).select(columns);
  for (const column of order) query = query.order(column as never);
  return unwrap(await query.range(from, from + ROWS_PER_PAGE - 1)) as unknown[];
}

// Everything of the user's in one value, read page by page: PostgREST gives no more than so many rows at once.
import { copyOf } from "@/api/agentCopies";
import { readAgent } from "@/api/agents";
import { type AgentFile, agentFile } from "./agentFile";
import type { Database } from "./database.gen";
import { unwrap } from "./problem";
import type { Services } from "./services";

export const ROWS_PER_PAGE = 500;

type Tables = Database["public"]["Tables"];

// Is only how it works, or nobody's own; agents are read as a whole, with their tools.
type LeftOut =
  | "admins"
  | "agent_config_history"
  | "agent_configurations"
  | "agent_tools"
  | "chat_runs"
  | "chat_sessions"
  | "model_prices"
  | "user_credentials";
type TableName = Exclude<keyof Tables, LeftOut>;

// By a unique order, so that no row is skipped.
const TABLES: Record<TableName, { columns: string; order: readonly string[] }> = {
  profiles: { columns: "*", order: ["id"] },
  tasks: { columns: "*", order: ["id"] },
  notes: { columns: "*", order: ["id"] },
  chats: { columns: "*", order: ["id"] },
  chat_message_history: {
    columns: "id, session_id, message, message_uuid, run_id, created_at",
    order: ["id"],
  },
  chat_summaries: { columns: "*", order: ["id"] },
  message_feedback: { columns: "*", order: ["chat_id", "message_uuid"] },
  agent_long_term_memory: {
    columns: "id, agent_name, content, kind, metadata, is_untrusted, created_at, updated_at",
    order: ["id"],
  },
  user_agent_prompt_customizations: { columns: "*", order: ["id"] },
  user_tool_preferences: { columns: "*", order: ["id"] },
  tool_consents: { columns: "*", order: ["tool_id", "tool_name"] },
  pending_actions: { columns: "*", order: ["id"] },
  action_decisions: { columns: "*", order: ["id"] },
  user_usage: { columns: "*", order: ["day", "agent_name"] },
};

export interface Export extends Record<TableName, unknown[]> {
  /** Each as a file of `clarity agents`: in JSON, which is read as well. */
  agents: AgentFile[];
}

interface Owner {
  id: string;
  email: string | null;
}

/** Tells `onProgress` how many rows there are so far. Throws a Problem: half an export would pass for a whole one. */
export async function exportData(
  services: Services,
  owner: Owner,
  onProgress: (rows: number) => void,
): Promise<Export> {
  let count = 0;
  const told = <Row>(rows: Row[]) => {
    count += rows.length;
    onProgress(count);
    return rows;
  };
  const tables: Partial<Export> = {};
  for (const name of Object.keys(TABLES) as TableName[]) {
    const { columns, order } = TABLES[name];
    tables[name] = await everyPage(async (from, to) => {
      let query = services.supabase.from(name).select(columns);
      for (const column of order) query = query.order(column as never);
      return told(unwrap(await query.range(from, to)) as unknown[]);
    });
  }
  const names = await everyPage(async (from, to) => {
    const query = services.supabase
      .from("agent_configurations")
      .select("agent_name")
      .eq("owner_id", owner.id);
    return unwrap(await query.order("agent_name").range(from, to));
  });
  tables.agents = [];
  for (const { agent_name } of names) {
    // Only the server shows what an agent is told, and to whom.
    const agent = await readAgent(services, agent_name);
    tables.agents.push(...told([agentFile(copyOf(agent), owner.email)]));
  }
  return tables as Export;
}

async function everyPage<Row>(read: (from: number, to: number) => Promise<Row[]>): Promise<Row[]> {
  const rows: Row[] = [];
  for (;;) {
    const page = await read(rows.length, rows.length + ROWS_PER_PAGE - 1);
    rows.push(...page);
    if (page.length < ROWS_PER_PAGE) return rows;
  }
}

// Agents and their tools: what the chat server knows of them, and their rows, changed under the user's policies.
import * as z from "zod/mini";
import { apiJson, readAs } from "@/lib/api";
import type { Schemas } from "@/lib/api.gen";
import type { Agent } from "@/lib/database";
import type { Json } from "@/lib/database.gen";
import { Problem, unwrap } from "@/lib/problem";
import type { Services } from "@/lib/services";
import { agentsTexts } from "@/lib/texts/agents";

const APPROVALS = ["auto", "ask", "ask_after_untrusted"] as const;

const entrySchema = z.object({
  agent_name: z.string(),
  display_name: z.nullable(z.string()),
  description: z.nullable(z.string()),
  is_private: z.boolean(),
  may_manage: z.boolean(),
  tool_count: z.number(),
  problem: z.nullish(z.string()),
  refused_tools: z.nullish(z.record(z.string(), z.string())),
});

const configSchema = z.record(z.string(), z.json());

const toolSchema = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  description: z.string(),
  config: configSchema,
  approval: z.enum(APPROVALS),
  is_active: z.boolean(),
  order: z.number(),
});

const detailSchema = z.extend(entrySchema, {
  id: z.string(),
  is_active: z.boolean(),
  config_version: z.number(),
  llm_config: z.nullish(configSchema),
  system_prompt: z.nullish(z.string()),
  tools: z.nullish(z.array(toolSchema)),
});

const columnSchema = z.object({
  name: z.string(),
  type: z.string(),
  comment: z.nullable(z.string()),
  is_required: z.boolean(),
  is_generated: z.boolean(),
  enum_values: z.nullable(z.array(z.string())),
});

const tableSchema = z.object({
  name: z.string(),
  comment: z.nullable(z.string()),
  columns: z.array(columnSchema),
  writes: z.array(z.enum(["insert", "update", "delete"])),
});

const functionSchema = z.object({
  name: z.string(),
  comment: z.nullable(z.string()),
  arguments: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      comment: z.nullable(z.string()),
      is_required: z.boolean(),
      enum_values: z.nullable(z.array(z.string())),
    }),
  ),
  returns: z.string(),
  returns_set: z.boolean(),
  columns: z.array(z.string()),
});

const toolTypeSchema = z.object({ name: z.string(), config_schema: configSchema });

const trialSchema = z.object({
  status: z.enum(["success", "error"]),
  result: z.string(),
  sql: z.array(z.string()),
  explanation: z.array(z.string()),
});

export type AgentEntry = z.infer<typeof entrySchema>;
export type AgentDetail = z.infer<typeof detailSchema>;
export type Tool = z.infer<typeof toolSchema>;
export type ToolConfig = z.infer<typeof configSchema>;
export type Approval = (typeof APPROVALS)[number];
export type Column = z.infer<typeof columnSchema>;
export type Table = z.infer<typeof tableSchema>;
/** A function of the database that a tool may call. */
export type DatabaseFunction = z.infer<typeof functionSchema>;
export type FunctionArgument = DatabaseFunction["arguments"][number];
/** A type that a tool may have, with the JSON Schema of its config. */
export type ToolType = z.infer<typeof toolTypeSchema>;
export type Trial = z.infer<typeof trialSchema>;

export type SwitchedOff = Pick<Agent, "agent_name" | "display_name" | "description" | "owner_id">;

/** What of an agent people write. */
export interface AgentDraft {
  agent_name: string;
  display_name: string | null;
  description: string | null;
  system_prompt: string;
  llm_config: ToolConfig;
  is_active: boolean;
}

/** What of a tool people write. */
export type ToolDraft = Pick<Tool, "name" | "type" | "description" | "config" | "approval" | "is_active">;

export async function listAgents(services: Services): Promise<AgentEntry[]> {
  const answer = z.object({ agents: z.array(entrySchema) });
  return readAs(answer, await apiJson<Schemas["AgentList"]>(services, "/api/agents")).agents;
}

/** The user's agents that are switched off, which the server does not list: nobody can talk to them. */
export async function listSwitchedOff({ supabase }: Services): Promise<SwitchedOff[]> {
  const query = supabase
    .from("agent_configurations")
    .select("agent_name, display_name, description, owner_id")
    .eq("is_active", false);
  return unwrap(await query.order("agent_name"));
}

export async function readAgent(services: Services, agentName: string): Promise<AgentDetail> {
  return readAs(detailSchema, await apiJson<Schemas["AgentDetail"]>(services, agentPath(agentName)));
}

/** The tables that a tool of the agent may work on. */
export async function listTables(services: Services, agentName: string): Promise<Table[]> {
  const answer = z.object({ tables: z.array(tableSchema) });
  return readAs(answer, await apiJson<Schemas["TableList"]>(services, `${agentPath(agentName)}/tables`))
    .tables;
}

/** The functions that a tool of the agent may call. */
export async function listFunctions(services: Services, agentName: string): Promise<DatabaseFunction[]> {
  const answer = z.object({ functions: z.array(functionSchema) });
  return readAs(answer, await apiJson<Schemas["FunctionList"]>(services, `${agentPath(agentName)}/functions`))
    .functions;
}

export async function listToolTypes(services: Services): Promise<ToolType[]> {
  const answer = z.object({ types: z.array(toolTypeSchema) });
  return readAs(answer, await apiJson<Schemas["ToolTypeList"]>(services, "/api/tool-types")).types;
}

/** A real call of a stored tool, as the user. */
export async function tryTool(
  services: Services,
  { agentName, toolName, args }: { agentName: string; toolName: string; args: ToolConfig },
): Promise<Trial> {
  const path = `${agentPath(agentName)}/tools/${encodeURIComponent(toolName)}/test`;
  const body: Schemas["ToolTrialRequest"] = { arguments: args };
  const answer = await apiJson<Schemas["ToolTrialResult"]>(services, path, { method: "POST", body });
  return readAs(trialSchema, answer);
}

export async function createAgent({ supabase }: Services, agent: AgentDraft, ownerId: string): Promise<void> {
  const row = { ...agent, llm_config: agent.llm_config as Json, owner_id: ownerId };
  unwrap(await supabase.from("agent_configurations").insert(row));
}

/** Changes what is named. Throws a Problem where no such agent is the user's to change. */
export async function changeAgent(
  { supabase }: Services,
  id: string,
  change: Partial<AgentDraft>,
): Promise<void> {
  const { llm_config, ...others } = change;
  const row = { ...others, ...(llm_config && { llm_config: llm_config as Json }) };
  expectOne(unwrap(await supabase.from("agent_configurations").update(row).eq("id", id).select("id")));
}

export async function deleteAgent({ supabase }: Services, id: string): Promise<void> {
  unwrap(await supabase.from("agent_configurations").delete().eq("id", id));
}

/** Makes a tool, or changes the one of that id; gives its id. */
export async function saveTool(
  { supabase }: Services,
  { agentId, toolId, tool }: { agentId: string; toolId: string | null; tool: ToolDraft },
): Promise<string> {
  const row = { ...tool, config: tool.config as Json };
  const tools = supabase.from("agent_tools");
  const query =
    toolId === null ? tools.insert({ ...row, agent_id: agentId }) : tools.update(row).eq("id", toolId);
  return expectOne(unwrap(await query.select("id"))).id;
}

export async function deleteTool({ supabase }: Services, id: string): Promise<void> {
  unwrap(await supabase.from("agent_tools").delete().eq("id", id));
}

/** One change of an agent or of one of its tools. */
export interface AgentChange {
  id: number;
  tool_id: string | null;
  table_name: "agent_configurations" | "agent_tools";
  action: "insert" | "update" | "delete";
  changed_at: string;
  config_version: number | null;
  before: Json | null;
  after: Json | null;
}

// More than anybody scrolls through.
const CHANGES_SHOWN = 50;

/** The latest changes, newest first. */
export async function listChanges({ supabase }: Services, agentId: string): Promise<AgentChange[]> {
  const query = supabase
    .from("agent_config_history")
    .select("id, tool_id, table_name, action, changed_at, config_version, before, after");
  return unwrap(
    await query.eq("agent_id", agentId).order("id", { ascending: false }).limit(CHANGES_SHOWN),
  ) as AgentChange[];
}

function agentPath(agentName: string): string {
  return `/api/agents/${encodeURIComponent(agentName)}`;
}

/** Policies do not refuse an update: they leave no row to change. */
function expectOne<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row) return row;
  const { title, detail } = agentsTexts.notYours;
  throw new Problem({ code: "not_yours", title, detail });
}

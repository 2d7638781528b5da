// What a change of an agent changed, field by field, what would undo it, and what the agent was at a version.
import type { PastTool } from "@/api/agentCopies";
import type { AgentChange, AgentDetail, AgentDraft, Tool, ToolConfig } from "@/api/agents";

export interface FieldChange {
  name: string;
  before: string;
  after: string;
}

// The clock, the counter and what ties rows together say nothing to a person.
const SILENT = ["id", "agent_id", "owner_id", "config_version", "created_at", "updated_at"];

export function changedFields({ before, after }: Pick<AgentChange, "before" | "after">): FieldChange[] {
  return fieldsThatDiffer(asRow(before), asRow(after));
}

function fieldsThatDiffer(earlier: ToolConfig, later: ToolConfig): FieldChange[] {
  const names = [...new Set([...Object.keys(earlier), ...Object.keys(later)])];
  return names
    .filter((name) => !SILENT.includes(name))
    .map((name) => ({ name, before: asText(earlier[name]), after: asText(later[name]) }))
    .filter((field) => field.before !== field.after);
}

/** The name of what changed, as it was called then. */
export function changedName({ before, after, table_name }: AgentChange): string {
  const row = asRow(after ?? before);
  return String(row[table_name === "agent_tools" ? "name" : "agent_name"] ?? "");
}

/** The columns of the row as it was before; null when there was none. */
export function earlierRow(change: Pick<AgentChange, "before">): ToolConfig | null {
  return change.before === null ? null : asRow(change.before);
}

// By hand, because these are the columns that users may write.
export function agentOf(row: ToolConfig): AgentDraft {
  const { agent_name, display_name, description, system_prompt, llm_config, is_active } = row;
  return {
    agent_name,
    display_name,
    description,
    system_prompt,
    llm_config,
    is_active,
  } as unknown as AgentDraft;
}

export function toolOf(row: ToolConfig): Omit<Tool, "id"> {
  const { name, type, description, config, approval, is_active, order } = row;
  return { name, type, description, config, approval, is_active, order } as unknown as Omit<Tool, "id">;
}

/** An agent as it was. */
export interface Version {
  agent: AgentDraft;
  tools: readonly PastTool[];
}

/**
 * The agent as it was at a version: as it is now, with every later change taken back. `changes` are the latest first,
 * and must reach back to that version.
 */
export function versionOf(now: AgentDetail, changes: readonly AgentChange[], version: number): Version {
  let agent = asRow(JSON.parse(JSON.stringify(now)));
  const tools = new Map((now.tools ?? []).map((tool) => [tool.id, asRow(tool)]));
  for (const change of changes) {
    if (change.config_version !== null && change.config_version <= version) break;
    if (change.table_name === "agent_configurations") {
      if (change.before !== null) agent = { ...agent, ...asRow(change.before) };
    } else if (change.tool_id !== null) {
      // One that came from another agent, or went to it, was not this one's before, or not after.
      const wasHere = change.before !== null && asRow(change.before)["agent_id"] === now.id;
      if (wasHere) tools.set(change.tool_id, asRow(change.before));
      else tools.delete(change.tool_id);
    }
  }
  const present = new Set(now.tools?.map(({ id }) => id));
  return {
    agent: agentOf(agent),
    tools: [...tools].map(([id, row]) => ({ ...toolOf(row), id: present.has(id) ? id : null })),
  };
}

/** What going back to a version would change, by what it is about: the agent itself, or one of its tools. */
export interface PartChange {
  /** Null for the agent. */
  tool: string | null;
  action: "insert" | "update" | "delete";
  fields: readonly FieldChange[];
}

export function changesTo(now: AgentDetail, past: Version): PartChange[] {
  const parts: PartChange[] = [];
  const ofAgent = fieldsThatDiffer(asRow(agentOf(asRow(now))), asRow(past.agent));
  if (ofAgent.length > 0) parts.push({ tool: null, action: "update", fields: ofAgent });
  const present = now.tools ?? [];
  for (const tool of past.tools) {
    const before = present.find(({ id }) => id === tool.id);
    const fields = fieldsThatDiffer(before ? asRow(before) : {}, asRow(tool));
    if (fields.length > 0) parts.push({ tool: tool.name, action: before ? "update" : "insert", fields });
  }
  for (const tool of present.filter(({ id }) => past.tools.every((one) => one.id !== id))) {
    parts.push({ tool: tool.name, action: "delete", fields: fieldsThatDiffer(asRow(tool), {}) });
  }
  return parts;
}

function asRow(value: unknown): ToolConfig {
  return typeof value === "object" && value !== null ? (value as ToolConfig) : {};
}

function asText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value, null, 2) : String(value);
}

// What a change of an agent changed, field by field, and what would undo it.
import type { AgentChange, ToolConfig } from "@/api/agents";

export interface FieldChange {
  name: string;
  before: string;
  after: string;
}

// The clock, the counter and what ties rows together say nothing to a person.
const SILENT = ["id", "agent_id", "owner_id", "config_version", "created_at", "updated_at"];

export function changedFields({ before, after }: Pick<AgentChange, "before" | "after">): FieldChange[] {
  const [earlier, later] = [asRow(before), asRow(after)];
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

function asRow(value: unknown): ToolConfig {
  return typeof value === "object" && value !== null ? (value as ToolConfig) : {};
}

function asText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value, null, 2) : String(value);
}

// What the database says when it refuses an agent or a tool, at the field that it is about.
import type { Problem } from "./problem";
import { agentsTexts } from "./texts/agents";

/** `field` is null where it is about no field that can be seen. */
export interface Refusal<Field extends string> {
  field: Field | null;
  message: string;
}

export type AgentField = "agent_name" | "llm_config";
export type ToolField =
  | "name"
  | "function"
  | "table"
  | "method"
  | "columns"
  | "filters"
  | "writes"
  | "config";

// By the words that the checks of a tool's row use; the first that fits counts.
const TOOL_FIELDS: readonly [RegExp, ToolField][] = [
  [/tool_name_suits_models|agent_tools_agent_id_name_key/, "name"],
  [/function_name|names the function|which is no function/, "function"],
  [/table_name|names the table|the table /i, "table"],
  [/unknown method|\bmethod\b/, "method"],
  [/\bfilters?\b/, "filters"],
  [/runtime_args_schema|argument|fixed|properties of data/, "writes"],
  [/\bcolumns\b/, "columns"],
];

const SENTENCES: readonly [RegExp, string][] = [
  [/agent_name_is_a_slug/, agentsTexts.refusals.agentName],
  [/agent_configurations_\w*name_key/, agentsTexts.refusals.agentTaken],
  [/tool_name_suits_models/, agentsTexts.refusals.toolName],
  [/agent_tools_agent_id_name_key/, agentsTexts.refusals.toolTaken],
];

export function refusalOfTool(problem: Problem): Refusal<ToolField> {
  const isCheck = /^database_23/.test(problem.code);
  const field = TOOL_FIELDS.find(([words]) => words.test(problem.message))?.[1] ?? "config";
  return { field: isCheck ? field : null, message: sentence(problem) };
}

// Where each of them stands in a tool's row.
const KEYS: Record<ToolField, readonly string[]> = {
  name: ["name"],
  function: ["config", "function_name"],
  table: ["config", "table_name"],
  method: ["config", "method"],
  columns: ["config", "columns"],
  filters: ["config", "filters"],
  writes: ["config", "runtime_args_schema"],
  config: ["config"],
};

/** Where in a tool's row a refusal is about. */
export function placeOfRefusal(field: ToolField | null): readonly string[] {
  return field === null ? [] : KEYS[field];
}

export function refusalOfAgent(problem: Problem): Refusal<AgentField> {
  const isAboutName = /agent_name_is_a_slug|agent_configurations_\w*name_key/.test(problem.message);
  const isAboutModel = /llm_config|base_url|model/.test(problem.message);
  const isCheck = /^database_23/.test(problem.code);
  const field = isAboutName ? "agent_name" : isAboutModel ? "llm_config" : null;
  return { field: isCheck ? field : null, message: sentence(problem) };
}

/** What is wrong, and what to write instead. */
function sentence(problem: Problem): string {
  const known = SENTENCES.find(([words]) => words.test(problem.message))?.[1];
  return known ?? [problem.message, problem.hint].filter(Boolean).join(" ");
}

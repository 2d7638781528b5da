import { missingArgument } from "@/lib/functionConfig";
import type { Refusal, ToolField } from "@/lib/refusals";
import { agentsTexts } from "@/lib/texts/agents";
import { toolConfigTexts } from "@/lib/texts/toolConfig";
import type { EditedConfig, EditedFunction, EditedTable } from "./useToolConfig";

/** What is wrong with a config that can be seen without the database. */
export function refuseEarly({ config, onTable, onFunction }: EditedConfig): Refusal<ToolField> | null {
  if (config === null) return { field: "config", message: agentsTexts.configWrong };
  const isEmpty = Object.keys(config).length === 0;
  if (isEmpty && onTable) return { field: "table", message: agentsTexts.tableMissing };
  if (isEmpty && onFunction) return { field: "function", message: toolConfigTexts.functionMissing };
  if (onTable) return ofTable(config, onTable);
  return onFunction && ofFunction(config, onFunction);
}

function ofTable(
  config: NonNullable<EditedConfig["config"]>,
  { choices }: EditedTable,
): Refusal<ToolField> | null {
  if (!choices) return null;
  const needsColumns = config["columns"] !== undefined && choices.columns.length === 0;
  if (needsColumns) return { field: "columns", message: agentsTexts.columnsMissing };
  const needsWrites = config["runtime_args_schema"] !== undefined && choices.writes.length === 0;
  return needsWrites ? { field: "writes", message: agentsTexts.writesMissing } : null;
}

function ofFunction(
  config: NonNullable<EditedConfig["config"]>,
  { called, choices }: EditedFunction,
): Refusal<ToolField> | null {
  if (!called || !choices) return null;
  const missing = missingArgument(called, choices);
  if (missing) return { field: "writes", message: toolConfigTexts.argumentMissing(missing.name) };
  const needsColumns = config["columns"] !== undefined && choices.columns.length === 0;
  return needsColumns ? { field: "columns", message: agentsTexts.columnsMissing } : null;
}

import { useState } from "react";
import type { DatabaseFunction, Table, ToolConfig } from "@/api/agents";
import {
  allOf,
  buildFunctionConfig,
  type FunctionChoices,
  functionFields,
  readFunctionChoices,
} from "@/lib/functionConfig";
import {
  allChoices,
  argumentFields,
  buildConfig,
  methodsOf,
  readChoices,
  suggestName,
  type ToolChoices,
} from "@/lib/toolConfig";

interface EditedTool {
  type: string;
  tables: readonly Table[];
  functions: readonly DatabaseFunction[];
  first: ToolConfig;
  /** What the tool is about was chosen: a name for it. */
  onPurpose: (name: string) => void;
}

/** A config as it is edited, by choices or as text: each follows the other while both can say it. */
export function useToolConfig({ type, tables, functions, first, onPurpose }: EditedTool) {
  const [text, setText] = useState(() => asText(first));
  const config = parse(text);
  const put = (next: ToolConfig) => setText(asText(next));
  const onTable = ofTable(config, tables, put, onPurpose);
  const onFunction = ofFunction(config, functions, put, onPurpose);
  const isFunction = type === "RPCTool";
  return {
    text,
    setText,
    /** Null while the text is no JSON object. */
    config,
    onTable: type === "CRUDTool" ? onTable : null,
    onFunction: isFunction ? onFunction : null,
    /** What a model may pass, a field each; null where only the server knows. */
    fields: type === "CRUDTool" ? onTable.fields : isFunction ? onFunction.fields : null,
  };
}

export type EditedConfig = ReturnType<typeof useToolConfig>;
export type EditedTable = ReturnType<typeof ofTable>;
export type EditedFunction = ReturnType<typeof ofFunction>;

function ofTable(
  config: ToolConfig | null,
  tables: readonly Table[],
  put: (next: ToolConfig) => void,
  onPurpose: EditedTool["onPurpose"],
) {
  const table = tables.find((one) => one.name === config?.["table_name"]) ?? null;
  const choices = config && table ? readChoices(table, config) : null;
  return {
    table,
    method: table && methodsOf(table).find((one) => one === config?.["method"]),
    /** Null where the config says what choices cannot. */
    choices,
    fields: table && choices ? argumentFields(table, choices) : null,
    chooseTable: (name: string) => {
      const next = tables.find((one) => one.name === name);
      if (!next) return put({});
      const wanted = choices?.method ?? "fetch";
      const method = methodsOf(next).includes(wanted) ? wanted : "fetch";
      put(buildConfig(next, allChoices(next, method)));
      return onPurpose(suggestName({ table: name, method }));
    },
    chooseMethod: (method: ToolChoices["method"]) => {
      if (!table) return;
      const all = allChoices(table, method);
      put(buildConfig(table, choices ? { ...all, columns: keep(choices.columns, all.columns) } : all));
      onPurpose(suggestName({ table: table.name, method }));
    },
    choose: (change: Partial<Pick<ToolChoices, "columns" | "filters" | "writes">>) => {
      if (table && choices && config) put(buildConfig(table, { ...choices, ...change }, config));
    },
  };
}

function ofFunction(
  config: ToolConfig | null,
  functions: readonly DatabaseFunction[],
  put: (next: ToolConfig) => void,
  onPurpose: EditedTool["onPurpose"],
) {
  const called = functions.find((one) => one.name === config?.["function_name"]) ?? null;
  const choices = config && called ? readFunctionChoices(called, config) : null;
  return {
    called,
    /** Null where the config says what choices cannot. */
    choices,
    fields: called && choices ? functionFields(called, choices) : null,
    chooseFunction: (name: string) => {
      const next = functions.find((one) => one.name === name);
      if (!next) return put({});
      put(buildFunctionConfig(next, allOf(next)));
      return onPurpose(name.replaceAll(/\W/g, "_").slice(0, 63));
    },
    choose: (change: Partial<FunctionChoices>) => {
      if (called && choices && config) put(buildFunctionConfig(called, { ...choices, ...change }, config));
    },
  };
}

/** What is ticked stays so; where nothing can be kept, everything is. */
function keep(before: readonly string[], all: readonly string[]): readonly string[] {
  const kept = all.filter((name) => before.includes(name));
  return kept.length > 0 ? kept : all;
}

function asText(config: ToolConfig): string {
  return JSON.stringify(config, null, 2);
}

function parse(text: string): ToolConfig | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as ToolConfig)
      : null;
  } catch {
    return null;
  }
}

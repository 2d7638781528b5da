import { useState } from "react";
import type { Table, ToolConfig } from "@/api/agents";
import { allChoices, buildConfig, methodsOf, readChoices, type ToolChoices } from "@/lib/toolConfig";

/** A config as it is edited, by choices or as text: each follows the other while both can say it. */
export function useToolConfig(
  tables: readonly Table[],
  first: ToolConfig,
  /** What the tool is about was chosen. */
  onPurpose: (purpose: Pick<ToolChoices, "table" | "method">) => void,
) {
  const [text, setText] = useState(() => asText(first));
  const config = parse(text);
  const table = tables.find((one) => one.name === config?.["table_name"]) ?? null;
  const choices = config && table ? readChoices(table, config) : null;
  const put = (next: ToolConfig) => setText(asText(next));
  return {
    text,
    setText,
    /** Null while the text is no JSON object. */
    config,
    table,
    /** Null where the config says what choices cannot. */
    choices,
    chooseTable: (name: string) => {
      const next = tables.find((one) => one.name === name);
      if (!next) return put({});
      const wanted = choices?.method ?? "fetch";
      const method = methodsOf(next).includes(wanted) ? wanted : "fetch";
      put(buildConfig(next, allChoices(next, method)));
      return onPurpose({ table: name, method });
    },
    chooseMethod: (method: ToolChoices["method"]) => {
      if (!table) return;
      const all = allChoices(table, method);
      put(buildConfig(table, choices ? { ...all, columns: keep(choices.columns, all.columns) } : all));
      onPurpose({ table: table.name, method });
    },
    choose: (change: Partial<Pick<ToolChoices, "columns" | "filters" | "writes">>) => {
      if (table && choices && config) put(buildConfig(table, { ...choices, ...change }, config));
    },
  };
}

export type EditedConfig = ReturnType<typeof useToolConfig>;

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

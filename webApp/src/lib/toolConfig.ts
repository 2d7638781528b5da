// The config of a CRUDTool as choices that a form can offer, and back. What the form does not know stays as it is.
import type { Column, Table, ToolConfig } from "@/api/agents";

export const METHODS = ["fetch", "count", "aggregate", "create", "update", "upsert", "delete"] as const;
export type Method = (typeof METHODS)[number];

/** Names of columns; all that can be chosen stands for leaving the key out of the config. */
export interface ToolChoices {
  table: string;
  method: Method;
  /** What comes back. */
  columns: readonly string[];
  /** What the model may filter by. */
  filters: readonly string[];
  /** What the model may write. */
  writes: readonly string[];
}

/** Which columns each of the three may choose from; empty where the method has no use for it. */
export interface Choosable {
  columns: readonly string[];
  filters: readonly string[];
  writes: readonly string[];
}

const CHANGES = { create: ["insert"], update: ["update"], upsert: ["insert", "update"], delete: ["delete"] };

/** The methods that a table takes: a view may be there for reading only. */
export function methodsOf(table: Table): readonly Method[] {
  return METHODS.filter((method) => {
    const needed = method in CHANGES ? CHANGES[method as keyof typeof CHANGES] : [];
    return needed.every((write) => table.writes.some((one) => one === write));
  });
}

export function choosable(table: Table, method: Method): Choosable {
  const names = (columns: readonly Column[]) => columns.map((column) => column.name);
  const writable = table.columns.filter((column) => !column.is_generated);
  const isOneOf = (...methods: Method[]) => methods.includes(method);
  return {
    columns: isOneOf("count") ? [] : names(table.columns),
    filters: isOneOf("create", "upsert") ? [] : names(table.columns.filter((column) => !isUser(column))),
    writes: isOneOf("create", "update", "upsert") ? names(writable) : [],
  };
}

/** Everything that can be chosen, which is what the server derives from the table alone. */
export function allChoices(table: Table, method: Method): ToolChoices {
  return { table: table.name, method, ...choosable(table, method) };
}

/** The config for the choices, with what `before` had besides; the table's own keys go when the table changes. */
export function buildConfig(table: Table, choices: ToolChoices, before: ToolConfig = {}): ToolConfig {
  const { columns, filters, writes } = choosable(table, choices.method);
  const { table_name, method, columns: _, filters: __, runtime_args_schema: ___, ...others } = before;
  const isSame = table_name === choices.table && method === choices.method;
  return {
    table_name: choices.table,
    method: choices.method,
    ...(isPart(choices.columns, columns) && { columns: inOrder(choices.columns, columns) }),
    ...(isPart(choices.filters, filters) && { filters: filtersOf(choices, filters, before) }),
    ...(isPart(choices.writes, writes) && { runtime_args_schema: argumentsOf(choices, writes, before) }),
    ...(isSame && others),
  };
}

/** The choices that a config stands for; null when it says what the form cannot show. */
export function readChoices(table: Table, config: ToolConfig): ToolChoices | null {
  const method = METHODS.find((one) => one === config["method"]);
  if (!method || config["field_map"] !== undefined) return null;
  const all = choosable(table, method);
  const columns = namesIn(config["columns"], all.columns);
  const filters = namesIn(config["filters"], all.filters);
  const writes = writesIn(config["runtime_args_schema"], all.writes);
  return columns && filters && writes && { table: table.name, method, columns, filters, writes };
}

/** A name for a tool that nobody has named yet: find_tasks, create_tasks. */
export function suggestName({ table, method }: Pick<ToolChoices, "table" | "method">): string {
  const verbs: Partial<Record<Method, string>> = { fetch: "find", aggregate: "sum_up", upsert: "save" };
  return `${verbs[method] ?? method}_${table}`.replaceAll(/\W/g, "_").slice(0, 63);
}

/** `group` is where it goes in what a model passes: to a function's arguments it is nowhere but at the top. */
export interface ArgumentField {
  group: "data" | "filters" | "arguments";
  column: Pick<Column, "name" | "type" | "is_required" | "enum_values">;
}

/** What may be passed to the tool, a field each; `data` first. */
export function argumentFields(table: Table, choices: ToolChoices): ArgumentField[] {
  const fields = (group: ArgumentField["group"], names: readonly string[]) =>
    table.columns.filter(({ name }) => names.includes(name)).map((column) => ({ group, column }));
  return [...fields("data", choices.writes), ...fields("filters", choices.filters)];
}

/** What a model would pass; what was left empty is left out. Keys of `values` are `group.column`. */
export function buildArguments(
  fields: readonly ArgumentField[],
  values: Readonly<Record<string, string>>,
): ToolConfig {
  const groups: Partial<Record<ArgumentField["group"], ToolConfig>> = {};
  for (const { group, column } of fields) {
    const text = values[`${group}.${column.name}`]?.trim();
    if (text) groups[group] = { ...groups[group], [column.name]: readValue(column, text) };
  }
  const { arguments: own, ...grouped } = groups;
  return { ...grouped, ...own };
}

/** What is typed for a value of that type, as JSON says it. */
export function readValue({ type }: Pick<Column, "type">, text: string): ToolConfig[string] {
  if (type === "boolean") return text === "true";
  if (/^(smallint|integer|bigint|numeric|real|double precision)/.test(type) && text !== "") {
    const number = Number(text);
    return Number.isNaN(number) ? text : number;
  }
  if (type.endsWith("[]")) return text.split(",").map((item) => item.trim());
  if (type.startsWith("json")) {
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }
  return text;
}

function isUser({ is_generated, type, name }: Column): boolean {
  return name === "user_id" || (is_generated && type === "uuid" && name !== "id");
}

function isPart(chosen: readonly string[], all: readonly string[]): boolean {
  return all.some((name) => !chosen.includes(name));
}

function inOrder(chosen: readonly string[], all: readonly string[]): string[] {
  return all.filter((name) => chosen.includes(name));
}

/** Operators that an expert chose are kept for the columns that stay. */
function filtersOf({ filters }: ToolChoices, all: readonly string[], before: ToolConfig) {
  const chosen = inOrder(filters, all);
  const known = before["filters"];
  if (!isObject(known) || !chosen.every((name) => name in known)) return chosen;
  return Object.fromEntries(chosen.map((name) => [name, known[name] ?? null]));
}

/** As the short form says it; what an argument said of itself is kept. */
function argumentsOf({ writes }: ToolChoices, all: readonly string[], before: ToolConfig): ToolConfig {
  const known = propertiesOf(before["runtime_args_schema"]) ?? {};
  const properties = Object.fromEntries(inOrder(writes, all).map((name) => [name, known[name] ?? {}]));
  return { data: { type: "dict", properties } };
}

function namesIn(value: ToolConfig[string] | undefined, all: readonly string[]): string[] | null {
  if (value === undefined) return [...all];
  const names = Array.isArray(value) ? value : isObject(value) ? Object.keys(value) : null;
  return names?.every((name) => typeof name === "string" && all.includes(name)) ? (names as string[]) : null;
}

function writesIn(value: ToolConfig[string] | undefined, all: readonly string[]): string[] | null {
  if (value === undefined) return [...all];
  const properties = isObject(value) && Object.keys(value).join() === "data" ? propertiesOf(value) : null;
  return properties && namesIn(properties, all);
}

function propertiesOf(schema: ToolConfig[string] | undefined): ToolConfig | null {
  const data = isObject(schema) ? schema["data"] : null;
  const properties = isObject(data) ? data["properties"] : null;
  return isObject(properties) ? properties : null;
}

function isObject(value: unknown): value is ToolConfig {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

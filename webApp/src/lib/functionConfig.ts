// The config of an RPCTool as choices that a form can offer, and back. What the form does not know stays as it is.
import type { DatabaseFunction, FunctionArgument, ToolConfig } from "@/api/agents";
import { type ArgumentField, readValue } from "./toolConfig";

export interface FunctionChoices {
  /** The arguments that the model may pass. */
  passed: readonly string[];
  /** What others always are, as it is typed; one that is missing here has the function's own default. */
  fixed: Readonly<Record<string, string>>;
  /** The columns of a row that the model sees. */
  columns: readonly string[];
}

/** Everything that the function takes and gives, which is what the server derives from it alone. */
export function allOf(called: DatabaseFunction): FunctionChoices {
  return { passed: called.arguments.map(({ name }) => name), fixed: {}, columns: called.columns };
}

/** The choices that a config stands for; null when it says what the form cannot show. */
export function readFunctionChoices(called: DatabaseFunction, config: ToolConfig): FunctionChoices | null {
  const { field_map, runtime_args_schema, fixed = {}, columns = called.columns } = config;
  const names = called.arguments.map(({ name }) => name);
  if (field_map !== undefined || !isObject(fixed) || !Array.isArray(columns)) return null;
  const declared = runtime_args_schema === undefined ? null : declaredIn(runtime_args_schema);
  if (runtime_args_schema !== undefined && !declared) return null;
  const passed = declared ? Object.keys(declared) : names.filter((name) => !(name in fixed));
  const isKnown = [...passed, ...Object.keys(fixed)].every((name) => names.includes(name));
  if (!isKnown || !columns.every((name) => called.columns.some((one) => one === name))) return null;
  return {
    passed: names.filter((name) => passed.includes(name)),
    fixed: Object.fromEntries(Object.entries(fixed).map(([name, value]) => [name, asText(value)])),
    columns: columns as string[],
  };
}

/** The config for the choices, with what `before` had besides. */
export function buildFunctionConfig(
  called: DatabaseFunction,
  { passed, fixed, columns }: FunctionChoices,
  before: ToolConfig = {},
): ToolConfig {
  const { function_name, runtime_args_schema, fixed: _, columns: __, ...others } = before;
  const isSame = function_name === called.name;
  const known = (isSame && runtime_args_schema !== undefined && declaredIn(runtime_args_schema)) || {};
  const constants = called.arguments.filter(({ name }) => !passed.includes(name) && fixed[name]);
  // Left out, the server derives all arguments that are not fixed.
  const isWhole = passed.length + constants.length === called.arguments.length;
  return {
    function_name: called.name,
    ...(!isWhole && {
      runtime_args_schema: Object.fromEntries(passed.map((name) => [name, known[name] ?? {}])),
    }),
    ...(constants.length > 0 && {
      fixed: Object.fromEntries(
        constants.map((argument) => [argument.name, readValue(argument, fixed[argument.name] ?? "")]),
      ),
    }),
    ...(columns.length < called.columns.length && {
      columns: called.columns.filter((name) => columns.includes(name)),
    }),
    ...(isSame && others),
  };
}

/** The first argument that nobody would pass though the function cannot do without it. */
export function missingArgument(
  called: DatabaseFunction,
  { passed, fixed }: FunctionChoices,
): FunctionArgument | null {
  const isMissing = ({ name, is_required }: FunctionArgument) =>
    is_required && !passed.includes(name) && !fixed[name];
  return called.arguments.find(isMissing) ?? null;
}

/** What a model may pass, a field each. */
export function functionFields(called: DatabaseFunction, { passed }: FunctionChoices): ArgumentField[] {
  return called.arguments
    .filter(({ name }) => passed.includes(name))
    .map((column) => ({ group: "arguments", column }));
}

function declaredIn(schema: unknown): ToolConfig | null {
  if (!isObject(schema)) return null;
  const declared = schema["type"] === "object" ? schema["properties"] : schema;
  return isObject(declared) && Object.values(declared).every(isObject) ? declared : null;
}

/** As one types it, by readValue(). */
function asText(value: unknown): string {
  if (Array.isArray(value)) return value.join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}

function isObject(value: unknown): value is ToolConfig {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

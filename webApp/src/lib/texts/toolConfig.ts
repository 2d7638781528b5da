// What a tool is made of: the type, a function's arguments, and the config as JSON.
const types: Record<string, string> = {
  string: "a text",
  boolean: "true or false",
  integer: "a whole number",
  number: "a number",
  array: "a list: [ … ]",
  object: "an object: { … }",
  null: "null",
};

export const schemaTexts = {
  whole: "The config",
  wrongType: (key: string, type: string) => `${key} must be ${types[type] ?? type}.`,
  oneOf: (key: string, values: readonly string[]) => `${key} must be one of ${values.join(", ")}.`,
  missing: (key: string) => `The key ${key} is missing.`,
  unknown: (key: string, meant: string | null) =>
    meant === null ? `There is no key ${key}.` : `There is no key ${key}. Do you mean ${meant}?`,
  empty: (key: string) => `${key} must not be empty: leave it out instead.`,
  pattern: (key: string) => `${key} is not written as it must be.`,
  bounds: (key: string, least: number, most: number | undefined) =>
    most === undefined ? `${key} must be at least ${least}.` : `${key} must be from ${least} to ${most}.`,
};

export const toolConfigTexts = {
  type: "What it works with",
  types: {
    CRUDTool: "A table",
    RPCTool: "A function of the database",
    HTTPTool: "A web service",
    MCPTool: "The tools of an MCP server",
    AgentTool: "Another agent",
  } as Record<string, string>,
  otherType: (name: string) => `Of the type ${name}`,
  byHand: "There is no form for this type: its config is written as JSON below, which says what fits.",

  function: "Function",
  chooseFunction: "Choose a function",
  functionMissing: "Choose a function.",
  noFunctions: "There is no function that you may call",
  noFunctionsHint:
    "Functions of schema public that work with the rights of whoever calls them are offered here, as soon as somebody makes one.",
  functionsProblem: "The functions could not be loaded.",
  gives: (what: string, isSet: boolean) => (isSet ? `Gives rows: ${what}` : `Gives ${what}`),
  arguments: "The model passes",
  noArguments: "It takes no arguments.",
  optional: "optional",
  always: (argument: string) => `${argument} is always`,
  alwaysHint: "Empty: the function’s own default",
  alwaysNeeded: "The function has no default for it.",
  argumentMissing: (argument: string) => `${argument} must come from the model, or be fixed here.`,

  suggestions: "What fits here",
  keys: "Ctrl+Space shows what fits at the cursor.",
  problems: (count: number) => (count === 1 ? "1 thing does not fit" : `${count} things do not fit`),
  goTo: (line: number) => `Line ${line}`,
};

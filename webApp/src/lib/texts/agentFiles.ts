// Agents as files: taking one out, bringing one in, and making a copy of one.
const types: Record<string, string> = {
  string: "a text",
  boolean: "true or false",
  int: "a whole number",
  number: "a number",
  array: "a list",
  object: "a mapping",
  record: "a mapping",
};

export const agentFileTexts = {
  agentName: "The agent’s name must begin with a letter and have only lower case letters, digits, - and _.",
  toolName: "A tool’s name must begin with a letter or _ and have only letters, digits and _.",
  noYaml: (reason: string) => `This is no YAML: ${reason}`,
  noAgent: "This is not an agent: it must be a mapping with the key agent.",
  unknownKey: (key: string) => `There is no key ${key}.`,
  missing: (key: string) => `The key ${key} is missing.`,
  types,
  wrongType: (key: string, type: string) => `${key} must be ${type}.`,
  oneOf: (key: string, values: readonly string[]) => `${key} must be one of ${values.join(", ")}.`,
  wrong: (key: string) => `${key} is not as it must be.`,
  twice: (name: string) => `Two tools have the name ${name}.`,

  menu: "More for this agent",
  export: "Export as a file",
  duplicate: "Duplicate",
  duplicated: "A copy of your own. Change it as you like.",
  notDuplicated: "It was not duplicated: the copy would not be allowed all of this",
  copyTitle: (title: string) => `${title} (copy)`,
  likeIt: "Make one of my own like it",
  likeItHint:
    "It is shared: only admins change it, and what it is told is theirs. You can make one of your own that begins with its title and purpose.",
  madeLikeIt: "It is yours. Give it a prompt and tools.",
  importButton: "Import",
  importTitle: "Import an agent",
  importLead:
    "A file as Export, or clarity agents export, writes it. It becomes an agent of your own; all of it, or nothing.",
  importShared: "For everybody",
  importSharedHint: "Shared instead of your own: admins only.",
  file: "From a file",
  text: "Or paste it here",
  importDo: "Import agent",
  imported: "It is imported.",
  nothing: "Choose a file, or paste its text.",
  tooLarge: "That file is larger than any agent is.",
  unreadable: "That file cannot be read as text.",
  refused: (count: number) =>
    count === 1
      ? "Nothing was imported: 1 thing is wrong"
      : `Nothing was imported: ${count} things are wrong`,
  line: (line: number) => `Line ${line}`,
  ofTool: (tool: string, message: string) => `${tool}: ${message}`,
  left: {
    title: "It is there, but not whole",
    detail:
      "It could not be made whole, and what was made of it could not be taken away again. It is switched off: delete it, or try again later.",
  },
};

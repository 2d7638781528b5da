// An agent as the YAML that `clarity agents export` writes and `clarity agents import` reads: what it is told and its
// tools, without ids and times. JSON of the same shape is read as well, since it is YAML.
import type { Document, LineCounter } from "yaml";
import * as z from "zod/mini";
import type { AgentDraft, ToolConfig, ToolDraft } from "@/api/agents";
import { agentFileTexts } from "./texts/agentFiles";

/** An agent with its tools, in their order, as it is made. */
export interface AgentCopy {
  agent: AgentDraft;
  tools: readonly ToolCopy[];
}

export interface ToolCopy extends ToolDraft {
  order: number;
}

/** What is wrong with a file, and where; `line` counts from 1. */
export interface FileProblem {
  line: number;
  message: string;
}

/** A place in a file: keys, and numbers of list entries. */
export type Path = readonly (string | number)[];

export type ReadFile =
  | { copy: AgentCopy; lineOf: (path: Path) => number }
  | { problems: readonly FileProblem[] };

const objectSchema = z.record(z.string(), z.json());

const fileSchema = z.strictObject({
  agent: z.string().check(z.regex(/^[a-z][a-z0-9_-]{0,62}$/, agentFileTexts.agentName)),
  owner: z.nullish(z.string()),
  display_name: z.nullish(z.string()),
  description: z.nullish(z.string()),
  is_active: z.optional(z.boolean()),
  llm_config: z.optional(objectSchema),
  system_prompt: z.optional(z.string()),
  tools: z.optional(
    z.array(
      z.strictObject({
        name: z.string().check(z.regex(/^[a-zA-Z_][a-zA-Z0-9_]{0,63}$/, agentFileTexts.toolName)),
        type: z.optional(z.string()),
        description: z.optional(z.string()),
        approval: z.optional(z.enum(["auto", "ask", "ask_after_untrusted"])),
        is_active: z.optional(z.boolean()),
        order: z.nullish(z.int()),
        config: z.optional(objectSchema),
      }),
    ),
  ),
});

type FileValues = z.infer<typeof fileSchema>;
export type AgentFile = ReturnType<typeof agentFile>;

// Loaded when a file is written or read: most who look at agents do neither.
const loadYaml = () => import("yaml");

// As those who read the file elsewhere take it: 1.1 has more words that mean something, and what looks like a date is
// a text there as well.
const DIALECT = {
  version: "1.1",
  customTags: (tags: readonly (string | { tag?: string })[]) =>
    tags.filter((tag) => !JSON.stringify(tag).includes("timestamp")),
} as const;

/** The file of an agent, of what `agentFile` says. */
export async function writeAgentFile(copy: AgentCopy, owner: string | null): Promise<string> {
  const { stringify } = await loadYaml();
  const options = { ...DIALECT, lineWidth: 110, aliasDuplicateObjects: false } as object;
  return stringify(agentFile(copy, owner), options);
}

/** What a file of an agent says; `owner` is the address of the user whose own it is, null for a shared one. */
export function agentFile({ agent, tools }: AgentCopy, owner: string | null) {
  const { agent_name, display_name, description, is_active, llm_config, system_prompt } = agent;
  return {
    agent: agent_name,
    ...(owner !== null && { owner }),
    ...(display_name !== null && { display_name }),
    ...(description !== null && { description }),
    ...(!is_active && { is_active }),
    ...(Object.keys(llm_config).length > 0 && { llm_config }),
    ...(system_prompt && { system_prompt }),
    ...(tools.length > 0 && { tools: tools.map(toolValues) }),
  };
}

function toolValues(
  { name, type, description, approval, is_active, order, config }: ToolCopy,
  place: number,
) {
  return {
    name,
    ...(type !== "CRUDTool" && { type }),
    ...(description && { description }),
    ...(approval !== "auto" && { approval }),
    ...(!is_active && { is_active }),
    ...(order !== place && { order }),
    ...(Object.keys(config).length > 0 && { config }),
  };
}

/** What a file says, or everything that is wrong with it as far as it can be seen without the database. */
export async function readAgentFile(text: string): Promise<ReadFile> {
  const { LineCounter, parseDocument } = await loadYaml();
  const lines = new LineCounter();
  const document = parseDocument(text, { ...DIALECT, lineCounter: lines, prettyErrors: false } as object);
  const lineOf = (path: Path) => lineIn(document, lines, path);
  if (document.errors.length > 0) {
    return {
      problems: document.errors.map(({ pos, message }) => ({
        line: lines.linePos(pos[0]).line,
        message: agentFileTexts.noYaml(message),
      })),
    };
  }
  const values = valuesOf(document);
  if (typeof values !== "object" || values === null || Array.isArray(values)) {
    return { problems: [{ line: 1, message: agentFileTexts.noAgent }] };
  }
  const parsed = fileSchema.safeParse(values, { reportInput: true });
  const problems = parsed.success ? twins(parsed.data) : parsed.error.issues.flatMap(said);
  if (!parsed.success || problems.length > 0) {
    const placed = problems.map(({ path, message }) => ({ line: lineOf(path), message }));
    return { problems: placed.toSorted((one, other) => one.line - other.line) };
  }
  return { copy: copyOf(parsed.data), lineOf };
}

/** Null for what is nested too deeply, or refers to itself too often, to be a value. */
function valuesOf(document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    return null;
  }
}

interface PlacedProblem {
  path: Path;
  message: string;
}

function said(issue: z.core.$ZodIssue): PlacedProblem[] {
  const path = issue.path as Path;
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ path: [...path, key], message: agentFileTexts.unknownKey(key) }));
  }
  const name = String(path.findLast((part) => typeof part === "string") ?? "");
  if (issue.code === "invalid_type" && issue.input === undefined) {
    return [{ path: path.slice(0, -1), message: agentFileTexts.missing(name) }];
  }
  if (issue.code === "invalid_type") {
    return [{ path, message: agentFileTexts.wrongType(name, agentFileTexts.types[issue.expected] ?? "") }];
  }
  if (issue.code === "invalid_value") {
    return [{ path, message: agentFileTexts.oneOf(name, issue.values.map(String)) }];
  }
  return [{ path, message: issue.code === "invalid_format" ? issue.message : agentFileTexts.wrong(name) }];
}

function twins({ tools = [] }: FileValues): PlacedProblem[] {
  return tools.flatMap(({ name }, index) =>
    tools.findIndex((tool) => tool.name === name) < index
      ? [{ path: ["tools", index, "name"], message: agentFileTexts.twice(name) }]
      : [],
  );
}

function copyOf({ agent, tools = [], ...values }: FileValues): AgentCopy {
  return {
    agent: {
      agent_name: agent,
      display_name: values.display_name ?? null,
      description: values.description ?? null,
      system_prompt: values.system_prompt ?? "",
      llm_config: (values.llm_config ?? {}) as ToolConfig,
      is_active: values.is_active ?? true,
    },
    tools: tools.map((tool, place) => ({
      name: tool.name,
      type: tool.type ?? "CRUDTool",
      description: tool.description ?? "",
      approval: tool.approval ?? "auto",
      is_active: tool.is_active ?? true,
      order: tool.order ?? place,
      config: (tool.config ?? {}) as ToolConfig,
    })),
  };
}

/** The line of the key, or of the list entry, that the path leads to; of what is around it where that is missing. */
function lineIn(document: Document.Parsed, lines: LineCounter, path: Path): number {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = document.getIn(path.slice(0, length - 1), true) as Node | undefined;
    const last = path[length - 1];
    const pair = parent?.items?.find((item) => item.key && String(item.key.value) === String(last));
    const node = pair?.key ?? (typeof last === "number" ? parent?.items?.[last] : undefined);
    if (node?.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

// Of a parsed document's nodes as much as is needed to find a line.
interface Node {
  range?: readonly [number, number, number] | null;
  value?: unknown;
  key?: Node;
  items?: Node[];
}

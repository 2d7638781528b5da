// What a tool call that waits would do, as the server foresaw it, and its arguments as fields to change.
import * as z from "zod/mini";

const recordSchema = z.record(z.string(), z.unknown());
const previewSchema = z.object({
  changes: z.union([recordSchema, z.array(recordSchema)]),
  rows: z.array(recordSchema),
  count: z._default(z.number(), 0),
  more: z._default(z.boolean(), false),
});

type Values = Record<string, unknown>;

export type Foreseen =
  /** Rows as they are, and the values that some of their columns would get. */
  | { kind: "update"; rows: Values[]; changes: Values; count: number; hasMore: boolean }
  | { kind: "delete"; rows: Values[]; count: number; hasMore: boolean }
  | { kind: "create"; rows: Values[] }
  /** It would touch no row, as things are. */
  | { kind: "nothing" }
  /** Nobody can tell: only what it is called with. */
  | { kind: "unknown" };

/** What `pending_actions.preview` tells. */
export function foreseen(preview: unknown): Foreseen {
  const parsed = previewSchema.safeParse(preview);
  if (!parsed.success) return { kind: "unknown" };
  const { changes, rows, count, more: hasMore } = parsed.data;
  const list = Array.isArray(changes) ? changes : [changes];
  const first = list[0] ?? {};
  const isChanging = Object.keys(first).length > 0;
  if (rows.length > 0) {
    return isChanging
      ? { kind: "update", rows, changes: first, count, hasMore }
      : { kind: "delete", rows, count, hasMore };
  }
  return isChanging ? { kind: "create", rows: list } : { kind: "nothing" };
}

/** A row by what a person knows it by: its title or name, else its first text. */
export function rowTitle(row: Values): string {
  for (const column of ["title", "name", "subject", "label", "display_name"]) {
    if (typeof row[column] === "string" && row[column]) return row[column];
  }
  const text = Object.entries(row).find(
    ([column, value]) => typeof value === "string" && !/(^|_)id$/.test(column),
  );
  return typeof text?.[1] === "string" ? text[1] : "";
}

/** One argument, wherever it is inside: what is a group (an object) comes out of it. */
export interface ArgumentField {
  path: readonly string[];
  kind: "text" | "number" | "boolean" | "json";
  /** As it is typed. */
  text: string;
}

export function fieldsOf(args: Values, path: readonly string[] = []): ArgumentField[] {
  return Object.entries(args).flatMap(([name, value]): ArgumentField[] => {
    const here = [...path, name];
    const isGroup = typeof value === "object" && value !== null && !Array.isArray(value);
    if (isGroup && Object.keys(value).length > 0) return fieldsOf(value as Values, here);
    const kind = kindOf(value);
    return [{ path: here, kind, text: kind === "json" ? JSON.stringify(value) : String(value) }];
  });
}

function kindOf(value: unknown): ArgumentField["kind"] {
  switch (typeof value) {
    case "string":
      return "text";
    case "number":
      return "number";
    case "boolean":
      return "boolean";
    default:
      return "json";
  }
}

/** The value that is typed in a field. Throws a SyntaxError, or a RangeError for what is no number. */
export function typedValue({ kind, text }: Pick<ArgumentField, "kind" | "text">): unknown {
  switch (kind) {
    case "text":
      return text;
    case "boolean":
      return text === "true";
    case "number": {
      const number = Number(text);
      if (text.trim() === "" || !Number.isFinite(number)) throw new RangeError(text);
      return number;
    }
    case "json":
      return JSON.parse(text);
  }
}

/** The arguments with this value at that place. */
export function withValue(args: Values, [name = "", ...rest]: readonly string[], value: unknown): Values {
  if (rest.length === 0) return { ...args, [name]: value };
  return { ...args, [name]: withValue((args[name] ?? {}) as Values, rest, value) };
}

/** As the server points to it in its problems, from `/arguments` on. */
export function pointerOf(path: readonly string[]): string {
  return ["/arguments", ...path.map((name) => name.replaceAll("~", "~0").replaceAll("/", "~1"))].join("/");
}

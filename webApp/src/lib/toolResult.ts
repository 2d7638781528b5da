// What a tool gave back, as something to look at: rows, counts, or just text.
export interface ToolResult {
  /** How many rows it is about; null when that makes no sense for it. */
  count: number | null;
  /** What happened to them: `rows` were only read. */
  verb: "rows" | "count" | "created" | "saved" | "updated" | "deleted" | null;
  rows: Record<string, unknown>[];
  /** The database has more rows than these. */
  hasMore: boolean;
  /** Anything that is no rows: the text itself, or other members of the JSON object. */
  text: string | null;
}

const EMPTY: ToolResult = { count: null, verb: null, rows: [], hasMore: false, text: null };

/** Reads `{"rows": [...], "more": true}`, `{"created": {...}}`, `{"updated": n, "rows": [...]}`, `{"count": n}`. */
export function readToolResult(result: string): ToolResult {
  const value = parseJson(result);
  if (Array.isArray(value) && value.length > 0 && value.every(isRecord)) {
    return { ...EMPTY, verb: "rows", rows: value, count: value.length };
  }
  if (!isRecord(value)) return { ...EMPTY, text: result };
  const rows = Array.isArray(value["rows"]) ? value["rows"].filter(isRecord) : [];
  const hasMore = value["more"] === true || typeof value["left_out"] === "number";
  for (const verb of ["created", "saved"] as const) {
    if (isRecord(value[verb])) return { ...EMPTY, verb, rows: [value[verb]], count: 1 };
  }
  for (const verb of ["updated", "deleted", "count"] as const) {
    if (typeof value[verb] === "number") return { ...EMPTY, verb, rows, hasMore, count: value[verb] };
  }
  if (Array.isArray(value["rows"])) return { ...EMPTY, verb: "rows", rows, hasMore, count: rows.length };
  return { ...EMPTY, rows: [value], text: null };
}

/** The columns of rows in the order in which they first appear; ids last, they are for machines. */
export function columnsOf(rows: readonly Record<string, unknown>[]): string[] {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const isId = (column: string) => column === "id" || column.endsWith("_id");
  return [...columns.filter((column) => !isId(column)), ...columns.filter(isId)];
}

/** A cell as text: nothing for null, JSON for what has members. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value) && value.every((item) => typeof item !== "object")) return value.join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

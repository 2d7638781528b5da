// The part of PostgREST that lists with conditions, orders and versions need, on rows in memory.
import { HttpResponse } from "msw";

export type Row = Record<string, unknown>;

const NO_CONDITIONS = ["select", "order", "limit", "offset", "columns"];

/** Answers a request to a table whose rows have a version, `updated_at`; `defaults` is what a new row has besides. */
export async function answerRows(request: Request, rows: Row[], defaults: Row): Promise<Response> {
  const query = new URL(request.url).searchParams;
  const matching = rows.filter((row) =>
    [...query].every(
      ([column, value]) => NO_CONDITIONS.includes(column) || conditionHolds(row, column, value),
    ),
  );
  switch (request.method) {
    case "POST": {
      const row = (await request.json()) as Row;
      if (rows.some(({ id }) => id === row["id"])) {
        return HttpResponse.json({ code: "23505", message: "duplicate key" }, { status: 409 });
      }
      const now = nextVersion(rows);
      rows.push({ id: crypto.randomUUID(), ...defaults, created_at: now, updated_at: now, ...row });
      return represent(request, rows.slice(-1), 201);
    }
    case "PATCH": {
      const change = (await request.json()) as Row;
      for (const row of matching) Object.assign(row, change, { updated_at: nextVersion(rows) });
      return represent(request, matching, 200);
    }
    case "DELETE":
      rows.splice(0, rows.length, ...rows.filter((row) => !matching.includes(row)));
      return new HttpResponse(null, { status: 204 });
    default: {
      const first = Number(query.get("offset") ?? 0);
      const sorted = sortRows(matching, query.get("order") ?? "");
      const headers: Record<string, string> = request.headers.get("prefer")?.includes("count=exact")
        ? { "content-range": `*/${matching.length}` }
        : {};
      return HttpResponse.json(sorted.slice(first, first + Number(query.get("limit") ?? 1000)), { headers });
    }
  }
}

/** Changes a row as somebody else would. */
export function changeRow(rows: Row[], id: string, change: Row): void {
  const row = rows.find((one) => one["id"] === id);
  if (row) Object.assign(row, change, { updated_at: nextVersion(rows) });
}

/** `column=operator.operand`, or `or=(condition,condition)`, each of which may hold conditions. */
export function conditionHolds(row: Row, column: string, condition: string): boolean {
  if (column === "or" || column === "and") {
    const parts = split(condition.slice(1, -1));
    const holds = (part: string) => {
      const [, nested, inner = ""] = /^(and|or)(\(.*\))$/.exec(part) ?? [];
      if (nested) return conditionHolds(row, nested, inner);
      const [, name = "", rest = ""] = /^(\w+)\.(.*)$/.exec(part) ?? [];
      return conditionHolds(row, name, rest);
    };
    return column === "or" ? parts.some(holds) : parts.every(holds);
  }
  const [, not, operator = "", operand = ""] = /^(not\.)?(\w+)\.(.*)$/.exec(condition) ?? [];
  return operatorHolds(row[column], operator, operand.replace(/^"(.*)"$/, "$1")) !== (not !== undefined);
}

function operatorHolds(value: unknown, operator: string, operand: string): boolean {
  switch (operator) {
    case "is":
      return String(value ?? null) === operand;
    case "in":
      return operand.slice(1, -1).split(",").includes(String(value));
    case "cs":
      return (value as string[]).includes(operand.slice(1, -1).replace(/^"(.*)"$/, "$1"));
    case "ilike":
      return patternOf(operand).test(String(value ?? ""));
    default:
      return value !== null && value !== undefined && compares(operator, compare(value, operand));
  }
}

function compares(operator: string, difference: number): boolean {
  switch (operator) {
    case "eq":
      return difference === 0;
    case "lt":
      return difference < 0;
    case "lte":
      return difference <= 0;
    case "gt":
      return difference > 0;
    case "gte":
      return difference >= 0;
    default:
      throw new Error(`The test's backend does not know the operator ${operator}`);
  }
}

function compare(value: unknown, operand: unknown): number {
  if (typeof value === "number") return value - Number(operand);
  return String(value) < String(operand) ? -1 : Number(String(value) > String(operand));
}

function patternOf(operand: string): RegExp {
  const escaped = operand.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("%", ".*").replaceAll("_", ".")}$`, "is");
}

function sortRows(rows: readonly Row[], order: string): Row[] {
  const columns = order.split(",").map((part) => part.split("."));
  return rows.toSorted((one, other) => {
    for (const [column = "", direction] of columns) {
      const difference = compare(one[column] ?? "", other[column] ?? "");
      if (difference !== 0) return direction === "desc" ? -difference : difference;
    }
    return 0;
  });
}

function represent(request: Request, rows: readonly Row[], status: number): Response {
  if (!new URL(request.url).searchParams.has("select")) return new HttpResponse(null, { status });
  const isSingle = request.headers.get("accept")?.includes("pgrst.object");
  return HttpResponse.json(isSingle ? rows[0] : [...rows], { status });
}

/** Later than every version there is. */
function nextVersion(rows: readonly Row[]): string {
  const latest = Math.max(0, ...rows.map((row) => Date.parse(String(row["updated_at"] ?? 0)) || 0));
  return new Date(Math.max(Date.now(), latest + 1)).toISOString().replace("Z", "+00:00");
}

/** At the commas that are in no brackets. */
function split(list: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const letter of list) {
    if (letter === "(") depth += 1;
    if (letter === ")") depth -= 1;
    if (letter === "," && depth === 0) parts.push("");
    else parts.push((parts.pop() ?? "") + letter);
  }
  return parts;
}

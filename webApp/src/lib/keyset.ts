// Pages by the last row of the one before, not by a number of rows: what is added or taken away meanwhile moves nothing.

/** PostgREST's condition for the rows behind this one. Its columns must not be null. */
export function behind<Row extends object>(
  order: readonly (readonly [column: keyof Row & string, direction: "asc" | "desc"])[],
  row: Row,
): string {
  const branches = order.map(([column, direction], index) => {
    const same = order.slice(0, index).map(([earlier]) => `${earlier}.eq.${quoted(row[earlier])}`);
    const beyond = `${column}.${direction === "asc" ? "gt" : "lt"}.${quoted(row[column])}`;
    return same.length === 0 ? beyond : `and(${[...same, beyond].join(",")})`;
  });
  return `or(${branches.join(",")})`;
}

/** Numbers and booleans as they are; the colons and dots of a moment would be read as PostgREST's own. */
function quoted(value: unknown): string {
  return typeof value === "string" ? `"${value}"` : String(value);
}

/**
 * A condition for the words being in one of the columns. What has a meaning to a pattern or to PostgREST matches any one
 * character: a little more may come back than was asked for.
 */
export function containing(columns: readonly string[], words: string): string {
  const pattern = words.replace(/[^\p{L}\p{N} -]/gu, "_");
  return `or(${columns.map((column) => `${column}.ilike.%${pattern}%`).join(",")})`;
}

/** Each row once, in the version that changed last. Moments as the database writes them are in order as texts. */
export function latestVersions<Row extends { id: string; updated_at: string }>(
  rows: Iterable<Row>,
): Map<string, Row> {
  const latest = new Map<string, Row>();
  for (const row of rows) {
    const known = latest.get(row.id);
    if (!known || known.updated_at < row.updated_at) latest.set(row.id, row);
  }
  return latest;
}

// An order that is kept as priorities, the highest first.
interface Ranked {
  id: string;
  priority: number;
}

/** What changes when the row at `index` moves `by` places: those rows with the priorities that they then have. */
export function reordered<Row extends Ranked>(rows: readonly Row[], index: number, by: number): Row[] {
  const moved = [...rows];
  moved.splice(index + by, 0, ...moved.splice(index, 1));
  return moved
    .map((row, place) => ({ before: row.priority, row: { ...row, priority: rows.length - place } }))
    .filter(({ before, row }) => before !== row.priority)
    .map(({ row }) => row);
}

// Which of the rows that were read anew are worth a mark, and whose doing they are.
import type { RunSpan } from "@/api/changes";
import type { ChangeMark } from "@/stores/useChangeMarksStore";
import { isSame } from "./editing";

export interface FeedRow {
  id: string;
  created_at: string;
  updated_at: string;
}

export interface Look<Row extends FeedRow> {
  /** Up to when everything had been seen. */
  since: string;
  /** The version that the page has, if it has one. */
  known: (id: string) => Row | undefined;
  /** Columns that people see: no mark for a new place in the list. */
  columns: readonly (keyof Row)[];
  /** This tab wrote that version, or is writing the row. */
  isOwn: (row: Row) => boolean;
}

/** The rows that somebody else has added or changed, in a way that can be seen. */
export function foreignChanges<Row extends FeedRow>(rows: readonly Row[], look: Look<Row>): Row[] {
  return rows.filter((row) => {
    if (row.updated_at <= look.since || look.isOwn(row)) return false;
    const known = look.known(row.id);
    // When the page has read this very version already, how it was before is not known any more.
    if (!known || known.updated_at === row.updated_at) return true;
    return look.columns.some((column) => !isSame(known[column], row[column]));
  });
}

/** Of a row that the page `knew` before, nobody thinks as added, however young it is. */
export function markOf(
  row: FeedRow,
  { since, knew }: { since: string; knew: boolean },
  runs: readonly RunSpan[],
): ChangeMark {
  const run = runs.find(
    ({ started_at, finished_at }) =>
      started_at <= row.updated_at && (finished_at === null || row.updated_at <= finished_at),
  );
  return { kind: row.created_at > since && !knew ? "added" : "changed", agentName: run?.agent_name ?? null };
}

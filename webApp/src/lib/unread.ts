// Where in a thread the messages begin that have not been read.
import type { Entry } from "./messages";

/** What was read when somebody came to look at a thread. */
export interface Sight {
  /** All up to this time, in milliseconds, or up to the entry with this id. */
  after: number | string;
  /** The last entry that was there: what came later was seen coming. Null while nobody looks. */
  until: string | null;
}

/** The id of the first entry that is new; one's own messages are not. Null as well when nothing here is older than what is new. */
export function firstUnread(entries: readonly Entry[], { after, until }: Sight): string | null {
  const read =
    typeof after === "string"
      ? entries.findIndex(({ id }) => id === after)
      : entries.findLastIndex((entry) => isFrom(entry, after));
  const end = until === null ? entries.length : entries.findIndex(({ id }) => id === until) + 1;
  const last = entries[read];
  if (!last) return null;
  return entries.slice(read + 1, end).find((entry) => isNews(entry, last))?.id ?? null;
}

/** Whether it was said by then. Calls have no time of their own; what is being written has none yet, and is later than any. */
function isFrom(entry: Entry, milliseconds: number): boolean {
  return entry.kind !== "tool" && new Date(entry.at).getTime() <= milliseconds;
}

function isNews(entry: Entry, last: Entry): boolean {
  return entry.kind !== "user" && !entry.id.startsWith(`${last.id}.`);
}

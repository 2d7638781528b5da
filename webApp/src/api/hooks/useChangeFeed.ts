// Keeps a page of rows current with what agents and other tabs do, and marks what they did.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { type FeedTable, MAX_CHANGES, type Pulse, readPulse, readRunsDuring } from "@/api/changes";
import { queryKeys } from "@/api/queryKeys";
import { type FeedRow, foreignChanges, markOf } from "@/lib/changeMarks";
import { useServices } from "@/lib/services";
import type { Supabase } from "@/lib/supabase";
import { onChange } from "@/lib/tabs";
import { useUserId } from "@/stores/useAuthStore";
import { type ChangeMark, useChangeMarksStore } from "@/stores/useChangeMarksStore";
import { seenKey, useSeenStore } from "@/stores/useSeenStore";

// What happens on other devices shows up within this time; what a chat of this browser does, at once.
const LOOK_MILLISECONDS = 10_000;

// A transaction is dated when it begins: one that takes a moment turns up behind one that is dated later.
const LATE_MILLISECONDS = 5_000;

// Before anything was written down.
const EVER = "1970-01-01T00:00:00+00:00";

export interface Feed<Row extends FeedRow> {
  table: FeedTable;
  /** What changed after that moment, the earliest first, at most MAX_CHANGES. */
  readSince: (supabase: Supabase, since: string) => Promise<Row[]>;
  /** The version that the page has. */
  known: (id: string) => Row | undefined;
  /** Columns that people see. */
  columns: readonly (keyof Row)[];
  /** Brings a version into the page. */
  put: (row: Row) => void;
  /** Has the page read everything again: something was deleted, or more changed than is worth a list. */
  reload: () => void;
}

/** Looks for changes while the page is open: on focus, now and then, and whenever a chat says that its agent did something. */
export function useChangeFeed<Row extends FeedRow>(feed: Feed<Row>): void {
  const { supabase } = useServices();
  const queryClient = useQueryClient();
  const userId = useUserId();
  const key = seenKey(userId, feed.table);
  const latest = useRef(feed);
  latest.current = feed;
  const { data: pulse } = useQuery({
    queryKey: queryKeys.pulse(feed.table),
    queryFn: () => readPulse(supabase, feed.table),
    refetchInterval: LOOK_MILLISECONDS,
  });
  const before = useRef<Pulse | null>(null);
  useEffect(() => {
    if (!pulse) return;
    const isFirst = before.current === null;
    const { newest, count } = before.current ?? pulse;
    before.current = pulse;
    const { seen, see } = useSeenStore.getState();
    const since = (isFirst ? (seen[key] ?? newest) : newest) ?? EVER;
    see(key, pulse.newest ?? EVER);
    if (!isFirst && (pulse.newest ?? EVER) === since && pulse.count === count) return;
    const step = { since, isFirst, added: pulse.count - count };
    // A step that fails is made up for by the next read of the whole list.
    void follow(supabase, latest.current, step).catch(() => latest.current.reload());
  }, [pulse, key, supabase]);
  useEffect(() => {
    const look = () => void queryClient.invalidateQueries({ queryKey: queryKeys.pulse(feed.table) });
    // A window beside another one becomes the current one without having been hidden.
    window.addEventListener("focus", look);
    const stop = onChange(look);
    return () => {
      window.removeEventListener("focus", look);
      stop();
    };
  }, [queryClient, feed.table]);
  useEffect(() => () => useChangeMarksStore.getState().clear(), []);
}

interface Step {
  since: string;
  /** What was changed before the page was opened: only the doings of agents are news. */
  isFirst: boolean;
  /** How many rows more there are than before. */
  added: number;
}

async function follow<Row extends FeedRow>(supabase: Supabase, feed: Feed<Row>, step: Step): Promise<void> {
  const { since, isFirst, added } = step;
  // The first time as well: the list may have been read a moment before.
  const rows = await feed.readSince(supabase, earlier(since));
  const { own, underWay } = useChangeMarksStore.getState();
  const foreign = foreignChanges(rows, {
    since,
    known: feed.known,
    columns: feed.columns,
    isOwn: (row) => own[row.id] === row.updated_at || underWay.includes(row.id),
  });
  const hasDeleted = !isFirst && added < rows.filter(({ created_at }) => created_at > since).length;
  // Written by this tab once, or read in an earlier version.
  const known = new Set(
    foreign
      .filter(({ id, updated_at }) => own[id] || (feed.known(id)?.updated_at ?? updated_at) !== updated_at)
      .map(({ id }) => id),
  );
  for (const row of rows) feed.put(row);
  if (hasDeleted || rows.length >= MAX_CHANGES) feed.reload();
  const [first, last] = [foreign[0], foreign.at(-1)];
  if (!first || !last || rows.length >= MAX_CHANGES) return;
  const runs = await readRunsDuring(supabase, first.updated_at, last.updated_at);
  const marks: Record<string, ChangeMark> = {};
  for (const row of foreign) {
    const mark = markOf(row, { since, knew: known.has(row.id) }, runs);
    if (!isFirst || mark.agentName !== null) marks[row.id] = mark;
  }
  useChangeMarksStore.getState().mark(marks);
}

function earlier(moment: string): string {
  return new Date(Date.parse(moment) - LATE_MILLISECONDS).toISOString();
}

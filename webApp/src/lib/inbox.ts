// The inbox on the page: what is read again may bring new questions, and nothing that one is about to press may move.
import type { Action } from "./database";

/** A call that asks, with where it comes from. */
export type Asked = Action & { chat_title: string | null; run_id: string; created_at: string };

export interface Inbox {
  /** In the order of the page. What was decided since stays in its place. */
  shown: readonly Asked[];
  /** Newer than anything shown, the newest first: put on top when somebody says so. */
  fresh: readonly Asked[];
}

export const EMPTY_INBOX: Inbox = { shown: [], fresh: [] };

/** The page after what waits was read (again), the newest first. */
export function afterReading({ shown }: Inbox, waiting: readonly Asked[]): Inbox {
  const known = new Map(waiting.map((asked) => [asked.id, asked]));
  const isDeciding = shown.some(({ id }) => known.has(id));
  const [newest] = shown;
  const added = waiting.filter(({ id }) => !shown.some((asked) => asked.id === id));
  const newer = added.filter(({ created_at }) => newest && isLater(created_at, newest.created_at));
  const current = shown.map((asked) => known.get(asked.id) ?? asked);
  const older = added.filter((asked) => !newer.includes(asked));
  return isDeciding
    ? { shown: [...current, ...older], fresh: newer }
    : { shown: [...newer, ...current, ...older], fresh: [] };
}

export function withFresh({ shown, fresh }: Inbox): Inbox {
  return { shown: [...fresh, ...shown], fresh: [] };
}

/** Those of one turn together, in the order of the page. */
export function byTurn(shown: readonly Asked[]): Asked[][] {
  const turns = new Map<string, Asked[]>();
  for (const asked of shown) turns.set(asked.run_id, [...(turns.get(asked.run_id) ?? []), asked]);
  return [...turns.values()];
}

function isLater(one: string, other: string): boolean {
  return Date.parse(one) > Date.parse(other);
}

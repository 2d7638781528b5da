// A run from its first event to its last, whatever happens to the connection in between.
import { framesOf, isEnd, type RunEnd, type RunEvent } from "@/lib/agUi";
import { asProblem, type Problem } from "@/lib/problem";
import type { Services } from "@/lib/services";
import { comeBack, runIdOf } from "@/lib/transport";

export interface RunListener {
  /** The events that have just come, in order. After a reconnection some may come again. */
  onEvents: (events: readonly RunEvent[]) => void;
  /** The connection is there (again), or it broke and is being made anew. */
  onConnection: (isConnected: boolean) => void;
}

/** Milliseconds. */
export interface Patience {
  /** Before the second attempt to come back; each further one waits twice as long, up to `longestPause`. */
  firstPause: number;
  longestPause: number;
  /** The server says every 15 seconds that it is there: after this, it is not. */
  silence: number;
}

const PATIENCE: Patience = { firstPause: 500, longestPause: 15_000, silence: 40_000 };

interface FollowOptions {
  runId: string;
  /** The stream to begin with; null to come to a run that others have begun. */
  first: Response | null;
  signal: AbortSignal;
  patience?: Patience;
}

/**
 * Resolves with the run's last event. A network that is away is waited for. Throws a Problem when the run is not there
 * (any more), or what `signal` was aborted with.
 */
export async function followRun(
  services: Services,
  listener: RunListener,
  { runId, first, signal, patience = PATIENCE }: FollowOptions,
): Promise<RunEnd> {
  const place = { runId: (first && runIdOf(first)) || runId, number: 0 };
  let failures = 0;
  let response = first;
  for (;;) {
    response ??= await comeBack(services, place.runId, place.number, signal).catch((error) => {
      signal.throwIfAborted();
      if (mayPass(asProblem(error))) return null;
      throw error;
    });
    if (response) {
      listener.onConnection(true);
      const before = place.number;
      const end = await listen(response, listener, place, signal, patience.silence);
      if (end) return end;
      signal.throwIfAborted();
      if (place.number > before) failures = 0;
    }
    response = null;
    listener.onConnection(false);
    if (failures > 0)
      await pause(Math.min(patience.firstPause * 2 ** failures, patience.longestPause), signal);
    failures += 1;
  }
}

/** The run's last event; null when the stream broke off before it. */
async function listen(
  response: Response,
  listener: RunListener,
  place: { number: number },
  signal: AbortSignal,
  silence: number,
): Promise<RunEnd | null> {
  if (!response.body) return null;
  const watch = watchSilence(silence);
  try {
    for await (const frames of framesOf(response.body, AbortSignal.any([signal, watch.signal]))) {
      watch.noteLife();
      const events = frames.flatMap(({ event }) => event ?? []);
      if (events.length > 0) listener.onEvents(events);
      place.number = frames.reduce((number, frame) => frame.number ?? number, place.number);
      const end = events.find(isEnd);
      if (end) return end;
    }
    return null;
  } finally {
    watch.stop();
  }
}

/** A signal that is aborted once nothing has come for that long: behind a network that vanished, a stream just stays silent. */
function watchSilence(silence: number) {
  const silent = new AbortController();
  let alive = Date.now();
  const check = (patience: number) => {
    if (Date.now() - alive > patience) silent.abort();
  };
  const timer = setInterval(() => check(silence), silence / 4);
  // Back from sleep, or from behind another page: no need to wait for it to be certain.
  const onSight = () => check(silence / 2);
  document.addEventListener("visibilitychange", onSight);
  return {
    signal: silent.signal,
    noteLife: () => {
      alive = Date.now();
    },
    stop: () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", onSight);
    },
  };
}

/** What is over by itself: a network, a proxy or a server that is away. */
function mayPass({ code, status }: Problem): boolean {
  return code === "network" || code === "unreadable_answer" || status === 429 || status >= 500;
}

/** Ends early when there is reason to believe that it is of use now. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      window.removeEventListener("online", end);
      document.removeEventListener("visibilitychange", end);
      signal.removeEventListener("abort", end);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    };
    const timer = setTimeout(end, milliseconds);
    window.addEventListener("online", end);
    document.addEventListener("visibilitychange", end);
    signal.addEventListener("abort", end);
  });
}

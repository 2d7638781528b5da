// The runs that this tab follows as they happen, one a chat. Each lives until the stored messages tell the same.
import { create } from "zustand";
import { isEnd, type RunEvent } from "@/lib/agUi";
import { afterEvents, type LiveRun, newLiveRun } from "@/lib/liveRun";

// A hidden page is given no frames to paint; what it shows then, nobody sees.
const HIDDEN_MILLISECONDS = 500;

interface LiveRunStore {
  runs: Readonly<Record<string, LiveRun>>;
  /** Aborted when nobody follows the runs any more. */
  signal: AbortSignal;
  /** False when the chat has a run that goes on: then that one is being followed already. */
  begin: (chatId: string, runId: string) => boolean;
  /** Events of the chat's run. They are shown with the next frame, all that have come until then together. */
  tell: (chatId: string, events: readonly RunEvent[]) => void;
  change: (chatId: string, change: Partial<Pick<LiveRun, "isConnected" | "isStopping">>) => void;
  forget: (chatId: string) => void;
  /** Stops following all of them, which go on: somebody else will be here. */
  leaveAll: () => void;
}

export const useLiveRunStore = create<LiveRunStore>()((set, get) => {
  let following = new AbortController();
  let untold = new Map<string, RunEvent[]>();
  let isDue = false;

  const edit = (chatId: string, change: (run: LiveRun) => LiveRun) =>
    set(({ runs }) => {
      const run = runs[chatId];
      return run ? { runs: { ...runs, [chatId]: change(run) } } : {};
    });
  const tellAll = () => {
    isDue = false;
    const events = untold;
    untold = new Map();
    for (const [chatId, ofChat] of events) edit(chatId, (run) => afterEvents(run, ofChat));
  };
  const tellSoon = () => {
    if (isDue) return;
    isDue = true;
    if (document.hidden) setTimeout(tellAll, HIDDEN_MILLISECONDS);
    else requestAnimationFrame(tellAll);
  };

  return {
    runs: {},
    signal: following.signal,
    begin(chatId, runId) {
      const before = get().runs[chatId];
      if (before && !before.end) return false;
      untold.delete(chatId);
      set(({ runs }) => ({ runs: { ...runs, [chatId]: newLiveRun(runId) } }));
      return true;
    },
    tell(chatId, events) {
      untold.set(chatId, [...(untold.get(chatId) ?? []), ...events]);
      // The end is waited for: what is stored is read as soon as it is known.
      if (events.some(isEnd)) tellAll();
      else tellSoon();
    },
    change: (chatId, change) => edit(chatId, (run) => ({ ...run, ...change })),
    forget(chatId) {
      untold.delete(chatId);
      set(({ runs }) => {
        const { [chatId]: _forgotten, ...others } = runs;
        return { runs: others };
      });
    },
    leaveAll() {
      following.abort();
      following = new AbortController();
      untold.clear();
      set({ runs: {}, signal: following.signal });
    },
  };
});

export function useLiveRun(chatId: string): LiveRun | null {
  return useLiveRunStore((state) => state.runs[chatId]) ?? null;
}

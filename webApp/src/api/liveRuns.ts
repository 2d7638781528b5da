// A run that is followed in this tab: shown as it happens, and then replaced by what is stored of it.
import type { QueryClient } from "@tanstack/react-query";
import type { RunEnd } from "@/lib/agUi";
import type { Run } from "@/lib/database";
import type { Services } from "@/lib/services";
import { announceChange } from "@/lib/tabs";
import { cancelRun, runIdOf } from "@/lib/transport";
import { useLiveRunStore } from "@/stores/useLiveRunStore";
import { refreshChatLists } from "./chatListCache";
import { problemOfRun } from "./deliver";
import { followRun } from "./followRun";
import { syncMessages } from "./messageCache";
import { queryKeys } from "./queryKeys";

/** What a tab of a signed-in user has. */
export interface Tab {
  services: Services;
  queryClient: QueryClient;
}

interface RunToFollow {
  chatId: string;
  runId: string;
  /** Its stream; null to come to one that others have begun. */
  first: Response | null;
  signal: AbortSignal;
}

/**
 * Follows a run to its end. What it stored is in the cache when this resolves. Throws the Problem that it failed with,
 * or why it cannot be followed.
 */
export async function followLive(tab: Tab, run: RunToFollow): Promise<RunEnd> {
  const { chatId, first, signal } = run;
  const { begin, tell, change, forget } = useLiveRunStore.getState();
  const runId = (first && runIdOf(first)) || run.runId;
  // Two may come to the same run, as when it begins here and is found running: one of them shows it.
  const isShown = begin(chatId, runId);
  const listener = {
    onEvents: (events: Parameters<typeof tell>[1]) => {
      if (isShown) tell(chatId, events);
      if (first && events.some(({ type }) => type === "RUN_STARTED")) announceChange(chatId);
    },
    onConnection: (isConnected: boolean) => {
      if (isShown) change(chatId, { isConnected });
    },
  };
  const end = await followRun(tab.services, listener, { runId, first, signal }).catch((error) => {
    // Whoever looks at the chat asks about it from time to time.
    if (isShown) forget(chatId);
    throw error;
  });
  await noteEnd(tab.queryClient, chatId, runId, end);
  await settle(tab, chatId);
  if (end.type === "RUN_ERROR") throw problemOfRun(end, runId);
  return end;
}

/** Comes to a run that this tab has not begun: another tab's, or one from before a reload. */
export async function attachToRun(tab: Tab, chatId: string, runId: string): Promise<void> {
  const { runs, signal } = useLiveRunStore.getState();
  if (runs[chatId]) return;
  await followLive(tab, { chatId, runId, first: null, signal }).catch(() => undefined);
  void tab.queryClient.invalidateQueries({ queryKey: queryKeys.latestRun(chatId) });
  void tab.queryClient.invalidateQueries({ queryKey: queryKeys.chat(chatId) });
  void refreshChatLists(tab);
}

/** Asks for the chat's run to be stopped. Throws a Problem. */
export async function stopRun({ services }: Tab, chatId: string, runId: string): Promise<void> {
  const { change } = useLiveRunStore.getState();
  change(chatId, { isStopping: true });
  try {
    await cancelRun(services, runId);
  } catch (error) {
    change(chatId, { isStopping: false });
    throw error;
  }
}

/** Brings in what is stored, and lets it take the place of a run that is over. */
export async function settle({ services, queryClient }: Tab, chatId: string): Promise<void> {
  const before = useLiveRunStore.getState().runs[chatId];
  await syncMessages(queryClient, services.supabase, chatId).then(
    () => {
      const { runs, forget } = useLiveRunStore.getState();
      if (before?.end && runs[chatId]?.runId === before.runId) forget(chatId);
    },
    // What happened stays on the page as it was told; the next look at the chat makes up for it.
    () => undefined,
  );
}

/** Nobody need ask how the run is. An answer that is on its way may be from before. */
async function noteEnd(queryClient: QueryClient, chatId: string, runId: string, end: RunEnd): Promise<void> {
  const queryKey = queryKeys.latestRun(chatId);
  await queryClient.cancelQueries({ queryKey });
  queryClient.setQueryData<Run | null>(queryKey, (run) =>
    run?.id === runId ? { ...run, ...endOf(end) } : run,
  );
}

function endOf(end: RunEnd): Pick<Run, "status" | "error"> {
  if (end.type === "RUN_ERROR") {
    return { status: "failed", error: { code: end.code ?? "", message: end.message } };
  }
  switch (end.outcome?.type) {
    case "cancelled":
      return { status: "cancelled", error: null };
    case "interrupt":
      return { status: "waiting", error: null };
    default:
      return { status: "completed", error: null };
  }
}

// This tab's session instance: at most one, whatever mounts twice, switches fast, fails first or signs in later.
import { create } from "zustand";
import {
  deactivateSession,
  deactivateSessionNow,
  type Engagement,
  insertSession,
  touchSession,
} from "@/api/sessions";
import { asProblem, type Problem } from "@/lib/problem";
import type { Services } from "@/lib/services";

interface SessionState {
  /** What the tab is engaged with; null while no chat is open. */
  engagement: Engagement | null;
  /** The instance of that engagement; it is chosen before the insert, so that trying again makes no second row. */
  sessionInstanceId: string | null;
  isInitializingSession: boolean;
  /** The instance is in the database and active. */
  isSessionOpen: boolean;
  /** Why the last attempt failed; the next heartbeat tries again. */
  sessionProblem: Problem | null;
}

interface ChatStore extends SessionState {
  /** Engages with a chat, and leaves the one before. Does nothing when it is engaged, or about to be. */
  openSession: (services: Services, engagement: Engagement) => Promise<void>;
  /** A sign of life; also repairs an instance that could not be inserted or that is gone. */
  heartbeat: (services: Services) => Promise<void>;
  closeSession: (services: Services) => Promise<void>;
  /** For a page that is going away. A page that comes back heartbeats itself active again. */
  abandonSession: (services: Services, accessToken: string) => void;
}

const NO_SESSION: SessionState = {
  engagement: null,
  sessionInstanceId: null,
  isInitializingSession: false,
  isSessionOpen: false,
  sessionProblem: null,
};

export const useChatStore = create<ChatStore>()((set, get) => ({
  ...NO_SESSION,

  async openSession(services, engagement) {
    const before = get();
    const isSame = isSameEngagement(before.engagement, engagement);
    if (isSame && (before.isInitializingSession || before.isSessionOpen)) return;
    // Before anything is awaited: whoever calls next must find the guard set.
    const id = (isSame && before.sessionInstanceId) || crypto.randomUUID();
    set({ ...NO_SESSION, engagement, sessionInstanceId: id, isInitializingSession: true });
    if (!isSame) void deactivate(services, before);
    try {
      await insertSession(services, id, engagement);
    } catch (error) {
      if (get().sessionInstanceId === id)
        set({ isInitializingSession: false, sessionProblem: asProblem(error) });
      return;
    }
    if (get().sessionInstanceId === id) set({ isInitializingSession: false, isSessionOpen: true });
    else await deactivateSession(services, id).catch(() => undefined);
  },

  async heartbeat(services) {
    const { engagement, sessionInstanceId: id, isSessionOpen, openSession } = get();
    if (!engagement || !id) return;
    if (!isSessionOpen) return openSession(services, engagement);
    // A heartbeat that does not get through is made up for by the next one.
    const isThere = await touchSession(services, id).catch(() => true);
    if (isThere || get().sessionInstanceId !== id) return;
    set({ sessionInstanceId: null, isSessionOpen: false });
    await openSession(services, engagement);
  },

  async closeSession(services) {
    const before = get();
    set(NO_SESSION);
    await deactivate(services, before);
  },

  abandonSession(services, accessToken) {
    const { sessionInstanceId: id, isSessionOpen } = get();
    if (id && isSessionOpen) deactivateSessionNow(services, id, accessToken);
  },
}));

/** One that is still being inserted is deactivated by its own openSession; one that cannot be, by the server's sweep. */
async function deactivate(
  services: Services,
  { sessionInstanceId, isSessionOpen }: SessionState,
): Promise<void> {
  if (sessionInstanceId && isSessionOpen) {
    await deactivateSession(services, sessionInstanceId).catch(() => undefined);
  }
}

function isSameEngagement(one: Engagement | null, other: Engagement): boolean {
  return one?.userId === other.userId && one.chatId === other.chatId && one.agentName === other.agentName;
}

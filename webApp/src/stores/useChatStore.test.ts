import { beforeEach, describe, expect, test } from "vitest";
import { backend } from "@/testing/backend";
import { services } from "@/testing/render";
import { useChatStore } from "./useChatStore";

const user = "00000000-0000-4000-8000-000000000001";
const first = { userId: user, chatId: "00000000-0000-4000-8000-00000000000a", agentName: "assistant" };
const second = { userId: user, chatId: "00000000-0000-4000-8000-00000000000b", agentName: "librarian" };

const store = () => useChatStore.getState();
const sessions = () => backend.rows("chat_sessions");
const activeChats = () => sessions().flatMap((row) => (row["is_active"] ? [row["chat_id"]] : []));

beforeEach(() => {
  useChatStore.setState(useChatStore.getInitialState(), true);
});

/** Fails the next insert of a session; `isStored`: it arrived all the same, only the answer was lost. */
function failNextInsert({ isStored }: { isStored: boolean }) {
  backend.intercept((method, table) => {
    if (method !== "POST" || table !== "chat_sessions") return undefined;
    backend.intercept(null);
    if (isStored) {
      sessions().push({ id: store().sessionInstanceId, chat_id: first.chatId, is_active: true });
    }
    return Response.error();
  });
}

describe("a session instance", () => {
  test("is inserted once when a chat is opened twice at the same time", async () => {
    let inserts = 0;
    backend.intercept((method) => {
      if (method === "POST") inserts += 1;
      return undefined;
    });
    await Promise.all([store().openSession(services, first), store().openSession(services, first)]);
    await store().openSession(services, { ...first });
    expect(inserts).toBe(1);
    expect(sessions()).toHaveLength(1);
    expect(store()).toMatchObject({ isInitializingSession: false, isSessionOpen: true });
  });

  test("is being initialised from the first moment on, before anything was awaited", async () => {
    const opening = store().openSession(services, first);
    expect(store().isInitializingSession).toBe(true);
    await opening;
    expect(store().isInitializingSession).toBe(false);
  });

  test("is left behind inactive when the user switches while it is being inserted", async () => {
    await Promise.all([store().openSession(services, first), store().openSession(services, second)]);
    expect(sessions()).toHaveLength(2);
    expect(activeChats()).toEqual([second.chatId]);
    expect(store().engagement).toEqual(second);
  });

  test("is the only active one after switching there and back and there again", async () => {
    const switches = [first, second, first, second].map((chat) => store().openSession(services, chat));
    await Promise.all(switches);
    expect(activeChats()).toEqual([second.chatId]);
  });

  test("is deactivated when another agent's chat is opened", async () => {
    await store().openSession(services, first);
    await store().openSession(services, second);
    await expect.poll(activeChats).toEqual([second.chatId]);
  });

  test("is inserted by the next heartbeat when the first attempt failed", async () => {
    failNextInsert({ isStored: false });
    await store().openSession(services, first);
    expect(store()).toMatchObject({ isInitializingSession: false, isSessionOpen: false });
    expect(store().sessionProblem?.code).toBe("network");
    await store().heartbeat(services);
    expect(sessions()).toHaveLength(1);
    expect(store()).toMatchObject({ isSessionOpen: true, sessionProblem: null });
  });

  test("stays one when the first attempt arrived and only its answer was lost", async () => {
    failNextInsert({ isStored: true });
    await store().openSession(services, first);
    await store().openSession(services, first);
    expect(sessions()).toHaveLength(1);
    expect(store().isSessionOpen).toBe(true);
  });

  test("is replaced by the next heartbeat when it is gone from the database", async () => {
    await store().openSession(services, first);
    const gone = store().sessionInstanceId;
    sessions().length = 0;
    await store().heartbeat(services);
    expect(sessions()).toHaveLength(1);
    expect(store().sessionInstanceId).not.toBe(gone);
  });

  test("is made active again by a heartbeat", async () => {
    await store().openSession(services, first);
    Object.assign(sessions()[0] ?? {}, { is_active: false });
    await store().heartbeat(services);
    expect(activeChats()).toEqual([first.chatId]);
  });

  test("is deactivated when it is closed, and no heartbeat brings it back", async () => {
    await store().openSession(services, first);
    await store().closeSession(services);
    await store().heartbeat(services);
    expect(sessions()).toHaveLength(1);
    expect(activeChats()).toEqual([]);
  });

  test("is deactivated when it is closed while it is being inserted", async () => {
    const opening = store().openSession(services, first);
    await store().closeSession(services);
    await opening;
    expect(activeChats()).toEqual([]);
  });

  test("is deactivated by a page that goes away, with the user's own token", async () => {
    await store().openSession(services, first);
    store().abandonSession(services, "token-of-the-user");
    await expect.poll(activeChats).toEqual([]);
  });
});

import { act, renderHook, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, test } from "vitest";
import { useChatStore } from "@/stores/useChatStore";
import { useOutboxStore } from "@/stores/useOutboxStore";
import { answering, backend, refusing, store } from "@/testing/backend";
import { createSurroundings, services, USER_ID } from "@/testing/render";
import { useLatestRun, useMessages, useSendMessageMutation } from "./useChatApiHooks";

const chatId = "00000000-0000-4000-8000-00000000000a";
const message = {
  userId: USER_ID,
  chatId,
  agentName: "assistant",
  messageId: "00000000-0000-4000-8000-0000000000ff",
  text: "Hello",
  isNewChat: false,
};

beforeEach(() => {
  backend.rows("chats").push({ id: chatId, agent_name: "assistant", title: "A chat" });
});

async function open() {
  const { wrapper } = createSurroundings();
  const hook = renderHook(
    () => ({
      messages: useMessages(chatId, { enabled: true }),
      run: useLatestRun(chatId, { enabled: true }),
      sending: useSendMessageMutation(),
    }),
    { wrapper },
  );
  await waitFor(() =>
    expect(hook.result.current.messages.isSuccess && hook.result.current.run.isSuccess).toBe(true),
  );
  const texts = () =>
    hook.result.current.messages.entries.map((entry) => ("text" in entry ? entry.text : ""));
  return { ...hook, texts };
}

/** As another tab of the same browser does after a turn. */
function announce() {
  const tab = new BroadcastChannel("clarity.chats");
  tab.postMessage(chatId);
  tab.close();
}

function finishRun() {
  const run = { id: crypto.randomUUID(), chat_id: chatId, status: "completed", started_at: "2026-01-01" };
  backend.rows("chat_runs").push(run);
}

describe("a chat", () => {
  test("shows the turn of another tab as soon as that tab announces it", async () => {
    const { texts } = await open();
    store(chatId, "human", "From over there");
    store(chatId, "ai", "Answered there");
    finishRun();
    announce();
    await waitFor(() => expect(texts()).toEqual(["From over there", "Answered there"]));
  });

  test("shows each message once when two things make it look for new ones at the same moment", async () => {
    const { result, texts } = await open();
    backend.setAgent((turn) => {
      finishRun();
      announce();
      return answering("Done.")(turn);
    });
    let letGo: () => void = () => undefined;
    const bothAsked = new Promise<undefined>((resolve) => {
      letGo = () => resolve(undefined);
    });
    let asked = 0;
    backend.intercept((_method, table) => {
      if (table !== "chat_message_history") return undefined;
      asked += 1;
      if (asked === 2) letGo();
      return bothAsked;
    });
    await act(() => result.current.sending.mutateAsync(message));
    await waitFor(() => expect(texts()).toEqual(["Hello", "Done."]));
    expect(asked).toBeGreaterThanOrEqual(2);
  });

  test("has its earlier messages page by page, in order and each once", async () => {
    for (let count = 1; count <= 130; count += 1) store(chatId, "human", String(count));
    const { result, texts } = await open();
    expect(texts()).toEqual(Array.from({ length: 60 }, (_, index) => String(index + 71)));
    await act(() => result.current.messages.fetchNextPage());
    await waitFor(() => expect(texts()).toHaveLength(120));
    await act(() => result.current.messages.fetchNextPage());
    await waitFor(() =>
      expect(texts()).toEqual(Array.from({ length: 130 }, (_, index) => String(index + 1))),
    );
    expect(result.current.messages.hasNextPage).toBe(false);
  });
});

describe("sending a message", () => {
  test("is a sign of life of the tab, and goes out also when that cannot be given", async () => {
    const { result } = await open();
    const engagement = { userId: USER_ID, chatId, agentName: "assistant" };
    await act(() => useChatStore.getState().openSession(services, engagement));
    const [session] = backend.rows("chat_sessions");
    // As the server's sweep leaves a tab that it has not heard of for long.
    Object.assign(session ?? {}, { is_active: false });
    await act(() => result.current.sending.mutateAsync(message));
    await waitFor(() => expect(session).toMatchObject({ is_active: true }));

    backend.intercept((_method, table) => (table === "chat_sessions" ? Response.error() : undefined));
    await act(() => result.current.sending.mutateAsync({ ...message, messageId: crypto.randomUUID() }));
    expect(backend.turns()).toHaveLength(2);
    expect(useOutboxStore.getState().messages).toEqual({});
  });

  test("leaves nothing in the outbox once the answer is in the chat", async () => {
    const { result, texts } = await open();
    await act(() => result.current.sending.mutateAsync(message));
    await waitFor(() => expect(texts()).toEqual(["Hello", "Done."]));
    expect(useOutboxStore.getState().messages).toEqual({});
  });

  test("keeps the message in the outbox with the reason when it fails", async () => {
    const { result } = await open();
    backend.setAgent(refusing(503, "database_unavailable"));
    await act(() => result.current.sending.mutateAsync(message).catch(() => undefined));
    expect(useOutboxStore.getState().messages[chatId]).toMatchObject({
      text: "Hello",
      messageId: message.messageId,
      status: "failed",
      problem: { code: "database_unavailable" },
    });
  });
});

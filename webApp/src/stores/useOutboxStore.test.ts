import { expect, test } from "vitest";
import { useOutboxStore } from "./useOutboxStore";

const message = {
  userId: "user",
  chatId: "chat",
  agentName: "assistant",
  messageId: "message",
  text: "Hello",
  isNewChat: true,
  status: "sending" as const,
  problem: null,
};

test("a message that was on its way when the page was reloaded is there again, to be sent again under its id", async () => {
  useOutboxStore.getState().put(message);
  const stored = localStorage.getItem("clarity.outbox") ?? "";
  useOutboxStore.setState({ messages: {} });
  localStorage.setItem("clarity.outbox", stored);
  await useOutboxStore.persist.rehydrate();
  expect(useOutboxStore.getState().messages["chat"]).toMatchObject({
    text: "Hello",
    messageId: "message",
    status: "failed",
    problem: { code: "network" },
  });
});

test("news about a message that was taken back changes nothing", () => {
  useOutboxStore.setState({ messages: {} });
  useOutboxStore.getState().change("chat", { status: "failed" });
  expect(useOutboxStore.getState().messages).toEqual({});
});

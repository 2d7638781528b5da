import { expect, test } from "vitest";
import { useQueueStore } from "./useQueueStore";

const message = { id: "one", userId: "user", chatId: "chat", agentName: "assistant", text: "Next" };

test("what waited before a reload is there again, and waits for somebody to say so", async () => {
  useQueueStore.getState().add(message);
  expect(useQueueStore.getState().messages).toMatchObject([{ text: "Next", isHeld: false }]);
  const stored = localStorage.getItem("clarity.queue") ?? "";
  useQueueStore.setState({ messages: [] });
  localStorage.setItem("clarity.queue", stored);
  await useQueueStore.persist.rehydrate();
  expect(useQueueStore.getState().messages).toMatchObject([{ text: "Next", isHeld: true }]);
});

test("what is held is one chat's", () => {
  useQueueStore.setState({ messages: [] });
  const { add, hold } = useQueueStore.getState();
  add(message);
  add({ ...message, id: "two", chatId: "other" });
  hold("chat");
  expect(useQueueStore.getState().messages.map(({ isHeld }) => isHeld)).toEqual([true, false]);
});

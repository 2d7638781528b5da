import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Link } from "react-router";
import { beforeEach, describe, expect, test, vi } from "vitest";
import ChatPage from "@/pages/ChatPage";
import { type OutgoingMessage, useOutboxStore } from "@/stores/useOutboxStore";
import { useReadStore } from "@/stores/useReadStore";
import { backend, store } from "@/testing/backend";
import { addAgents, addChat } from "@/testing/chats";
import { createSurroundings, USER_ID } from "@/testing/render";

const chatId = "00000000-0000-4000-8000-00000000000a";
const yesterday = new Date(Date.now() - 86_400_000).toISOString();

beforeEach(() => {
  addAgents("assistant");
  addChat(chatId, { created_at: yesterday });
  say("human", "How often?", yesterday);
  say("ai", "Twice a week.", yesterday);
  useReadStore.setState({ users: { [USER_ID]: { since: yesterday, chats: { [chatId]: yesterday } } } });
});

function say(type: "human" | "ai", text: string, at = new Date().toISOString()) {
  const id = store(chatId, type, text);
  Object.assign(backend.rows("chat_message_history").find((row) => row["message_uuid"] === id) ?? {}, {
    created_at: at,
  });
  Object.assign(backend.rows("chats")[0] ?? {}, { last_message_at: at });
  return id;
}

function open(onTheirWay: Record<string, OutgoingMessage> = {}) {
  const { wrapper } = createSurroundings(`/chat/${chatId}`);
  useOutboxStore.setState({ messages: onTheirWay });
  return render(
    <>
      <ChatPage />
      <Link to="/new/assistant">Elsewhere</Link>
      <Link to={`/chat/${chatId}`}>Back</Link>
    </>,
    { wrapper },
  );
}

/** The words of the thread in their order, the line among them. */
const thread = () =>
  [...screen.getByRole("region", { name: "Conversation" }).querySelectorAll("article, h3")].map(
    ({ textContent }) => textContent,
  );
const line = () => screen.findByRole("heading", { name: "New messages" });

function turnPage(isHidden: boolean) {
  vi.spyOn(document, "hidden", "get").mockReturnValue(isHidden);
  act(() => void document.dispatchEvent(new Event("visibilitychange")));
}

/** As another tab does that has just had a turn. */
function announce() {
  backend.rows("chat_runs").push({ id: crypto.randomUUID(), chat_id: chatId, status: "completed" });
  const tab = new BroadcastChannel("clarity.chats");
  tab.postMessage(chatId);
  tab.close();
}

describe("the line above what has not been read", () => {
  test("is where an agent began since, and gone on the next visit", async () => {
    say("human", "And the ferns?");
    say("ai", "Every day.");
    open();
    expect(await line()).toBeInTheDocument();
    expect(thread()).toEqual(["How often?", "Twice a week.", "And the ferns?", "New messages", "Every day."]);
    await userEvent.click(screen.getByRole("link", { name: "Elsewhere" }));
    await screen.findByText("What can ASSISTANT do for you?");
    await userEvent.click(screen.getByRole("link", { name: "Back" }));
    expect(await screen.findByText("Every day.")).toBeInTheDocument();
    expect(thread()).not.toContain("New messages");
  });

  test("is where it is although one's own question was still on its way when the page was left", async () => {
    const messageId = say("human", "And the ferns?");
    say("ai", "Every day.");
    const facts = { userId: USER_ID, chatId, agentName: "assistant", isNewChat: false };
    const problem = { code: "network", title: "No connection", message: "" };
    const question = { ...facts, messageId, text: "And the ferns?", status: "failed" as const, problem };
    open({ [chatId]: question });
    expect(await line()).toBeInTheDocument();
    expect(thread().slice(-2)).toEqual(["New messages", "Every day."]);
  });

  test("is gone once one says something", async () => {
    say("ai", "By the way: it froze.");
    open();
    await line();
    await userEvent.type(await screen.findByRole("textbox", { name: "Message" }), "Thank you{Enter}");
    expect(await screen.findByText("Done.")).toBeInTheDocument();
    expect(thread()).not.toContain("New messages");
  });

  test("is above what came while the page was out of sight, not above what is seen coming", async () => {
    open();
    expect(await screen.findByText("Twice a week.")).toBeInTheDocument();
    say("ai", "Seen coming.");
    announce();
    await screen.findByText("Seen coming.");
    expect(thread()).not.toContain("New messages");
    turnPage(true);
    say("ai", "Behind one's back.");
    announce();
    await screen.findByText("Behind one's back.");
    turnPage(false);
    expect(thread().slice(-2)).toEqual(["New messages", "Behind one's back."]);
    say("ai", "Seen as well.");
    announce();
    await screen.findByText("Seen as well.");
    expect(thread().slice(-3)).toEqual(["New messages", "Behind one's back.", "Seen as well."]);
    turnPage(true);
    turnPage(false);
    expect(thread()).not.toContain("New messages");
  });
});

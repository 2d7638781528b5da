import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Link } from "react-router";
import { beforeEach, describe, expect, test, vi } from "vitest";
import ChatPage from "@/pages/ChatPage";
import { backend, store } from "@/testing/backend";
import { renderApp } from "@/testing/render";
import { Toasts } from "./Toasts";

const chatId = "00000000-0000-4000-8000-00000000000a";
// As stored, a page has 60 of them.
const MESSAGES = 200;

let ids: string[] = [];

beforeEach(() => {
  // Far from the top: there, earlier messages are read anyway.
  vi.spyOn(HTMLElement.prototype, "scrollTop", "get").mockReturnValue(5000);
  backend.rows("agent_configurations").push({ id: "1", agent_name: "assistant", is_active: true });
  backend.rows("chats").push({
    id: chatId,
    agent_name: "assistant",
    title: "Plants",
    created_at: "2026-01-01T10:00:00Z",
    last_message_at: new Date().toISOString(),
  });
  ids = Array.from({ length: MESSAGES }, (_, place) =>
    store(chatId, place % 2 === 0 ? "human" : "ai", `Message ${place}`),
  );
});

function open(path: string) {
  renderApp(
    <>
      <ChatPage />
      <Toasts />
      <Link to={`/chat/${chatId}?message=${ids[150]}`}>To 150</Link>
      <Link to={`/chat/${chatId}?message=${ids[20]}`}>To 20</Link>
    </>,
    path,
  );
}

const blockOf = (text: string) => screen.getByText(text).closest("[data-block]");

describe("an address that names a message", () => {
  test("leads to it, however far back it is, with all that lies between", async () => {
    open(`/chat/${chatId}?message=${ids[100]}`);
    expect(await screen.findByText("Message 100")).toBeInTheDocument();
    await waitFor(() => expect(blockOf("Message 100")).toHaveFocus());
    // No page is missing in between, and one is there above.
    for (const place of [MESSAGES - 1, 150, 120, 99, 50]) {
      expect(screen.getByText(`Message ${place}`)).toBeInTheDocument();
    }
  });

  test("leads from one message to another, and back to the same", async () => {
    open(`/chat/${chatId}`);
    await screen.findByText("Message 199");
    for (const place of [150, 20, 150]) {
      await userEvent.click(screen.getByRole("link", { name: `To ${place}` }));
      await waitFor(() => expect(blockOf(`Message ${place}`)).toHaveFocus());
    }
  });

  test("says so when the message is no longer there", async () => {
    open(`/chat/${chatId}?message=00000000-0000-4000-8000-00000000dead`);
    expect(await screen.findByText("That message is no longer there.")).toBeInTheDocument();
    expect(screen.getByText("Message 199")).toBeInTheDocument();
  });
});

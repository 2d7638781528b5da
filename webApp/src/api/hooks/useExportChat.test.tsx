import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { ChatMenu } from "@/components/ChatMenu";
import { Toasts } from "@/components/Toasts";
import type { Chat } from "@/lib/database";
import { useToastStore } from "@/stores/useToastStore";
import { backend, store } from "@/testing/backend";
import { renderApp } from "@/testing/render";

const chat = {
  id: "00000000-0000-4000-8000-00000000000a",
  title: "Plants",
  agent_name: "assistant",
  is_archived: false,
  is_pinned: false,
} as Chat;

/** Takes what it is given once it is there, as a browser does. */
class Clip {
  constructor(readonly parts: Record<string, Promise<Blob>>) {}
}

let saved: Blob | null = null;
let clips: Clip[] = [];
let name = "";

beforeEach(() => {
  saved = null;
  clips = [];
  useToastStore.setState({ toasts: [] });
  vi.stubGlobal("ClipboardItem", Clip);
  vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => {
    saved = blob as Blob;
    return "blob:saved";
  });
  vi.spyOn(URL, "revokeObjectURL").mockReturnValue(undefined);
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    name = this.download;
  });
});

const copied = () => clips[0]?.parts["text/plain"] ?? Promise.reject(new Error("Nothing was copied"));

async function choose(action: RegExp) {
  const user = userEvent.setup();
  vi.spyOn(navigator.clipboard, "write").mockImplementation(async (items) => {
    clips = items as unknown as Clip[];
    await copied();
  });
  renderApp(
    <>
      <ChatMenu chat={chat} isCurrent={false} trigger={<button type="button">Actions</button>} />
      <Toasts />
    </>,
  );
  await user.click(screen.getByRole("button", { name: "Actions" }));
  await user.click(await screen.findByRole("menuitem", { name: action }));
}

test("a chat is saved as Markdown that says who said what", async () => {
  store(chat.id, "human", "How often?");
  store(chat.id, "ai", "**Twice** a week.");
  await choose(/Download as Markdown/);
  await waitFor(() => expect(saved).not.toBeNull());
  const text = await (saved as unknown as Blob).text();
  expect(text).toBe("# Plants\n\n**You:** How often?\n\n**assistant:** **Twice** a week.\n");
  expect(name).toBe(`chat-${chat.id}.md`);
});

test("a chat is saved as JSON, with its messages as they are stored", async () => {
  store(chat.id, "human", "How often?", "q");
  await choose(/Download as JSON/);
  await waitFor(() => expect(saved).not.toBeNull());
  const json = JSON.parse(await (saved as unknown as Blob).text()) as { chat: Chat; messages: object[] };
  expect(json.chat).toEqual(chat);
  expect(json.messages).toMatchObject([{ message_uuid: "q" }]);
  expect(name).toBe(`chat-${chat.id}.json`);
});

test("a chat is saved to its end, also where one answer of the database does not hold it", async () => {
  for (let count = 1; count <= 1200; count += 1) store(chat.id, "human", String(count));
  await choose(/Download as JSON/);
  await waitFor(() => expect(saved).not.toBeNull());
  const json = JSON.parse(await (saved as unknown as Blob).text()) as { messages: object[] };
  expect(json.messages).toHaveLength(1200);
});

test("a chat is copied as Markdown, and that is told", async () => {
  store(chat.id, "human", "How often?");
  await choose(/Copy as Markdown/);
  expect(await screen.findByText("Copied to the clipboard")).toBeInTheDocument();
  expect(await (await copied()).text()).toBe("# Plants\n\n**You:** How often?\n");
});

test.each([/Download as JSON/, /Download as Markdown/, /Copy as Markdown/])(
  "a chat that cannot be read is not taken along by %s, and that is told",
  async (action) => {
    store(chat.id, "human", "How often?");
    backend.intercept((_method, table) => (table === "chat_message_history" ? Response.error() : undefined));
    await choose(action);
    expect(await screen.findByText(/could not be/)).toBeInTheDocument();
    expect(screen.queryByText("Copied to the clipboard")).not.toBeInTheDocument();
    expect(saved).toBeNull();
  },
);

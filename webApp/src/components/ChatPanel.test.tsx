import { act, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse } from "msw";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { queryKeys } from "@/api/queryKeys";
import ChatPage from "@/pages/ChatPage";
import { useQueueStore } from "@/stores/useQueueStore";
import { answering, backend, refusing, store, streaming } from "@/testing/backend";
import { addAgents, addChat } from "@/testing/chats";
import { createSurroundings, renderApp } from "@/testing/render";
import { Toasts } from "./Toasts";

const chatId = "00000000-0000-4000-8000-00000000000a";
const otherId = "00000000-0000-4000-8000-00000000000b";

beforeEach(() => useQueueStore.setState({ messages: [] }));

const app = (path: string) =>
  renderApp(
    <>
      <ChatPage />
      <Toasts />
    </>,
    path,
  );
const field = () => screen.findByRole("textbox", { name: "Message" });

describe("the first message of a new chat", () => {
  test("makes one chat and one session instance, and shows the answer", async () => {
    addAgents("assistant");
    app("/new");
    await userEvent.type(await field(), "Hello there{Enter}");
    expect(await screen.findByText("Done.")).toBeInTheDocument();
    expect(screen.getAllByRole("article", { name: "You" })).toHaveLength(1);
    expect(backend.rows("chats")).toHaveLength(1);
    expect(backend.rows("chat_sessions")).toHaveLength(1);
    expect(backend.turns()[0]).toMatchObject({
      message: "Hello there",
      session_id: backend.rows("chats")[0]?.["id"],
    });
  });

  test("keeps its text and its id when the chat could not be made", async () => {
    addAgents("assistant");
    backend.intercept((method, table) =>
      method === "POST" && table === "chats" ? Response.error() : undefined,
    );
    app("/new");
    await userEvent.type(await field(), "Hello there{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("No connection");
    expect(backend.turns()).toHaveLength(0);
    backend.intercept(null);
    await userEvent.click(screen.getByRole("button", { name: "Send again" }));
    expect(await screen.findByText("Done.")).toBeInTheDocument();
    expect(screen.queryByRole("alert")).not.toBeInTheDocument();
    expect(backend.rows("chats")).toHaveLength(1);
  });

  test("leaves what is typed behind it in the message field, once the chat is in the database", async () => {
    addAgents("assistant");
    const answer = streaming();
    backend.setAgent(answer.agent);
    app("/new");
    await userEvent.type(await field(), "Hello there{Enter}And anoth");
    await waitFor(() => expect(answer.streams).toHaveLength(1));
    await waitFor(() => expect(backend.rows("chat_sessions")).toHaveLength(1));
    expect(await field()).toHaveValue("And anoth");
    await userEvent.type(await field(), "er thing");
    expect(await field()).toHaveValue("And another thing");
  });
});

describe("a message that fails", () => {
  test("says what to do, and is sent again under the same id", async () => {
    addAgents("assistant");
    addChat(chatId);
    backend.setAgent(refusing(502, "model_failed"));
    app(`/chat/${chatId}`);
    await userEvent.type(await field(), "Hello there{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("Detail of model_failed.");
    expect(screen.getByRole("alert")).toHaveTextContent("Try again");
    backend.setAgent(answering("At last."));
    await userEvent.click(screen.getByRole("button", { name: "Send again" }));
    expect(await screen.findByText("At last.")).toBeInTheDocument();
    const [first, second] = backend.turns();
    expect(second?.message_id).toBe(first?.message_id);
    expect(second?.message).toBe("Hello there");
  });

  test("comes back into the message field to be changed", async () => {
    addAgents("assistant");
    addChat(chatId);
    backend.setAgent(refusing(422, "invalid_request"));
    app(`/chat/${chatId}`);
    await userEvent.type(await field(), "Hello there{Enter}");
    await userEvent.click(await screen.findByRole("button", { name: "Edit" }));
    expect(await field()).toHaveValue("Hello there");
    expect(screen.queryByRole("alert")).not.toBeInTheDocument();
  });

  test("comes back above what is being typed by then", async () => {
    addAgents("assistant");
    addChat(chatId);
    backend.setAgent(refusing(422, "invalid_request"));
    app(`/chat/${chatId}`);
    await userEvent.type(await field(), "Hello there{Enter}And anoth");
    await userEvent.click(await screen.findByRole("button", { name: "Edit" }));
    expect(await field()).toHaveValue("Hello there\n\nAnd anoth");
  });

  test("for want of a network goes out by itself, once, when there is one", async () => {
    addAgents("assistant");
    addChat(chatId);
    app(`/chat/${chatId}`);
    const onLine = vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
    act(() => void window.dispatchEvent(new Event("offline")));
    backend.setAgent(() => HttpResponse.error());
    await userEvent.type(await field(), "Hello there{Enter}");
    expect(await screen.findByText(/^Not sent yet/, { ignore: ".sr-only" })).toBeInTheDocument();
    expect(screen.queryByRole("alert")).not.toBeInTheDocument();
    await userEvent.type(await field(), "And one more{Enter}");
    expect(await screen.findByText("And one more")).toBeInTheDocument();
    const before = backend.turns().length;
    backend.setAgent(answering("At last."));
    onLine.mockReturnValue(true);
    act(() => void window.dispatchEvent(new Event("online")));
    await screen.findByText("At last.");
    expect(backend.turns()).toHaveLength(before + 1);
    expect(new Set(backend.turns().map((turn) => turn.message_id)).size).toBe(1);
    expect(screen.getByText("And one more")).toBeInTheDocument();
    onLine.mockRestore();
  });

  test("can be sent again after a reload that knows of it only by the chat's last run", async () => {
    addAgents("assistant");
    addChat(chatId);
    store(chatId, "human", "Hello there", "00000000-0000-4000-8000-0000000000ff");
    backend.rows("chat_runs").push({
      id: "run",
      chat_id: chatId,
      status: "failed",
      user_message_uuid: "00000000-0000-4000-8000-0000000000ff",
      error: { code: "turn_timeout", message: "It took too long." },
      started_at: "2026-01-01",
    });
    app(`/chat/${chatId}`);
    expect(await screen.findByRole("alert")).toHaveTextContent("It took too long.");
    await userEvent.click(screen.getByRole("button", { name: "Send again" }));
    await waitFor(() => expect(backend.turns()[0]?.message_id).toBe("00000000-0000-4000-8000-0000000000ff"));
  });
});

describe("the message field", () => {
  test("makes a new line with Shift and Enter, and sends nothing that is blank", async () => {
    addAgents("assistant");
    addChat(chatId);
    app(`/chat/${chatId}`);
    await userEvent.type(await field(), "  {Enter}");
    expect(backend.turns()).toHaveLength(0);
    await userEvent.clear(await field());
    await userEvent.type(await field(), "one{Shift>}{Enter}{/Shift}two");
    expect(await field()).toHaveValue("one\ntwo");
  });
});

describe("the chat that is opened", () => {
  test("is the one that was left last", async () => {
    addAgents("assistant");
    addChat(chatId);
    store(chatId, "human", "Yesterday's words");
    localStorage.setItem(
      "clarity.lastChat",
      JSON.stringify({ userId: "00000000-0000-4000-8000-000000000001", chatId }),
    );
    app("/");
    expect(await screen.findByText("Yesterday's words")).toBeInTheDocument();
  });

  test("is a new one, and the stored id is forgotten, when that chat is gone or another user's", async () => {
    addAgents("assistant");
    localStorage.setItem(
      "clarity.lastChat",
      JSON.stringify({ userId: "00000000-0000-4000-8000-000000000001", chatId }),
    );
    app("/");
    expect(await screen.findByText("What can ASSISTANT do for you?")).toBeInTheDocument();
    expect(localStorage.getItem("clarity.lastChat")).toBeNull();
  });

  test("is a new one, with a word about it, when the address names one that is gone", async () => {
    addAgents("assistant");
    app(`/chat/${chatId}`);
    expect(await screen.findByText(/no longer there/)).toBeInTheDocument();
    expect(await screen.findByText("What can ASSISTANT do for you?")).toBeInTheDocument();
    expect(backend.rows("chat_sessions")).toHaveLength(0);
  });

  test("is the last one with the agent that the address names", async () => {
    addAgents("assistant", "librarian");
    addChat(chatId, { agent_name: "librarian" });
    store(chatId, "human", "About books");
    app("/agent/librarian");
    expect(await screen.findByText("About books")).toBeInTheDocument();
    await waitFor(() => expect(backend.rows("chat_sessions")[0]).toMatchObject({ agent_name: "librarian" }));
  });

  test("has its messages read beside its row, and once", async () => {
    addAgents("assistant");
    addChat(chatId);
    store(chatId, "human", "Here at once");
    let reads = 0;
    let tell: () => void = () => undefined;
    const isTold = new Promise<undefined>((resolve) => {
      tell = () => resolve(undefined);
    });
    backend.intercept((_method, table) => {
      if (table === "chat_message_history") reads += 1;
      return table === "chats" ? isTold : undefined;
    });
    const { queryClient, wrapper } = createSurroundings(`/chat/${chatId}`);
    render(<ChatPage />, { wrapper });
    await waitFor(() => expect(queryClient.getQueryData(queryKeys.messages(chatId))).toBeDefined());
    tell();
    expect(await screen.findByText("Here at once")).toBeInTheDocument();
    // What is asked for by then is asked for.
    await waitFor(() => expect(backend.rows("chat_sessions")).toHaveLength(1));
    expect(reads).toBe(1);
  });

  test("says that there is no agent where there is none", async () => {
    app("/new");
    expect(await screen.findByText("There is no agent yet")).toBeInTheDocument();
  });

  test("says what is wrong and tries again when it cannot be read", async () => {
    addAgents("assistant");
    addChat(chatId);
    store(chatId, "human", "Here after all");
    backend.intercept((_method, table) => (table === "chat_message_history" ? Response.error() : undefined));
    app(`/chat/${chatId}`);
    expect(await screen.findByRole("alert")).toHaveTextContent("The chat could not be loaded.");
    backend.intercept(null);
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("Here after all")).toBeInTheDocument();
  });
});

describe("what was said", () => {
  test("is copied as it was written, and that is told", async () => {
    const user = userEvent.setup();
    addAgents("assistant");
    addChat(chatId);
    store(chatId, "human", "How often?", "q");
    store(chatId, "ai", "**Twice** a week.");
    app(`/chat/${chatId}`);
    const answer = within(await screen.findByRole("article", { name: "ASSISTANT" }));
    await user.click(answer.getByRole("button", { name: "Copy" }));
    expect(await answer.findByRole("button", { name: "Copied" })).toBeInTheDocument();
    expect(await navigator.clipboard.readText()).toBe("**Twice** a week.");
  });
});

test("what is typed stays with its chat, and is there when one comes back", async () => {
  addAgents("assistant");
  addChat(chatId);
  addChat(chatId, { id: otherId, title: "Books" });
  app(`/chat/${chatId}`);
  await userEvent.type(await field(), "About plants");
  await userEvent.click(await screen.findByRole("link", { name: "Books" }));
  await waitFor(async () => expect(await field()).toHaveValue(""));
  await userEvent.type(await field(), "About books");
  await userEvent.click(screen.getByRole("link", { name: "Plants" }));
  await waitFor(async () => expect(await field()).toHaveValue("About plants"));
});

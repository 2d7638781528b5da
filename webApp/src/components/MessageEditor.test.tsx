import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse } from "msw";
import { beforeEach, describe, expect, test } from "vitest";
import type { AgentEntry } from "@/api/agents";
import ChatPage from "@/pages/ChatPage";
import { useBesideChatStore } from "@/stores/useBesideChatStore";
import { useDraftStore } from "@/stores/useDraftStore";
import { backend, refusing, store, streaming } from "@/testing/backend";
import { addAgents, addChat } from "@/testing/chats";
import { createSurroundings, renderApp, USER_ID } from "@/testing/render";
import { said } from "@/testing/runStream";
import BesideChat from "./agents/BesideChat";

const chatId = "00000000-0000-4000-8000-00000000000a";
const first = "00000000-0000-4000-8000-0000000000f1";
const second = "00000000-0000-4000-8000-0000000000f2";
const draftKey = `${USER_ID}:${chatId}:${second}`;

interface ForkRequest {
  message_id: string;
  new_chat_id: string;
}

let asked: ForkRequest[] = [];

/** As the chat server does it: once for each id. What else it is asked it does not know. */
async function fork(request: Request): Promise<Response> {
  if (!request.url.endsWith("/fork")) return refusing(404, "not_found")({} as never);
  const body = (await request.json()) as ForkRequest;
  asked.push(body);
  const origin = new URL(request.url).pathname.split("/")[3] ?? "";
  const { new_chat_id: id, message_id: before } = body;
  if (!backend.rows("chats").some((row) => row["id"] === id)) {
    const told = backend.rows("chat_message_history").filter((row) => row["session_id"] === origin);
    const end = told.findIndex((row) => row["message_uuid"] === before);
    const at = { created_at: new Date().toISOString(), last_message_at: new Date().toISOString() };
    const parted = { forked_from: origin, forked_before: before };
    backend.rows("chats").push({ id, agent_name: "assistant", title: "Plants (2)", ...at, ...parted });
    const messages = backend.rows("chat_message_history");
    for (const row of told.slice(0, end)) messages.push({ ...row, id: messages.length + 1, session_id: id });
  }
  const answer = { chat_id: id, agent_name: "assistant", title: "Plants (2)" };
  return HttpResponse.json({ ...answer, forked_from: origin, forked_before: before }, { status: 201 });
}

beforeEach(() => {
  asked = [];
  backend.setApi(fork);
  addAgents("assistant");
  addChat(chatId, { forked_from: null, forked_before: null });
  store(chatId, "human", "How often?", first);
  store(chatId, "ai", "Twice a week.");
  store(chatId, "human", "And the ferns?", second);
  store(chatId, "ai", "Daily.");
});

const questions = () => screen.findAllByRole("article", { name: "You" });
const texts = async () => (await questions()).map((one) => one.textContent);
const field = () => screen.findByRole("textbox", { name: "What you say instead" });
const pencil = (question: HTMLElement | undefined) =>
  within(question as HTMLElement).getByRole("button", { name: "Edit and send anew" });
const open = async (place: number) => userEvent.click(pencil((await questions())[place]));
const storedIn = (id: unknown) =>
  backend
    .rows("chat_message_history")
    .filter((row) => row["session_id"] === id)
    .map((row) => (row["message"] as { data: { content: string } }).data.content);

describe("a message of one's own", () => {
  test("is changed where it stands, and goes on from there in a chat of its own", async () => {
    renderApp(<ChatPage />, `/chat/${chatId}`);
    await open(1);
    expect(await field()).toHaveFocus();
    expect(await field()).toHaveValue("And the ferns?");
    await userEvent.clear(await field());
    await userEvent.type(await field(), "And the moss?{Enter}");

    expect(await screen.findByText("Done.")).toBeInTheDocument();
    expect(asked).toHaveLength(1);
    const newChatId = asked[0]?.new_chat_id;
    expect(asked[0]?.message_id).toBe(second);
    expect(backend.turns()).toMatchObject([{ session_id: newChatId, message: "And the moss?" }]);
    expect(backend.turns()[0]?.message_id).not.toBe(second);
    expect(await texts()).toEqual(["How often?", "And the moss?"]);
    expect(screen.queryByText("Daily.")).not.toBeInTheDocument();
    expect(storedIn(chatId)).toEqual(["How often?", "Twice a week.", "And the ferns?", "Daily."]);
    expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent("Plants (2)");
  });

  test("that is the first leaves nothing behind it, and the chat tells where it comes from", async () => {
    renderApp(<ChatPage />, `/chat/${chatId}`);
    await open(0);
    await userEvent.type(await field(), " And when?");
    const form = (await field()).closest("form") as HTMLElement;
    await userEvent.click(within(form).getByRole("button", { name: "Send" }));
    expect(await screen.findByText("Done.")).toBeInTheDocument();
    expect(await texts()).toEqual(["How often? And when?"]);
    const origin = await within(screen.getByRole("main")).findByRole("link", { name: "Plants" });
    expect(origin.parentElement).toHaveTextContent("Branched from");
    await userEvent.click(origin);
    expect(await screen.findByText("Daily.")).toBeInTheDocument();
    expect(screen.queryByText("Branched from")).not.toBeInTheDocument();
  });

  test("is left as it was by Escape, without stopping the answer, and the focus goes back", async () => {
    const { agent } = streaming();
    backend.setAgent(agent);
    renderApp(<ChatPage />, `/chat/${chatId}`);
    await userEvent.type(await screen.findByRole("textbox", { name: "Message" }), "And roses?{Enter}");
    await screen.findByRole("button", { name: "Stop" });
    await open(1);
    await userEvent.type(await field(), " Or not?{Escape}");
    expect(screen.queryByRole("textbox", { name: "What you say instead" })).not.toBeInTheDocument();
    expect(backend.cancelled()).toEqual([]);
    expect(screen.getByText("And the ferns?")).toBeInTheDocument();
    expect(pencil((await questions())[1])).toHaveFocus();
    expect(useDraftStore.getState().drafts).toEqual({});
  });

  test("stays the field that it was while the answer to another one is stored", async () => {
    const { agent, last } = streaming();
    backend.setAgent(agent);
    renderApp(<ChatPage />, `/chat/${chatId}`);
    await userEvent.type(await screen.findByRole("textbox", { name: "Message" }), "And roses?{Enter}");
    await screen.findByRole("button", { name: "Stop" });
    await open(1);
    const editor = await field();
    const answer = store(chatId, "ai", "Seldom.");
    last()
      .send(...said.text(answer, "Seldom."), said.finished())
      .close();
    await waitFor(async () => expect(pencil((await questions())[2])).toBeEnabled());
    expect(await field()).toBe(editor);
    expect(editor).toHaveFocus();
    await userEvent.keyboard("{Escape}");
    expect(await texts()).toEqual(["How often?", "And the ferns?", "And roses?"]);
  });

  test("that is on its way cannot be parted from yet", async () => {
    backend.setAgent(refusing(502, "model_failed"));
    renderApp(<ChatPage />, `/chat/${chatId}`);
    await userEvent.type(await screen.findByRole("textbox", { name: "Message" }), "And roses?{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("Detail of model_failed.");
    expect(pencil((await questions())[2])).toBeDisabled();
  });

  test("is not sent when nothing is left of it", async () => {
    renderApp(<ChatPage />, `/chat/${chatId}`);
    await open(1);
    await userEvent.clear(await field());
    await userEvent.type(await field(), "  {Enter}");
    expect(asked).toEqual([]);
    expect(await field()).toHaveValue("  ");
  });
});

test("beside an agent's form it goes on there", async () => {
  useBesideChatStore.setState({ chats: { assistant: { chatId, hasBegun: true } } });
  const agent = { agent_name: "assistant", display_name: "ASSISTANT", description: null };
  renderApp(<BesideChat agent={agent as AgentEntry} />, "/agents/assistant");
  await open(1);
  await userEvent.type(await field(), " Or moss?{Enter}");
  expect(await screen.findByText("Done.")).toBeInTheDocument();
  expect(await texts()).toEqual(["How often?", "And the ferns? Or moss?"]);
  expect(useBesideChatStore.getState().chats["assistant"]?.chatId).toBe(asked[0]?.new_chat_id);
  expect(await screen.findByRole("textbox", { name: "Message" })).toHaveFocus();
});

describe("what is typed instead", () => {
  test("stays when the new chat cannot be made, and trying again makes one", async () => {
    backend.setApi(async (request) => {
      const answer = await fork(request);
      // The chat was made, and the answer to that is lost.
      return answer.ok ? HttpResponse.error() : answer;
    });
    renderApp(<ChatPage />, `/chat/${chatId}`);
    await open(1);
    await userEvent.type(await field(), " Or moss?{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("The new chat could not be made.");
    expect(await field()).toHaveValue("And the ferns? Or moss?");
    expect(backend.turns()).toEqual([]);

    backend.setApi(fork);
    await userEvent.type(await field(), "{Enter}");
    expect(await screen.findByText("Done.")).toBeInTheDocument();
    expect(new Set(asked.map(({ new_chat_id }) => new_chat_id)).size).toBe(1);
    expect(backend.rows("chats")).toHaveLength(2);
    expect(useDraftStore.getState().drafts).toEqual({});
  });

  test("stays when the message cannot be sent in the new chat", async () => {
    backend.setAgent(refusing(502, "model_failed"));
    renderApp(<ChatPage />, `/chat/${chatId}`);
    await open(1);
    await userEvent.type(await field(), " Or moss?{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("Detail of model_failed.");
    expect(await screen.findByText("How often?")).toBeInTheDocument();
    expect(await texts()).toEqual(["How often?", "And the ferns? Or moss?"]);
    expect(screen.getByRole("button", { name: "Send again" })).toBeInTheDocument();
  });

  test("is there again after a reload, and takes no focus by itself", async () => {
    const view = renderApp(<ChatPage />, `/chat/${chatId}`);
    await open(1);
    await userEvent.type(await field(), " Or moss?");
    const { drafts } = useDraftStore.getState();
    expect(drafts).toEqual({ [draftKey]: "And the ferns? Or moss?" });
    view.unmount();

    const { wrapper } = createSurroundings(`/chat/${chatId}`);
    useDraftStore.setState({ drafts });
    render(<ChatPage />, { wrapper });
    expect(await field()).toHaveValue("And the ferns? Or moss?");
    expect(await field()).not.toHaveFocus();
    await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
    expect(await texts()).toEqual(["How often?", "And the ferns?"]);
    expect(useDraftStore.getState().drafts).toEqual({});
  });
});

test("a chat whose origin was deleted says nothing of it", async () => {
  Object.assign(backend.rows("chats")[0] as object, { forked_before: second });
  renderApp(<ChatPage />, `/chat/${chatId}`);
  expect(await screen.findByText("Daily.")).toBeInTheDocument();
  await waitFor(() => expect(screen.queryByText("Branched from")).not.toBeInTheDocument());
});

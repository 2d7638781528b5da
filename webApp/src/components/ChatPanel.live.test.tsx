import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Link } from "react-router";
import { beforeEach, describe, expect, test } from "vitest";
import ChatPage from "@/pages/ChatPage";
import { useLiveRunStore } from "@/stores/useLiveRunStore";
import { backend, refusing, store, streaming } from "@/testing/backend";
import { addAgents, addChat } from "@/testing/chats";
import { renderApp } from "@/testing/render";
import { RunStream, said } from "@/testing/runStream";
import { Toasts } from "./Toasts";

const chatId = "00000000-0000-4000-8000-00000000000a";
const runId = "00000000-0000-4000-8000-0000000000d1";
const answerId = "00000000-0000-4000-8000-0000000000e1";
const questionId = "00000000-0000-4000-8000-0000000000ff";

beforeEach(() => {
  addAgents("assistant");
  addChat(chatId);
});

function open(path = `/chat/${chatId}`) {
  return renderApp(
    <>
      <ChatPage />
      <Toasts />
      <Link to="/new/assistant">Elsewhere</Link>
      <Link to={`/chat/${chatId}`}>Back</Link>
    </>,
    path,
  );
}

const field = () => screen.findByRole("textbox", { name: "Message" });
const answers = () => screen.queryAllByRole("article", { name: "ASSISTANT" });

/** Sends a message, and gives the stream of its run. */
async function ask(agent: ReturnType<typeof streaming>, text = "Hello") {
  backend.setAgent(agent.agent);
  await userEvent.type(await field(), `${text}{Enter}`);
  await waitFor(() => expect(agent.streams).toHaveLength(1));
  return agent.last();
}

function run(status: string, facts: object = {}) {
  const row = {
    id: runId,
    chat_id: chatId,
    status,
    error: null,
    user_message_uuid: questionId,
    started_at: "2026-01-01",
    ...facts,
  };
  backend.rows("chat_runs").push(row);
  return row;
}

describe("an answer that is written", () => {
  test("is seen as it grows, and is there once when it is stored", async () => {
    open();
    const stream = await ask(streaming());
    stream.send(...said.text(answerId, "One **two"));
    expect(await screen.findByText("two")).toBeInTheDocument();
    expect(answers()[0]).toHaveAttribute("aria-busy", "true");
    const [written] = answers();
    stream.send({ type: "TEXT_MESSAGE_CONTENT", messageId: answerId, delta: "** three" });
    await waitFor(() => expect(answers()[0]).toHaveTextContent("One two three"));
    store(chatId, "ai", "One **two** three", answerId);
    stream.send(said.finished()).close();
    await waitFor(() => expect(answers()[0]).toHaveAttribute("aria-busy", "false"));
    expect(answers()).toHaveLength(1);
    // The very same element: nothing is put in its place, so nothing jumps.
    expect(answers()[0]).toBe(written);
    expect(screen.getAllByRole("article", { name: "You" })).toHaveLength(1);
    await waitFor(() => expect(useLiveRunStore.getState().runs).toEqual({}));
  });

  test("is no live region: that says how it goes, and that it is there", async () => {
    open();
    const stream = await ask(streaming());
    stream.send(...said.text(answerId, "Many words"));
    await screen.findByText("Many words");
    expect(answers()[0]?.closest("[aria-live], [role=status], [role=alert], [role=log]")).toBeNull();
    store(chatId, "ai", "Many words", answerId);
    stream.send(said.finished()).close();
    await waitFor(() =>
      expect(screen.getAllByRole("status").map((one) => one.textContent)).toContain("The answer is there."),
    );
  });

  test("shows what is done meanwhile, with its result", async () => {
    open();
    const stream = await ask(streaming());
    stream.send(
      { type: "STEP_STARTED", stepName: "model" },
      ...said.call("c1", "list_tasks", { status: "open" }, answerId),
      { type: "STEP_STARTED", stepName: "tools" },
    );
    expect(await screen.findByText("Using List tasks")).toBeInTheDocument();
    expect(screen.getByText("running")).toBeInTheDocument();
    stream.send(said.result("c1", { rows: [{ title: "Water" }] }));
    expect(await screen.findByText("1 row")).toBeInTheDocument();
  });

  test("goes on in the middle of its text when the connection breaks", async () => {
    open();
    const stream = await ask(streaming());
    stream.send(...said.text(answerId, "Half of "));
    await screen.findByText("Half of");
    let comeBack: (response: Response) => void = () => undefined;
    const asked = new Promise<number>((resolve) => {
      backend.setComeBack((_run, number) => {
        resolve(number);
        return new Promise((give) => {
          comeBack = give;
        });
      });
    });
    act(() => void stream.fail());
    expect(await asked).toBe(3);
    expect(await screen.findByText(/Connection lost/)).toBeInTheDocument();
    const rest = new RunStream(runId, { after: 3 });
    rest.send({ type: "TEXT_MESSAGE_CONTENT", messageId: answerId, delta: "a sentence." });
    comeBack(rest.response);
    expect(await screen.findByText("Half of a sentence.")).toBeInTheDocument();
    expect(screen.queryByText(/Connection lost/)).not.toBeInTheDocument();
    expect(backend.turns()).toHaveLength(1);
  });

  test("is still written when one comes back from another chat", async () => {
    open();
    const stream = await ask(streaming());
    stream.send(...said.text(answerId, "Begun"));
    await screen.findByText("Begun");
    await userEvent.click(screen.getByRole("link", { name: "Elsewhere" }));
    await screen.findByText("What can ASSISTANT do for you?");
    expect(screen.queryByText("Begun")).not.toBeInTheDocument();
    stream.send({ type: "TEXT_MESSAGE_CONTENT", messageId: answerId, delta: " and gone on" });
    await userEvent.click(screen.getByRole("link", { name: "Back" }));
    expect(await screen.findByText("Begun and gone on")).toBeInTheDocument();
    store(chatId, "ai", "Begun and gone on", answerId);
    stream.send(said.finished()).close();
    await waitFor(() => expect(answers()[0]).toHaveAttribute("aria-busy", "false"));
  });

  test("that breaks off says why, and keeps the message to be sent again", async () => {
    open();
    const stream = await ask(streaming());
    stream.send(...said.text(answerId, "Half"), said.failed("model_failed")).close();
    expect(await screen.findByRole("alert")).toHaveTextContent("Message of model_failed.");
    expect(screen.getByRole("button", { name: "Send again" })).toBeInTheDocument();
    await waitFor(() => expect(screen.queryByText("Half")).not.toBeInTheDocument());
  });
});

describe("an answer of another tab, or from before a reload", () => {
  test("is come to, once, and seen as it grows", async () => {
    store(chatId, "human", "Asked over there", questionId);
    const row = run("running");
    const streams: RunStream[] = [];
    backend.setComeBack((id, number) => {
      expect([id, number]).toEqual([runId, 0]);
      const stream = new RunStream(id).send(said.started(id), ...said.text(answerId, "From"));
      streams.push(stream);
      return stream.response;
    });
    open();
    expect(await screen.findByText("From")).toBeInTheDocument();
    streams[0]?.send({ type: "TEXT_MESSAGE_CONTENT", messageId: answerId, delta: " there" });
    expect(await screen.findByText("From there")).toBeInTheDocument();
    row.status = "completed";
    store(chatId, "ai", "From there", answerId);
    streams[0]?.send(said.finished()).close();
    await waitFor(() => expect(answers()[0]).toHaveAttribute("aria-busy", "false"));
    expect(answers()).toHaveLength(1);
    expect(streams).toHaveLength(1);
  });
});

describe("stopping", () => {
  test.each(["button", "key"])("by %s ends the answer and keeps what there is", async (means) => {
    open();
    const stream = await ask(streaming());
    stream.send(...said.text(answerId, "So far"));
    await screen.findByText("So far");
    backend.onCancel((id) => {
      run("cancelled", { id, user_message_uuid: backend.turns()[0]?.message_id });
      store(chatId, "ai", "So far", answerId);
      stream.send(said.finished({ type: "cancelled" })).close();
    });
    if (means === "key") await userEvent.keyboard("{Escape}");
    else await userEvent.click(screen.getByRole("button", { name: "Stop" }));
    expect(await screen.findByText(/^Stopped/, { selector: "div > p" })).toBeInTheDocument();
    expect(answers()[0]).toHaveTextContent("So far");
    expect(backend.cancelled()).toEqual([backend.turns()[0]?.run_id]);
    expect(await screen.findByRole("button", { name: "Send" })).toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Send again" })).toBeInTheDocument();
  });
});

describe("a call that asks", () => {
  const action = {
    id: "00000000-0000-4000-8000-0000000000c1",
    run_id: runId,
    chat_id: chatId,
    agent_name: "assistant",
    tool_name: "update_task",
    tool_call_id: "c1",
    arguments: { filters: { id: "1" }, data: { priority: 3, title: "Water" } },
    summary: "Change 1 row of tasks.",
    preview: {
      changes: { priority: 3 },
      rows: [{ title: "Water the plants", priority: 1 }],
      count: 1,
      more: false,
    },
    status: "pending",
    decision_reason: null,
    expires_at: new Date(Date.now() + 86_400_000).toISOString(),
    created_at: "2026-01-01",
  };

  async function openAsking(facts: object = {}) {
    store(chatId, "human", "Make it urgent", questionId);
    store(chatId, "ai", "", answerId, {
      tool_calls: [{ id: "c1", name: "update_task", args: action.arguments, type: "tool_call" }],
    });
    run("waiting");
    backend.rows("pending_actions").push({ ...action, ...facts });
    open();
    return screen.findByRole("region", { name: /Update task/ });
  }

  test("shows before and after, and goes on when it is allowed", async () => {
    const card = await openAsking();
    expect(card).toHaveTextContent(/Water the plants.*priority.*1.*3/);
    const agent = streaming();
    backend.setAgent(agent.agent);
    await userEvent.click(within(card).getByRole("checkbox", { name: /Always allow/ }));
    await userEvent.click(within(card).getByRole("button", { name: "Allow" }));
    await waitFor(() => expect(agent.streams).toHaveLength(1));
    expect(backend.turns()[0]?.decision).toMatchObject({
      interruptId: action.id,
      payload: { approved: true, always: true },
    });
    agent.last().send(said.result("c1", { updated: 1 }), ...said.text("a2", "It is urgent now."));
    expect(await screen.findByText("It is urgent now.")).toBeInTheDocument();
    expect(screen.getByText("1 row changed")).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Allow" })).not.toBeInTheDocument();
  });

  test("is refused with a reason", async () => {
    const card = await openAsking();
    backend.setAgent(streaming().agent);
    await userEvent.click(within(card).getByRole("button", { name: "Refuse" }));
    await userEvent.type(within(card).getByRole("textbox"), "Not now{Enter}");
    await waitFor(() => expect(backend.turns()).toHaveLength(1));
    expect(backend.turns()[0]?.decision?.payload).toMatchObject({ approved: false, reason: "Not now" });
    expect(await within(card).findByText(/Refused “Not now”/)).toBeInTheDocument();
  });

  test("is allowed with other arguments, and says which of them the server does not take", async () => {
    const card = await openAsking();
    const refusal = {
      errors: [{ pointer: "/resume/0/payload/arguments/data/priority", detail: "priority: at most 3." }],
    };
    backend.setAgent(refusing(422, "arguments_refused", refusal));
    await userEvent.click(within(card).getByRole("button", { name: "Change it first" }));
    const priority = within(card).getByRole("textbox", { name: "priority" });
    await userEvent.clear(priority);
    await userEvent.click(within(card).getByRole("button", { name: "Allow it like this" }));
    expect(within(card).getByRole("alert")).toHaveTextContent("Write a number.");
    expect(backend.turns()).toHaveLength(0);
    await userEvent.type(priority, "4");
    await userEvent.click(within(card).getByRole("button", { name: "Allow it like this" }));
    expect(await within(card).findByText("priority: at most 3.")).toBeInTheDocument();
    expect(backend.turns()[0]?.decision?.payload["arguments"]).toEqual({
      filters: { id: "1" },
      data: { priority: 4, title: "Water" },
    });
  });

  test("is edited as JSON too, which is checked before it is sent", async () => {
    const card = await openAsking();
    await userEvent.click(within(card).getByRole("button", { name: "Change it first" }));
    await userEvent.click(within(card).getByRole("button", { name: "As JSON" }));
    const json = within(card).getByRole("textbox", { name: "Arguments" });
    await userEvent.clear(json);
    await userEvent.paste('{"data": ');
    await userEvent.click(within(card).getByRole("button", { name: "Allow it like this" }));
    expect(within(card).getByRole("alert")).toHaveTextContent("This is no JSON");
    await userEvent.clear(json);
    await userEvent.paste('{"data": {"title": "x"}}');
    await userEvent.click(within(card).getByRole("button", { name: "Allow it like this" }));
    await waitFor(() =>
      expect(backend.turns()[0]?.decision?.payload["arguments"]).toEqual({ data: { title: "x" } }),
    );
  });

  test("is decided by keys where it has the focus, and not while one types", async () => {
    const card = await openAsking();
    within(card).getByRole("button", { name: "Allow" }).focus();
    await userEvent.keyboard("n");
    await userEvent.keyboard("yes");
    expect(within(card).getByRole("textbox")).toHaveValue("yes");
    await userEvent.keyboard("{Escape}");
    expect(backend.turns()).toHaveLength(0);
    within(card).getByRole("button", { name: "Allow" }).focus();
    await userEvent.keyboard("y");
    await waitFor(() => expect(backend.turns()[0]?.decision?.payload).toMatchObject({ approved: true }));
  });

  test("that was decided elsewhere is dimmed, and asks no more", async () => {
    const card = await openAsking({ status: "approved" });
    expect(card).toHaveTextContent("Allowed");
    expect(within(card).queryByRole("button")).not.toBeInTheDocument();
  });

  test("that has lapsed says so", async () => {
    const card = await openAsking({ expires_at: "2026-01-01T00:00:00Z" });
    expect(card).toHaveTextContent("Lapsed: nobody decided in time");
  });

  test("does not silence the message field: what is sent gets a clear answer", async () => {
    await openAsking();
    backend.setAgent(refusing(409, "approval_pending", { run_id: runId }));
    await userEvent.type(await field(), "And then?{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent(
      "Allow or refuse what the agent asks for above",
    );
    expect(screen.getByText("And then?")).toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Allow" })).toBeEnabled();
  });
});

describe("a rating", () => {
  test("is kept, changed and taken back", async () => {
    store(chatId, "human", "Hello", questionId);
    store(chatId, "ai", "Hi", answerId);
    open();
    const good = await screen.findByRole("button", { name: "Good answer" });
    await userEvent.click(good);
    expect(good).toHaveAttribute("aria-pressed", "true");
    await waitFor(() =>
      expect(backend.rows("message_feedback")).toMatchObject([
        { chat_id: chatId, message_uuid: answerId, rating: "up" },
      ]),
    );
    await userEvent.click(good);
    await waitFor(() => expect(backend.rows("message_feedback")).toEqual([]));
    expect(good).toHaveAttribute("aria-pressed", "false");
  });

  test("that cannot be kept takes no other one with it", async () => {
    store(chatId, "human", "Hello", questionId);
    store(chatId, "ai", "Hi", answerId);
    store(chatId, "human", "And now?");
    store(chatId, "ai", "Still here");
    open();
    let refuse = () => {};
    const [first, second] = await screen.findAllByRole("button", { name: "Good answer" });
    backend.intercept((method, table) => {
      if (method !== "POST" || table !== "message_feedback" || first === undefined) return undefined;
      backend.intercept(null);
      return new Promise((resolve) => {
        refuse = () => resolve(Response.json({ code: "P0001", message: "No." }, { status: 400 }));
      });
    });
    await userEvent.click(first as HTMLElement);
    await userEvent.click(second as HTMLElement);
    await act(async () => refuse());
    await waitFor(() => expect(first).toHaveAttribute("aria-pressed", "false"));
    await waitFor(() => expect(backend.rows("message_feedback")).toHaveLength(1));
    expect(second).toHaveAttribute("aria-pressed", "true");
  });
});

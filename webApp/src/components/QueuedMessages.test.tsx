import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Link } from "react-router";
import { beforeEach, describe, expect, test } from "vitest";
import ChatPage from "@/pages/ChatPage";
import { useQueueStore } from "@/stores/useQueueStore";
import { backend, store, streaming } from "@/testing/backend";
import { addAgents, addChat } from "@/testing/chats";
import { renderApp, USER_ID } from "@/testing/render";
import { said } from "@/testing/runStream";
import QueueSender from "./QueueSender";

const chatId = "00000000-0000-4000-8000-00000000000a";

beforeEach(() => {
  useQueueStore.setState({ messages: [] });
  addAgents("assistant");
  addChat(chatId);
});

const field = () => screen.findByRole("textbox", { name: "Message" });
const queue = () => screen.findByRole("list", { name: "Waiting to be sent" });
const sent = () => backend.turns().map(({ message }) => message);

/** A chat that is answering, and then what is typed. */
async function typeMeanwhile(agent: ReturnType<typeof streaming>, ...messages: string[]) {
  backend.setAgent(agent.agent);
  renderApp(
    <>
      <ChatPage />
      <QueueSender />
      <Link to="/new/assistant">Elsewhere</Link>
    </>,
    `/chat/${chatId}`,
  );
  await userEvent.type(await field(), "First{Enter}");
  await waitFor(() => expect(agent.streams).toHaveLength(1));
  for (const message of messages) await userEvent.type(await field(), `${message}{Enter}`);
}

/** The answer is there, and its turn over. */
function answer(agent: ReturnType<typeof streaming>, text: string) {
  const id = store(chatId, "ai", text);
  agent
    .last()
    .send(...said.text(id, text), said.finished())
    .close();
}

describe("a message that is sent while the chat answers", () => {
  test("waits, is seen to wait, and is sent when the answer is there", async () => {
    const agent = streaming();
    await typeMeanwhile(agent, "Second");
    expect(within(await queue()).getByText("Second")).toBeInTheDocument();
    expect(await field()).toHaveValue("");
    expect(sent()).toEqual(["First"]);
    answer(agent, "One");
    await waitFor(() => expect(sent()).toEqual(["First", "Second"]));
    expect(screen.queryByRole("list", { name: "Waiting to be sent" })).not.toBeInTheDocument();
    expect(screen.getAllByRole("article", { name: "You" })).toHaveLength(2);
  });

  test("comes after those that were written before it, one answer each", async () => {
    const agent = streaming();
    await typeMeanwhile(agent, "Second", "Third");
    answer(agent, "One");
    await waitFor(() => expect(agent.streams).toHaveLength(2));
    expect(sent()).toEqual(["First", "Second"]);
    answer(agent, "Two");
    await waitFor(() => expect(sent()).toEqual(["First", "Second", "Third"]));
  });

  test("is sent although one has gone elsewhere", async () => {
    const agent = streaming();
    await typeMeanwhile(agent, "Second");
    await queue();
    await userEvent.click(screen.getByRole("link", { name: "Elsewhere" }));
    answer(agent, "One");
    await waitFor(() => expect(sent()).toEqual(["First", "Second"]));
  });

  test("is taken back, or changed first", async () => {
    const agent = streaming();
    await typeMeanwhile(agent, "Second", "Third");
    await userEvent.click(
      within(await queue()).getAllByRole("button", { name: "Do not send it" })[0] as Element,
    );
    await userEvent.click(await screen.findByRole("button", { name: "Change it" }));
    expect(await field()).toHaveValue("Third");
    answer(agent, "One");
    expect(await screen.findByRole("button", { name: "Send" })).toBeEnabled();
    expect(sent()).toEqual(["First"]);
  });

  test("is held back when the answer before it does not come, until somebody sends it", async () => {
    const agent = streaming();
    await typeMeanwhile(agent, "Second");
    await queue();
    agent.last().send(said.failed("model_error")).close();
    expect(await screen.findByText("Not sent")).toBeInTheDocument();
    expect(sent()).toEqual(["First"]);
    await userEvent.click(await screen.findByRole("button", { name: "Send now" }));
    await waitFor(() => expect(sent()).toEqual(["First", "Second"]));
  });

  test("waits for a decision that the agent asks for", async () => {
    const agent = streaming();
    await typeMeanwhile(agent, "Second");
    await queue();
    backend.rows("chat_runs").push({
      id: "run",
      chat_id: chatId,
      status: "waiting",
      error: null,
      user_message_uuid: null,
      started_at: new Date().toISOString(),
    });
    agent
      .last()
      .send(said.finished({ type: "interrupt", interrupts: [] }))
      .close();
    await screen.findByText("Waiting for your decision");
    expect(sent()).toEqual(["First"]);
    expect(await queue()).toBeInTheDocument();
  });

  test("of another user of this browser is neither shown nor sent", async () => {
    useQueueStore.getState().add({
      id: "foreign",
      userId: "somebody else",
      chatId,
      agentName: "assistant",
      text: "Foreign",
    });
    useQueueStore
      .getState()
      .add({ id: "mine", userId: USER_ID, chatId, agentName: "assistant", text: "Mine" });
    const agent = streaming();
    backend.setAgent(agent.agent);
    renderApp(
      <>
        <ChatPage />
        <QueueSender />
      </>,
      `/chat/${chatId}`,
    );
    await waitFor(() => expect(sent()).toEqual(["Mine"]));
    expect(screen.queryByText("Foreign")).not.toBeInTheDocument();
  });

  test("is not lost from sight while a new chat is being made", async () => {
    let make: () => void = () => undefined;
    const isMade = new Promise<undefined>((resolve) => {
      make = () => resolve(undefined);
    });
    backend.intercept((method, table) => (method === "POST" && table === "chats" ? isMade : undefined));
    const agent = streaming();
    backend.setAgent(agent.agent);
    renderApp(<ChatPage />, "/new/assistant");
    await userEvent.type(await field(), "First{Enter}");
    await userEvent.type(await field(), "Second");
    make();
    await waitFor(() => expect(sent()).toEqual(["First"]));
    expect(await field()).toHaveValue("Second");
    await userEvent.type(await field(), "{Enter}");
    expect(within(await queue()).getByText("Second")).toBeInTheDocument();
  });
});

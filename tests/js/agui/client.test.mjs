// An agent over AG-UI, used by the protocol's own client. AGUI_URL, AGUI_TOKEN and AGUI_CHAT, a chat with a context,
// come from the pytest that runs this file, which scripts the model and looks at what is stored in the end.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { buildResumeArray, HttpAgent } from "@ag-ui/client";

const { AGUI_URL: url, AGUI_TOKEN: token, AGUI_CHAT: chatWithContext } = process.env;
const headers = { Authorization: `Bearer ${token}` };

// The client warns of whatever it strips from an event, and then goes on without it.
const warnings = [];
console.warn = (...words) => warnings.push(words.join(" "));
// It also prints each error that it gives to its subscribers.
console.error = () => {};

test.afterEach(() => assert.deepEqual(warnings.splice(0), []));

function talk(threadId = randomUUID()) {
  const agent = new HttpAgent({ url: `${url}/api/agents/helper/run`, headers, threadId });
  const heard = [];
  agent.subscribe({
    onEvent: ({ event }) => void heard.push(event),
    onRunFailed: ({ error }) => void heard.push({ type: "FAILED", error }),
  });
  const kinds = () => heard.map((event) => event.type);
  const one = (kind) => heard.find((event) => event.type === kind);
  const say = (content, { id = randomUUID(), runId } = {}) => {
    agent.addMessage({ id, role: "user", content });
    heard.length = 0;
    return agent.runAgent({ runId });
  };
  const resume = (answer, content) => {
    if (content) agent.addMessage({ id: randomUUID(), role: "user", content });
    heard.length = 0;
    const answers = Object.fromEntries(agent.pendingInterrupts.map((interrupt) => [interrupt.id, answer]));
    return agent.runAgent({ resume: buildResumeArray(agent.pendingInterrupts, answers) });
  };
  const copy = () => agent.messages.map((message) => [message.role, message.content]);
  return { agent, heard, kinds, one, say, resume, copy };
}

test("it streams an answer in pieces, and puts it together", async () => {
  const { agent, heard, kinds, one, say, copy } = talk(chatWithContext);
  const buffers = [];
  agent.subscribe({
    onTextMessageContentEvent: ({ textMessageBuffer, event }) => void buffers.push(textMessageBuffer + event.delta),
  });

  const { result, newMessages } = await say("Hello there");

  assert.deepEqual(buffers, ["You", "You said:", "You said: Hello", "You said: Hello there"]);
  assert.deepEqual(copy(), [
    ["user", "Hello there"],
    ["assistant", "You said: Hello there"],
  ]);
  assert.deepEqual(newMessages, [agent.messages[1]]);
  assert.deepEqual(result, { response: "You said: Hello there" });
  assert.deepEqual(agent.state, { page: "tasks" });
  assert.deepEqual(one("RUN_FINISHED").usage, [{ inputTokens: 10, outputTokens: 5, totalTokens: 15 }]);
  assert.equal(one("RUN_STARTED").threadId, agent.threadId);
  assert.deepEqual([kinds()[0], kinds().at(-1)], ["RUN_STARTED", "RUN_FINISHED"]);
  assert.ok(heard.every((event) => event.type !== "FAILED"));
});

test("it follows a tool call, and goes on in the same thread", async () => {
  const { agent, kinds, one, say, copy } = talk();
  const calls = [];
  let pending;
  agent.subscribe({
    onToolCallEndEvent: ({ toolCallName, toolCallArgs }) => void calls.push([toolCallName, toolCallArgs]),
    onRunFinishedEvent: ({ pendingToolCallIds }) => void (pending = pendingToolCallIds),
  });

  await say("Which tasks?");

  assert.deepEqual(kinds().filter((kind) => kind.startsWith("TOOL") || kind.startsWith("STEP")), [
    "STEP_STARTED",
    ...["TOOL_CALL_START", "TOOL_CALL_ARGS", "TOOL_CALL_END", "STEP_FINISHED"],
    ...["STEP_STARTED", "TOOL_CALL_RESULT", "STEP_FINISHED"],
    ...["STEP_STARTED", "STEP_FINISHED"],
  ]);
  assert.deepEqual(calls, [["list_tasks", { limit: 3 }]]);
  assert.deepEqual(pending, []);
  assert.equal(one("RUN_FINISHED").usage[0].totalTokens, 30);
  const [, asks, result, answer] = agent.messages;
  assert.equal(asks.toolCalls[0].id, result.toolCallId);
  assert.deepEqual(JSON.parse(asks.toolCalls[0].function.arguments), { limit: 3 });
  assert.deepEqual([asks.content, result.role, answer.content], ["Let me see.", "tool", "None."]);

  // Everything is sent again; the model is shown what is stored, and the new message.
  const { newMessages } = await say("How many messages?");
  assert.deepEqual(newMessages.map((message) => message.content), ["4 before"]);
  assert.deepEqual(copy().slice(-2), [
    ["user", "How many messages?"],
    ["assistant", "4 before"],
  ]);
});

test("it is asked for consent, and resumes", async () => {
  const { agent, kinds, one, say, resume, copy } = talk();

  await say("Buy milk");

  const [interrupt] = agent.pendingInterrupts;
  assert.equal(one("RUN_FINISHED").outcome.type, "interrupt");
  assert.equal(interrupt.reason, "tool_call");
  assert.match(interrupt.message, /milk/);
  assert.equal(interrupt.toolCallId, agent.messages[1].toolCalls[0].id);
  assert.ok(new Date(interrupt.expiresAt) > new Date());
  await assert.rejects(agent.runAgent(), /pending interrupt/);

  await resume({ status: "resolved", payload: { approved: true } });

  assert.deepEqual(agent.pendingInterrupts, []);
  assert.ok(kinds().includes("TOOL_CALL_RESULT") && !kinds().includes("TOOL_CALL_START"));
  assert.deepEqual(copy().map(([role]) => role), ["user", "assistant", "tool", "assistant"]);
  assert.equal(agent.messages[2].toolCallId, interrupt.toolCallId);
  assert.equal(agent.messages[3].content, "It is on the list.");
});

test("it refuses, by a reason or by cancelling", async () => {
  for (const answer of [
    { status: "resolved", payload: { approved: false, reason: "No money" } },
    { status: "cancelled" },
  ]) {
    const { agent, say, resume, copy } = talk();
    await say("Buy milk");
    await resume(answer);
    assert.match(agent.messages[2].content, answer.payload ? /No money/ : /refused/);
    assert.equal(agent.messages[3].content, "As you wish.");
    assert.deepEqual(copy().map(([role]) => role), ["user", "assistant", "tool", "assistant"]);
  }
});

test("it changes the arguments", async () => {
  const { agent, say, resume } = talk();
  await say("Buy milk");
  const [{ responseSchema }] = agent.pendingInterrupts;
  assert.deepEqual(responseSchema.required, ["approved"]);
  assert.ok("editedArgs" in responseSchema.properties);
  await resume({ status: "resolved", payload: { approved: true, editedArgs: { data: { title: "Buy oat milk" } } } });
  assert.match(agent.messages[2].content, /Buy oat milk/);
});

test("it leaves a question unanswered and says something else", async () => {
  const { agent, say, resume, copy } = talk();
  await say("Buy milk");
  // It may have been open for too long by then.
  agent.pendingInterrupts[0].expiresAt = new Date(0).toISOString();
  await resume({ status: "cancelled" }, "Hello again");
  assert.deepEqual(agent.pendingInterrupts, []);
  assert.deepEqual(copy().at(-1), ["assistant", "You said: Hello again"]);
  // The next turn is an ordinary one.
  await say("Hello");
  assert.deepEqual(copy().at(-1), ["assistant", "You said: Hello"]);
});

test("it finds a question again after a reload", async () => {
  const { agent, say } = talk();
  const id = randomUUID();
  await say("Buy milk", { id });
  const reloaded = talk(agent.threadId);
  await reloaded.say("Buy milk", { id });
  const asked = ({ pendingInterrupts }) => pendingInterrupts.map(({ expiresAt, ...question }) => question);
  assert.deepEqual(asked(reloaded.agent), asked(agent));
  // It is the database's clock that decides; what is told at first is the server's guess.
  const expiries = [agent, reloaded.agent].map((one) => Date.parse(one.pendingInterrupts[0].expiresAt));
  assert.ok(Math.abs(expiries[0] - expiries[1]) < 60_000);
  await reloaded.resume({ status: "resolved", payload: { approved: true } });
  assert.deepEqual(reloaded.copy().at(-1), ["assistant", "It is on the list."]);
});

test("it is told of a run that fails, and sends the message again", async () => {
  const { agent, one, say, copy } = talk();
  const errors = [];
  agent.subscribe({ onRunErrorEvent: ({ event }) => void errors.push(event.code) });

  await say("Which tasks? Then fail");

  assert.deepEqual(errors, ["model_failed"]);
  assert.deepEqual(copy().map(([role]) => role), ["user", "assistant", "tool", "assistant"]);
  assert.equal(agent.messages.at(-1).content, "It is");
  const done = agent.messages.slice(0, 3);

  const { newMessages } = await agent.runAgent();

  assert.equal(one("FAILED"), undefined);
  assert.deepEqual(newMessages.map((message) => message.content), ["Now it works."]);
  assert.deepEqual(agent.messages.slice(0, -1), done);
});

test("a message that is sent again, with a part of its answer or all of it, is told once", async () => {
  const { agent, say, resume } = talk();
  const asked = async (messages) => {
    agent.setMessages(messages);
    await agent.runAgent();
    return agent.messages;
  };
  await say("Hello");
  await say("Which tasks?");
  const whole = structuredClone(agent.messages);
  assert.equal(whole.length, 6);
  for (const had of [3, 4, 5, 6]) assert.deepEqual(await asked(whole.slice(0, had)), whole);

  await say("Buy milk");
  await resume({ status: "resolved", payload: { approved: true } });
  const decided = structuredClone(agent.messages);
  assert.equal(decided.length, 10);
  for (const had of [7, 8, 9, 10]) assert.deepEqual(await asked(decided.slice(0, had)), decided);
});

test("a run that is sent twice at once is one", async () => {
  const [first, second] = [talk(), talk()];
  second.agent.threadId = first.agent.threadId;
  const [id, runId] = [randomUUID(), randomUUID()];
  const said = first.say("Slowly", { id, runId });
  await until(() => first.one("RUN_STARTED"));
  const saidAgain = second.say("Slowly", { id, runId });
  await until(() => second.one("RUN_STARTED"));
  await talk().say("Faster");
  await Promise.all([said, saidAgain]);

  assert.deepEqual(first.agent.messages, second.agent.messages);
  assert.deepEqual(first.copy().at(-1), ["assistant", "At last."]);
  assert.deepEqual(first.one("RUN_STARTED"), second.one("RUN_STARTED"));
});

test("it is told what it may not do, as a failed run", async () => {
  const { agent, one, say } = talk();
  agent.url = `${url}/api/agents/nobody/run`;
  await assert.rejects(say("Hello"), { status: 404 });
  assert.equal(one("FAILED").error.status, 404);
  assert.match(one("FAILED").error.message, /agent_not_found/);
});

test("a run that it leaves goes on, and can be stopped", async () => {
  const { agent, one, say, copy } = talk();
  const left = say("Wait");
  await until(() => one("RUN_STARTED"));
  const { runId } = one("RUN_STARTED");
  agent.abortRun();
  await left;
  assert.equal(one("RUN_ERROR").code, "abort");

  await assert.rejects(say("And now?"), { status: 409 });
  const stopped = await fetch(`${url}/api/runs/${runId}/cancel`, { method: "POST", headers });
  assert.equal((await stopped.json()).status, "cancelled");
  await agent.runAgent();
  assert.deepEqual(copy().at(-1), ["assistant", "You said: And now?"]);
});

async function until(isTrue) {
  while (!isTrue()) await new Promise((go) => setImmediate(go));
}

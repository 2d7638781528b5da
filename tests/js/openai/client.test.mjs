// An agent as a model, used by OpenAI's official client for JavaScript. OPENAI_BASE_URL and OPENAI_API_KEY come from
// the pytest that runs this file; the agent repeats what it is told, uses a tool for "Which tasks?", and breaks off
// at "Fail".
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import OpenAI from "openai";

const client = new OpenAI();
const asking = (content, more = {}) => ({ model: "helper", messages: [{ role: "user", content }], ...more });

async function collect(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

const textOf = (chunks) => chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("");

test("it lists agents as models", async () => {
  const ids = [];
  for await (const model of client.models.list()) ids.push(model.id);
  assert.deepEqual(ids, ["helper"]);
  assert.equal((await client.models.retrieve("helper")).object, "model");
});

test("it answers, with usage", async () => {
  const answer = await client.chat.completions.create(asking("Hello"));
  assert.equal(answer.choices[0].message.content, "You said: Hello");
  assert.equal(answer.choices[0].finish_reason, "stop");
  assert.deepEqual(answer.usage, { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 });
  assert.equal(answer.clarity.chat_id, null);
});

test("it streams an answer that takes a tool, with usage at the end", async () => {
  const options = { stream: true, stream_options: { include_usage: true } };
  const chunks = await collect(await client.chat.completions.create(asking("Which tasks?", options)));
  assert.equal(textOf(chunks), "Let me see.\n\nNone.");
  assert.deepEqual(chunks.at(-1).choices, []);
  assert.equal(chunks.at(-1).usage.total_tokens, 30);
  assert.equal(chunks.at(-2).choices[0].finish_reason, "stop");
});

test("its helper puts a stream together", async () => {
  const runner = client.chat.completions.stream(asking("Hello"));
  assert.equal(await runner.finalContent(), "You said: Hello");
});

test("it goes on with a chat, and sends a message once", async () => {
  const chat = { "X-Clarity-Chat-Id": randomUUID(), "X-Clarity-Message-Id": randomUUID() };
  const first = await client.chat.completions.create(asking("Hello"), { headers: chat }).withResponse();
  assert.equal(first.response.headers.get("X-Clarity-Chat-Id"), chat["X-Clarity-Chat-Id"]);
  const again = await client.chat.completions.create(asking("Hello"), { headers: chat }).withResponse();
  assert.equal(again.response.headers.get("X-Clarity-Run-Id"), first.response.headers.get("X-Clarity-Run-Id"));
  assert.equal(again.data.choices[0].message.content, "You said: Hello");
});

test("it raises what is wrong as its own errors", async () => {
  const nobody = new OpenAI({ apiKey: "nobody's" });
  await assert.rejects(nobody.chat.completions.create(asking("Hello")), OpenAI.AuthenticationError);
  await assert.rejects(client.chat.completions.create({ ...asking("Hello"), model: "nobody" }), (error) => {
    assert.ok(error instanceof OpenAI.NotFoundError);
    assert.equal(error.code, "model_not_found");
    return true;
  });
  await assert.rejects(client.chat.completions.create(asking("Hello", { n: 2 })), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.equal(error.param, "n");
    return true;
  });
  const stream = await client.chat.completions.create(asking("Fail", { stream: true }));
  await assert.rejects(collect(stream), (error) => {
    assert.ok(error instanceof OpenAI.APIError);
    assert.equal(error.code, "model_failed");
    return true;
  });
});

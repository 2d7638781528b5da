// A client's chats and session instances with supabase-js, as memory-bank/chats.md says that they are used.
// SUPABASE_URL and SUPABASE_KEY come from the pytest that runs this file, on a database with Clarity's migrations.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { before, test } from "node:test";
import { createClient } from "@supabase/supabase-js";

const options = { auth: { persistSession: false, autoRefreshToken: false } };
const connect = () => createClient(process.env.SUPABASE_URL, process.env.SUPABASE_KEY, options);
const password = "long enough";
const ada = connect();
const bob = connect();

const good = ({ data, error }) => {
  assert.equal(error, null, error?.message);
  return data;
};
const ids = (rows) => rows.map((row) => row.id);

async function addChat(values = {}) {
  return good(await ada.from("chats").insert({ agent_name: "helper", ...values }).select().single());
}

async function say(chat, type, content) {
  const message = { session_id: chat.id, message: { type, data: { type, content } } };
  return good(await ada.from("chat_message_history").insert(message).select("id, message_uuid").single());
}

/** The page of chats after this one, the latest first. */
function listChats(supabase, { limit, after, ...equal }) {
  let query = supabase.from("chats").select("id, title, last_message_at").not("last_message_at", "is", null);
  for (const [column, value] of Object.entries(equal)) query = query.eq(column, value);
  if (after) {
    const { last_message_at: at, id } = after;
    query = query.lte("last_message_at", at).or(`last_message_at.lt.${at},id.gt.${id}`);
  }
  return query.order("last_message_at", { ascending: false, nullsFirst: false }).order("id").limit(limit);
}

before(async () => {
  good(await ada.auth.signUp({ email: "ada@example.com", password }));
  good(await bob.auth.signUp({ email: "bob@example.com", password }));
});

test("a chat is begun, named, tagged, pinned and put away", async () => {
  const chat = await addChat();
  const change = { title: "Ferns", tags: ["garden", "to do"], is_pinned: true, is_archived: true };
  const changed = good(await ada.from("chats").update(change).eq("id", chat.id).select().single());
  assert.deepEqual({ ...chat, ...change }, changed);
  const refused = await ada.from("chats").update({ tags: ["x".repeat(51)] }).eq("id", chat.id);
  assert.match(refused.error.message, /tags_are_few_short_and_on_one_line/);
});

test("a chat is found by its tags", async () => {
  const both = await addChat({ tags: ["indoors", "urgent"] });
  const one = await addChat({ tags: ["indoors"] });
  const tagged = (tags) => ada.from("chats").select("id").contains("tags", tags).order("created_at");
  assert.deepEqual(ids(good(await tagged(["indoors"]))), [both.id, one.id]);
  assert.deepEqual(ids(good(await tagged(["indoors", "urgent"]))), [both.id]);
  assert.deepEqual(good(await bob.from("chats").select("id").contains("tags", ["indoors"])), []);
});

test("the pages of the list hold every chat once, though chats come up and go meanwhile", async () => {
  // Two of them in the same microsecond, two within the same millisecond.
  const times = ["03.000001", "02.123456", "02.123456", "02.123455", "01.5"].map((at) => `2026-01-01T00:00:${at}Z`);
  const agent_name = "listed";
  const chats = [];
  for (const last_message_at of times) chats.push(await addChat({ agent_name, last_message_at }));
  const tie = [chats[1], chats[2]].sort((one, other) => (one.id < other.id ? -1 : 1));
  const wanted = [chats[0], ...tie, chats[3], chats[4]];

  const listed = [];
  for (let after; ; ) {
    const page = good(await listChats(ada, { agent_name, is_archived: false, limit: 2, after }));
    if (page.length === 0) break;
    listed.push(...page);
    after = page.at(-1);
    if (listed.length === 2) await addChat({ agent_name, last_message_at: "2026-01-02T00:00:00Z" });
    if (listed.length === 4) good(await ada.from("chats").delete().eq("id", wanted[1].id));
  }
  assert.deepEqual(ids(listed), ids(wanted));
});

test("messages are searched, page by page", async () => {
  const chat = await addChat({ title: "Plants" });
  const asked = await say(chat, "human", "How often do I water <b>ferns</b>?");
  const told = await say(chat, "ai", "Once a week. Ferns like it damp.");
  await say(chat, "tool", "ferns");

  const search = (supabase, values) => supabase.rpc("search_messages", values);
  const [found] = good(await search(ada, { p_query: "ferns", p_limit: 1 }));
  assert.deepEqual([found.message_id, found.message_uuid], [told.id, told.message_uuid]);
  assert.deepEqual([found.chat_id, found.title, found.agent_name, found.type], [chat.id, "Plants", "helper", "ai"]);
  const [next] = good(await search(ada, { p_query: "ferns", p_limit: 1, p_before: found.message_id }));
  assert.equal(next.message_id, asked.id);
  // What stands between the two signs was found; all of it is text, and no HTML.
  const pieces = next.snippet.split(/[\u0002\u0003]/);
  assert.deepEqual(pieces, ["How often do I water <b>", "ferns", "</b>?"]);
  assert.deepEqual(good(await search(ada, { p_query: "ferns", p_before: next.message_id })), []);
  assert.deepEqual(good(await search(ada, { p_query: " " })), []);
  assert.deepEqual(good(await search(bob, { p_query: "ferns" })), []);
  assert.equal((await search(connect(), { p_query: "ferns" })).error.code, "42501");
});

test("two tabs on one chat are two sessions, each with a life of its own", async () => {
  const chat = await addChat();
  const open = (id) => ada.from("chat_sessions").insert({ id, chat_id: chat.id, agent_name: "helper" });
  const tabs = [randomUUID(), randomUUID()];
  for (const id of tabs) good(await open(id));
  assert.equal((await open(tabs[0])).error.code, "23505");

  const sessions = () => ada.from("chat_sessions").select("id, is_active, updated_at").eq("chat_id", chat.id);
  const before = new Map(good(await sessions()).map((row) => [row.id, row.updated_at]));
  good(await ada.from("chat_sessions").update({ is_active: true }).eq("id", tabs[0]));
  good(await ada.from("chat_sessions").update({ is_active: false }).eq("id", tabs[1]));
  const after = new Map(good(await sessions()).map((row) => [row.id, row]));
  assert.deepEqual([after.get(tabs[0]).is_active, after.get(tabs[1]).is_active], [true, false]);
  assert.ok(after.get(tabs[0]).updated_at > before.get(tabs[0]));
});

test("the time of a sign of life is the database's", async () => {
  const chat = await addChat();
  const far = "2100-01-01T00:00:00Z";
  const row = { chat_id: chat.id, agent_name: "helper", updated_at: far };
  const session = good(await ada.from("chat_sessions").insert(row).select().single());
  assert.ok(session.updated_at < far);
  const touched = await ada.from("chat_sessions").update({ updated_at: far }).eq("id", session.id).select().single();
  assert.ok(good(touched).updated_at < far);
});

test("a session needs a chat of its user's own", async () => {
  const chat = await addChat();
  const open = (supabase, values) => supabase.from("chat_sessions").insert({ agent_name: "helper", ...values });
  assert.equal((await open(bob, { chat_id: chat.id })).error.code, "23503");
  assert.equal((await open(ada, { chat_id: randomUUID() })).error.code, "23503");
  assert.equal((await open(bob, { chat_id: chat.id, user_id: chat.user_id })).error.code, "42501");
  assert.equal((await open(connect(), { chat_id: chat.id })).error.code, "42501");
});

test("nobody touches, moves or sees the session of another", async () => {
  const chat = await addChat();
  const row = { chat_id: chat.id, agent_name: "helper" };
  const { id } = good(await ada.from("chat_sessions").insert(row).select().single());
  assert.deepEqual(good(await bob.from("chat_sessions").update({ is_active: false }).eq("id", id).select()), []);
  assert.deepEqual(good(await bob.from("chat_sessions").delete().eq("id", id).select()), []);
  assert.deepEqual(good(await bob.from("chat_sessions").select().eq("id", id)), []);
  const other = await addChat();
  assert.equal((await ada.from("chat_sessions").update({ chat_id: other.id }).eq("id", id)).error.code, "42501");
  assert.equal(good(await ada.from("chat_sessions").select("is_active").eq("id", id).single()).is_active, true);
});

test("a chat is deleted with its messages and sessions, by its user alone", async () => {
  const chat = await addChat();
  await say(chat, "human", "Forget this");
  good(await ada.from("chat_sessions").insert({ chat_id: chat.id, agent_name: "helper" }));
  assert.deepEqual(good(await bob.from("chats").delete().eq("id", chat.id).select()), []);
  assert.deepEqual(ids(good(await ada.from("chats").delete().eq("id", chat.id).select())), [chat.id]);
  assert.deepEqual(good(await ada.from("chat_sessions").select().eq("chat_id", chat.id)), []);
  assert.deepEqual(good(await ada.from("chat_message_history").select("id").eq("session_id", chat.id)), []);
});

// supabase-js against the gateway: what a browser application written for Supabase does.
// SUPABASE_URL and SUPABASE_KEY come from the pytest that runs this file; it made tables `authors` and `books`.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createClient } from "@supabase/supabase-js";

const options = { auth: { persistSession: false, autoRefreshToken: false } };
const connect = () => createClient(process.env.SUPABASE_URL, process.env.SUPABASE_KEY, options);
const password = "long enough";
const reader = connect();

function good({ data, error, ...rest }) {
  assert.equal(error, null, error?.message);
  return Object.keys(rest).length ? { data, ...rest } : data;
}

async function addAuthor(name) {
  return good(await reader.from("authors").insert({ name, facts: { from: name } }).select().single()).data;
}

before(async () => {
  const { user, session } = good(
    await reader.auth.signUp({ email: "reader@example.com", password, options: { data: { name: "Ada" } } }),
  );
  assert.equal(user.user_metadata.name, "Ada");
  assert.ok(session.access_token);
});

after(async () => {
  await reader.auth.signOut();
});

test("a user is known", async () => {
  assert.equal(good(await reader.auth.getUser()).user.email, "reader@example.com");
});

test("a session is refreshed", async () => {
  const old = good(await reader.auth.getSession()).session.refresh_token;
  assert.notEqual(good(await reader.auth.refreshSession()).session.refresh_token, old);
});

test("a user signs out and in again", async () => {
  const other = connect();
  good(await other.auth.signUp({ email: "other@example.com", password }));
  assert.equal((await other.auth.signOut()).error, null);
  assert.equal(good(await other.auth.getSession()).session, null);
  const wrong = await other.auth.signInWithPassword({ email: "other@example.com", password: "not this one" });
  assert.equal(wrong.error.code, "invalid_credentials");
  assert.ok(good(await other.auth.signInWithPassword({ email: "other@example.com", password })).session);
});

test("rows are inserted, selected, updated and deleted", async () => {
  const author = await addAuthor("Ada");
  assert.deepEqual(author.facts, { from: "Ada" });
  const changed = good(await reader.from("authors").update({ name: "Ada L." }).eq("id", author.id).select()).data;
  assert.deepEqual(changed.map((row) => row.name), ["Ada L."]);
  good(await reader.from("authors").delete().eq("id", author.id));
  assert.deepEqual(good(await reader.from("authors").select()).data, []);
});

test("an upsert changes the row that is there", async () => {
  const { id } = await addAuthor("Upserted");
  const row = { name: "Upserted", facts: { born: 1815 } };
  const [upserted] = good(await reader.from("authors").upsert(row, { onConflict: "owner_id,name" }).select()).data;
  assert.equal(upserted.id, id);
  assert.deepEqual(upserted.facts, { born: 1815 });
});

test("related rows come with their row", async () => {
  const { id } = await addAuthor("Related");
  good(await reader.from("books").insert([{ author_id: id, title: "One" }, { author_id: id, title: "Two" }]));
  const found = good(await reader.from("authors").select("name, books(title)").eq("id", id)).data;
  assert.deepEqual(found, [{ name: "Related", books: [{ title: "One" }, { title: "Two" }] }]);
  const back = good(await reader.from("books").select("title, authors!inner(name)").eq("title", "One")).data;
  assert.deepEqual(back, [{ title: "One", authors: { name: "Related" } }]);
});

test("rows are counted, ordered and cut", async () => {
  for (const name of ["p1", "p2", "p3", "p4"]) await addAuthor(name);
  const page = good(
    await reader.from("authors").select("name", { count: "exact" }).like("name", "p%").order("name").range(1, 2),
  );
  assert.equal(page.count, 4);
  assert.deepEqual(page.data, [{ name: "p2" }, { name: "p3" }]);
  const head = good(await reader.from("authors").select("*", { count: "exact", head: true }).like("name", "p%"));
  assert.equal(head.count, 4);
});

test("a function is called with JSON", async () => {
  const { id } = await addAuthor("Called");
  good(await reader.from("books").insert({ author_id: id, title: "Long", pages: 900 }));
  const counted = good(await reader.rpc("count_books", { at_least: 500, filter: { kind: "novel" } })).data;
  assert.deepEqual(counted, { count: 1, filter_type: "object" });
});

test("an error has the code of the database", async () => {
  await addAuthor("Twice");
  const { error, status } = await reader.from("authors").insert({ name: "Twice" });
  assert.equal(error.code, "23505");
  assert.equal(status, 409);
});

test("users do not see each other, and nobody sees nothing", async () => {
  await addAuthor("Mine");
  const stranger = connect();
  assert.equal((await stranger.from("authors").select()).error.code, "42501");
  good(await stranger.auth.signUp({ email: "stranger@example.com", password }));
  assert.deepEqual(good(await stranger.from("authors").select()).data, []);
  const { error } = await stranger.from("books").insert({ author_id: 1, title: "Not mine" });
  assert.equal(error.code, "42501");
});

import { HttpResponse } from "msw";
import { beforeEach, describe, expect, test, vi } from "vitest";
import * as z from "zod/mini";
import { backend } from "@/testing/backend";
import { services } from "@/testing/render";
import { apiFetch, apiJson, readAs } from "./api";
import type { Json } from "./api.gen";

const asked: Request[] = [];
let answers: (() => Response)[] = [];

beforeEach(() => {
  asked.length = 0;
  answers = [];
  backend.setApi((request) => {
    asked.push(request.clone());
    return (answers.shift() ?? (() => HttpResponse.json({})))();
  });
});

const refused = () =>
  HttpResponse.json({ code: "invalid_token", title: "No", detail: "No." }, { status: 401 });

describe("a request to the chat server", () => {
  test("carries its body as JSON and gives the answer", async () => {
    answers = [() => HttpResponse.json({ created: 1 })];
    const answer = await apiJson(services, "/api/things", { method: "POST", body: { a: 1 } });
    expect(answer).toEqual({ created: 1 });
    expect(await asked[0]?.json()).toEqual({ a: 1 });
    expect(asked[0]?.headers.get("content-type")).toBe("application/json");
  });

  test("gives nothing for an answer without a body", async () => {
    answers = [() => new HttpResponse(null, { status: 204 })];
    expect(await apiJson(services, "/api/x")).toBeNull();
  });

  test("is sent once more, with a new token, when the old one ran out", async () => {
    const session = { access_token: "new" };
    const refresh = vi.spyOn(services.supabase.auth, "refreshSession");
    refresh.mockResolvedValue({ data: { session, user: null }, error: null } as never);
    answers = [refused];
    await apiFetch(services, "/api/x");
    expect(asked.map((request) => request.headers.get("authorization"))).toEqual([null, "Bearer new"]);
  });

  test("fails with the server's own problem, its parts named", async () => {
    const errors = [{ in: "body", pointer: "/data/title", detail: "title: too long." }];
    answers = [
      () => HttpResponse.json({ code: "x", title: "X", detail: "X.", run_id: "r", errors }, { status: 422 }),
    ];
    await expect(apiFetch(services, "/api/x")).rejects.toMatchObject({
      code: "x",
      status: 422,
      runId: "r",
      errors: [{ pointer: "/data/title", detail: "title: too long." }],
    });
  });

  test("fails readably when something else than the server answers", async () => {
    answers = [() => HttpResponse.html("<h1>Bad gateway</h1>", { status: 502 })];
    await expect(apiFetch(services, "/api/x")).rejects.toMatchObject({
      code: "unreadable_answer",
      status: 502,
    });
  });

  test("fails as a network problem when nobody answers", async () => {
    answers = [() => HttpResponse.error()];
    await expect(apiFetch(services, "/api/x")).rejects.toMatchObject({ code: "network" });
  });

  test("that is given up says so, and not that there is no network", async () => {
    const given = new AbortController();
    given.abort();
    await expect(apiFetch(services, "/api/x", { signal: given.signal })).rejects.toMatchObject({
      name: "AbortError",
    });
  });
});

describe("an answer that a schema reads", () => {
  const answer: { name: string; seen?: string | null; rows: { id: number; more?: string }[]; any: Json } = {
    name: "a",
    rows: [{ id: 1, more: "b" }],
    any: { c: [1] },
  };

  test("is what the schema makes of it", () => {
    const schema = z.object({
      name: z.string(),
      seen: z.nullish(z.string()),
      rows: z.array(z.object({ id: z.number(), more: z.optional(z.string()) })),
      any: z.json(),
    });
    expect(readAs(schema, answer)).toEqual(answer);
    expect(readAs(z.object({ name: z.string() }), answer)).toEqual({ name: "a" });
  });

  test("is refused when it is not what the document says", () => {
    const said = { name: 1 } as unknown as typeof answer;
    expect(() => readAs(z.object({ name: z.string() }), said)).toThrow(
      expect.objectContaining({ code: "unreadable_answer" }),
    );
  });

  // What these say is checked by tsc: it refuses the file where it has nothing to complain of.
  test("does not compile for a schema of something else", () => {
    const read = [
      // @ts-expect-error: what has not been typed is of no type of the document's
      () => readAs(z.object({ name: z.string() }), answer as unknown),
      // @ts-expect-error: a number is no text
      () => readAs(z.object({ name: z.number() }), answer),
      // @ts-expect-error: the server may leave it out
      () => readAs(z.object({ seen: z.string() }), answer),
      // @ts-expect-error: needs what the server does not have
      () => readAs(z.object({ title: z.string() }), answer),
      // @ts-expect-error: looks for what the server does not have
      () => readAs(z.object({ title: z.optional(z.string()) }), answer),
      // @ts-expect-error: looks for it further in
      () => readAs(z.object({ rows: z.array(z.object({ note: z.nullish(z.string()) })) }), answer),
      // @ts-expect-error: one value less than the server has
      () => readAs(z.object({ kind: z.enum(["a"]) }), { kind: "a" as "a" | "b" }),
    ];
    expect(read).toHaveLength(7);
  });
});

import { describe, expect, test, vi } from "vitest";
import { asUser } from "./asUser";
import type { Supabase } from "./supabase";

/** A sign-in whose token is `old` until it is renewed; `next` is null when nothing follows it. */
function signIn(next: string | null) {
  let token = "old";
  const session = (access_token: string) => ({ access_token });
  const refreshSession = vi.fn(async () => {
    if (next) token = next;
    return { data: { session: next ? session(next) : null } };
  });
  const auth = { getSession: async () => ({ data: { session: session(token) } }), refreshSession };
  return { auth: auth as unknown as Supabase["auth"], refreshSession };
}

/** A server that takes one token only. */
const takes = (good: string) =>
  vi.fn(async (token: string | null) => new Response(null, { status: token === good ? 200 : 401 }));

describe("a request as the user", () => {
  test("is asked once while its token is good", async () => {
    const ask = takes("old");
    expect((await asUser(signIn("new").auth, ask)).status).toBe(200);
    expect(ask).toHaveBeenCalledTimes(1);
  });

  test("is asked again with a new token", async () => {
    const ask = takes("new");
    expect((await asUser(signIn("new").auth, ask)).status).toBe(200);
    expect(ask.mock.calls).toEqual([["old"], ["new"]]);
  });

  test("takes the token that another one has renewed meanwhile", async () => {
    const { auth, refreshSession } = signIn("new");
    const ask = takes("new");
    const late = vi.fn(async (token: string | null) => {
      const answer = await ask(token);
      if (token === "old") await asUser(auth, ask);
      return answer;
    });
    expect((await asUser(auth, late)).status).toBe(200);
    expect(refreshSession).toHaveBeenCalledTimes(1);
  });

  test("is refused when no token follows, or the new one is no better", async () => {
    expect((await asUser(signIn(null).auth, takes("new"))).status).toBe(401);
    const ask = takes("another");
    expect((await asUser(signIn("new").auth, ask)).status).toBe(401);
    expect(ask).toHaveBeenCalledTimes(2);
  });
});

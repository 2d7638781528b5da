import { afterEach, expect, test, vi } from "vitest";
import { services } from "@/testing/render";
import { sendKeepalive } from "./keepalive";

afterEach(() => void vi.unstubAllGlobals());

test("what is sent on the way out outlives the page, is the user's own, and fails without a word", async () => {
  const sent: [URL, RequestInit][] = [];
  // No mock: those take care of a promise that nobody else does.
  vi.stubGlobal("fetch", (url: URL, init: RequestInit) => {
    sent.push([url, init]);
    return Promise.reject(new TypeError("Failed to fetch"));
  });
  const row = { table: "chat_sessions", id: "an-id", accessToken: "token-of-the-user" } as const;
  sendKeepalive(services, { ...row, method: "PATCH", body: { is_active: false } });
  const [url, init] = sent[0] ?? [];
  expect(String(url)).toBe("http://supabase.test/rest/v1/chat_sessions?id=eq.an-id");
  expect(init).toMatchObject({
    method: "PATCH",
    keepalive: true,
    headers: { authorization: "Bearer token-of-the-user", apikey: "publishable" },
    body: '{"is_active":false}',
  });
});

import { HttpResponse } from "msw";
import { describe, expect, test, vi } from "vitest";
import { answering, backend, refusing } from "@/testing/backend";
import { services } from "@/testing/render";
import { sendTurn } from "./transport";

const turn = { chatId: "chat", agentName: "assistant", messageId: "message", text: "Hello" };

describe("a message that is sent", () => {
  test("goes to the chat with its own id", async () => {
    await sendTurn(services, turn);
    expect(backend.turns()).toEqual([
      { agent_name: "assistant", message: "Hello", session_id: "chat", message_id: "message" },
    ]);
  });

  test("is sent once more, with a new token, when the old one ran out", async () => {
    const refresh = vi.spyOn(services.supabase.auth, "refreshSession");
    refresh.mockResolvedValue({ data: { session: null, user: null }, error: null } as never);
    backend.setAgent((sent) => {
      backend.setAgent(answering("Done."));
      return refusing(401, "invalid_token")(sent);
    });
    await sendTurn(services, turn);
    expect(refresh).toHaveBeenCalledOnce();
    expect(backend.turns()).toHaveLength(2);
  });

  test("fails as not signed in when no new token helps", async () => {
    vi.spyOn(services.supabase.auth, "refreshSession").mockResolvedValue({ data: {}, error: null } as never);
    backend.setAgent(refusing(401, "not_signed_in"));
    await expect(sendTurn(services, turn)).rejects.toMatchObject({ code: "not_signed_in", status: 401 });
    expect(backend.turns()).toHaveLength(2);
  });

  test("fails readably when something else than the server answers", async () => {
    backend.setAgent(() => HttpResponse.html("<h1>Bad gateway</h1>", { status: 502 }));
    await expect(sendTurn(services, turn)).rejects.toMatchObject({ code: "unreadable_answer", status: 502 });
  });

  test("fails as a network problem when nobody answers", async () => {
    backend.setAgent(() => HttpResponse.error());
    await expect(sendTurn(services, turn)).rejects.toMatchObject({ code: "network" });
  });
});

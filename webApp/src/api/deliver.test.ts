import { beforeEach, describe, expect, test, vi } from "vitest";
import { answering, backend, refusing } from "@/testing/backend";
import { services } from "@/testing/render";
import { deliver } from "./deliver";
import { waitUntilIdle } from "./runs";

const turn = {
  chatId: "00000000-0000-4000-8000-00000000000a",
  agentName: "assistant",
  messageId: "00000000-0000-4000-8000-0000000000ff",
  text: "Water the plants",
};
const progress = { onWaiting: vi.fn(), onSending: vi.fn() };

function run(status: string, facts: object = {}) {
  const row = {
    id: crypto.randomUUID(),
    chat_id: turn.chatId,
    user_message_uuid: turn.messageId,
    status,
    error: null,
    started_at: "2026-01-01",
    ...facts,
  };
  backend.rows("chat_runs").push(row);
  return row;
}

beforeEach(() => vi.clearAllMocks());

describe("delivering a message", () => {
  test("waits for a busy chat and sends it again under the same id", async () => {
    const other = run("running", { user_message_uuid: crypto.randomUUID() });
    backend.setAgent((sent) => {
      backend.setAgent(answering("Done."));
      setImmediate(() => Object.assign(other, { status: "completed" }));
      return refusing(409, "chat_busy")(sent);
    });
    await deliver(services, turn, progress, 1);
    expect(backend.turns().map((sent) => sent.message_id)).toEqual([turn.messageId, turn.messageId]);
    expect(progress.onWaiting).toHaveBeenCalledOnce();
    expect(progress.onSending).toHaveBeenCalledOnce();
  });

  test("takes a message that was sent before for delivered, once its turn is over", async () => {
    const own = run("running");
    backend.setAgent((sent) => {
      setImmediate(() => Object.assign(own, { status: "completed" }));
      return refusing(409, "message_already_sent")(sent);
    });
    await deliver(services, turn, progress, 1);
    expect(own.status).toBe("completed");
    expect(backend.turns()).toHaveLength(1);
  });

  test("is done when the connection broke but the turn went on", async () => {
    run("completed");
    backend.setAgent(() => Response.error());
    await expect(deliver(services, turn, progress, 1)).resolves.toBeUndefined();
  });

  test("says why a turn failed that nobody was connected to", async () => {
    run("failed", { error: { code: "model_timeout", message: "Too slow." } });
    backend.setAgent(() => Response.error());
    await expect(deliver(services, turn, progress, 1)).rejects.toMatchObject({
      code: "model_timeout",
      message: "Too slow.",
    });
  });

  test("fails when the connection broke before the turn began", async () => {
    backend.setAgent(() => Response.error());
    await expect(deliver(services, turn, progress, 1)).rejects.toMatchObject({ code: "network" });
  });

  test("fails with the server's own problem, and does not send again by itself", async () => {
    backend.setAgent(refusing(502, "model_failed"));
    await expect(deliver(services, turn, progress, 1)).rejects.toMatchObject({
      code: "model_failed",
      status: 502,
    });
    expect(backend.turns()).toHaveLength(1);
  });
});

describe("waiting for a chat", () => {
  test("outlives a database that is away for a moment", async () => {
    const running = run("running");
    let looks = 0;
    backend.intercept(() => {
      looks += 1;
      if (looks === 4) running.status = "completed";
      return looks < 4 ? Response.error() : undefined;
    });
    await waitUntilIdle(services.supabase, turn.chatId, 1);
    expect(looks).toBe(4);
  });

  test("gives up when the database stays away", async () => {
    backend.intercept(() => Response.error());
    await expect(waitUntilIdle(services.supabase, turn.chatId, 1)).rejects.toMatchObject({ code: "network" });
  });
});

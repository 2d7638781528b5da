import { beforeEach, describe, expect, test, vi } from "vitest";
import { answering, backend, refusing } from "@/testing/backend";
import { services } from "@/testing/render";
import { RunStream, said } from "@/testing/runStream";
import { decide, deliver } from "./deliver";
import { waitUntilIdle } from "./runs";

const turn = {
  runId: "00000000-0000-4000-8000-00000000000d",
  chatId: "00000000-0000-4000-8000-00000000000a",
  agentName: "assistant",
  messageId: "00000000-0000-4000-8000-0000000000ff",
  text: "Water the plants",
  signal: new AbortController().signal,
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
    expect(new Set(backend.turns().map((sent) => sent.run_id))).toEqual(new Set([turn.runId]));
  });

  test("finds its run when only the answer was lost on its way", async () => {
    backend.setAgent(() => Response.error());
    const asked: [string, number][] = [];
    backend.setComeBack((runId, number) => {
      asked.push([runId, number]);
      return new RunStream(runId).send(said.finished()).close().response;
    });
    const response = await deliver(services, turn, progress, 1);
    expect(await response.text()).toContain("RUN_FINISHED");
    expect(asked).toEqual([[turn.runId, 0]]);
    expect(backend.turns()).toHaveLength(1);
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

describe("deciding about a call", () => {
  const run = { ...turn, decision: { actionId: "action", isApproved: true } };

  test("is not done twice when only the answer was lost on its way", async () => {
    backend.setAgent(() => Response.error());
    backend.setComeBack((runId) => new RunStream(runId).send(said.finished()).close().response);
    await decide(services, run);
    expect(backend.turns()).toHaveLength(1);
  });

  test("fails with the server's own problem", async () => {
    backend.setAgent(refusing(409, "action_decided"));
    await expect(decide(services, run)).rejects.toMatchObject({ code: "action_decided" });
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

import { HttpResponse } from "msw";
import { describe, expect, test } from "vitest";
import { backend, refusing } from "@/testing/backend";
import { services } from "@/testing/render";
import { answerMessage, cancelRun, goOnAfter, runIdOf } from "./transport";

const run = {
  runId: "00000000-0000-4000-8000-00000000000d",
  chatId: "chat",
  agentName: "assistant",
  messageId: "message",
  text: "Hello",
  signal: new AbortController().signal,
};

describe("a run that begins", () => {
  test("answers the message, under ids of its own", async () => {
    const response = await answerMessage(services, run);
    expect(backend.turns()).toEqual([
      {
        agent_name: "assistant",
        message: "Hello",
        session_id: "chat",
        message_id: "message",
        run_id: run.runId,
        decision: null,
      },
    ]);
    expect(runIdOf(response)).toBe(run.runId);
  });

  test("says how a call that waited was decided", async () => {
    const decision = { actionId: "action", isApproved: true, arguments: { a: 1 }, isAlways: true };
    await goOnAfter(services, { ...run, decision });
    expect(backend.turns()[0]?.decision).toEqual({
      interruptId: "action",
      status: "resolved",
      payload: { approved: true, always: true, arguments: { a: 1 } },
    });
  });

  test("fails with the server's own problem when it cannot", async () => {
    backend.setAgent(refusing(409, "approval_pending", { run_id: "r" }));
    await expect(answerMessage(services, run)).rejects.toMatchObject({
      code: "approval_pending",
      runId: "r",
    });
  });

  test("fails when something in between answers with a page of its own", async () => {
    backend.setAgent(() => HttpResponse.html("<h1>Sign in to this network</h1>"));
    await expect(answerMessage(services, run)).rejects.toMatchObject({ code: "unreadable_answer" });
  });
});

test("a run is stopped by its id", async () => {
  await cancelRun(services, run.runId);
  expect(backend.cancelled()).toEqual([run.runId]);
});

import { HttpResponse } from "msw";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { RunEvent } from "@/lib/agUi";
import { backend, refusing } from "@/testing/backend";
import { services } from "@/testing/render";
import { RunStream, said } from "@/testing/runStream";
import { followRun } from "./followRun";

const runId = "00000000-0000-4000-8000-00000000000d";
const patience = { firstPause: 1, longestPause: 4, silence: 60_000 };
const onConnection = vi.fn();
let events: RunEvent[] = [];
let signal = new AbortController().signal;

beforeEach(() => {
  onConnection.mockClear();
  events = [];
  signal = new AbortController().signal;
});

afterEach(() => {
  vi.useRealTimers();
});

function follow(first: Response | null, options = {}) {
  const listener = { onEvents: (some: readonly RunEvent[]) => void events.push(...some), onConnection };
  return followRun(services, listener, { runId, first, signal, patience, ...options });
}

const texts = () => events.flatMap((event) => ("delta" in event ? [event.delta] : []));

describe("a run that is followed", () => {
  test("is told to its end, and ends with that", async () => {
    const stream = new RunStream(runId).send(said.started(runId), ...said.text("m", "Hi"), said.finished());
    await expect(follow(stream.response)).resolves.toMatchObject({ type: "RUN_FINISHED" });
    expect(texts()).toEqual(["Hi"]);
    expect(onConnection.mock.calls).toEqual([[true]]);
  });

  test("goes on in the middle of a text when the connection breaks, from the last number on", async () => {
    const stream = new RunStream(runId).send(said.started(runId), ...said.text("m", "Half of a"));
    const asked: number[] = [];
    backend.setComeBack((_run, number) => {
      asked.push(number);
      const rest = { type: "TEXT_MESSAGE_CONTENT", messageId: "m", delta: " sentence" };
      return new RunStream(runId, { after: number }).send(rest, said.finished()).close().response;
    });
    const end = follow(stream.response);
    await vi.waitFor(() => expect(texts()).toEqual(["Half of a"]));
    stream.fail();
    await end;
    expect(asked).toEqual([3]);
    expect(texts().join("")).toBe("Half of a sentence");
    expect(onConnection.mock.calls).toEqual([[true], [false], [true]]);
  });

  test("is waited for while the network or the server is away", async () => {
    const away = [
      () => HttpResponse.error(),
      () => HttpResponse.html("<h1>Bad gateway</h1>", { status: 502 }),
      () => refusing(503, "server_stopping")({} as never) as Response,
    ];
    backend.setComeBack(
      () => away.shift()?.() ?? new RunStream(runId).send(said.finished()).close().response,
    );
    await follow(null);
    expect(away).toEqual([]);
  });

  test("that is silent for too long is come back to, and not one that says it is alive", async () => {
    vi.useFakeTimers({ toFake: ["Date", "setInterval", "clearInterval"] });
    const stream = new RunStream(runId).send(said.started(runId));
    backend.setComeBack(() => new RunStream(runId, { after: 1 }).send(said.finished()).close().response);
    const end = follow(stream.response);
    await vi.waitFor(() => expect(events).toHaveLength(1));
    for (const beat of [1, 2, 3]) {
      vi.advanceTimersByTime(patience.silence - 1);
      stream.write(": keep-alive\n\n").send({ type: `BEAT_${beat}` }, ...said.text(`m${beat}`));
      await vi.waitFor(() => expect(events).toHaveLength(1 + beat));
    }
    expect(onConnection.mock.calls).toEqual([[true]]);
    vi.advanceTimersByTime(patience.silence * 1.5);
    await end;
    expect(onConnection.mock.calls).toEqual([[true], [false], [true]]);
  });

  test("that is not there is not waited for", async () => {
    await expect(follow(null)).rejects.toMatchObject({ code: "run_not_found" });
  });

  test("is come back to under the id that the server gave it", async () => {
    const other = "00000000-0000-4000-8000-0000000000ee";
    const stream = new RunStream(other).send(said.started(other)).close();
    const asked: string[] = [];
    backend.setComeBack((run) => {
      asked.push(run);
      return new RunStream(run).send(said.finished()).close().response;
    });
    await follow(stream.response);
    expect(asked).toEqual([other]);
  });

  test("is left when nobody wants it any more, and nobody comes back to it", async () => {
    const left = new AbortController();
    signal = left.signal;
    const comeBack = vi.fn();
    backend.setComeBack(comeBack);
    const end = follow(new RunStream(runId).send(said.started(runId)).response);
    await vi.waitFor(() => expect(events).toHaveLength(1));
    left.abort();
    await expect(end).rejects.toMatchObject({ name: "AbortError" });
    expect(comeBack).not.toHaveBeenCalled();
  });
});

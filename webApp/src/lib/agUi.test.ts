import { describe, expect, test } from "vitest";
import { said } from "@/testing/runStream";
import { type Frame, framesOf } from "./agUi";

/** The frames of a stream that arrives in these pieces. */
async function read(pieces: Uint8Array[]): Promise<Frame[]> {
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  const frames: Frame[] = [];
  for await (const some of framesOf(body, new AbortController().signal)) frames.push(...some);
  return frames;
}

const bytes = (text: string) => new TextEncoder().encode(text);
const frame = (event: object, number?: number) =>
  `${number === undefined ? "" : `id: ${number}\n`}data: ${JSON.stringify(event)}\n\n`;

describe("the frames of a stream", () => {
  test("are the same wherever it is cut, in the middle of a character too", async () => {
    const [start, content] = said.text("m", "Grüße 🌱");
    const whole = bytes(frame(start ?? {}) + frame(content ?? {}, 7));
    const expected = await read([whole]);
    expect(expected.map(({ number }) => number)).toEqual([null, 7]);
    expect(expected[1]?.event).toMatchObject({ type: "TEXT_MESSAGE_CONTENT", delta: "Grüße 🌱" });
    for (let at = 1; at < whole.length; at += 1) {
      expect(await read([whole.slice(0, at), whole.slice(at)])).toEqual(expected);
    }
  });

  test("are read with either end of line, and comments are none", async () => {
    const text = `: keep-alive\r\n\r\n${frame(said.finished(), 3).replaceAll("\n", "\r\n")}`;
    expect(await read([bytes(text)])).toEqual([
      { number: 3, event: { type: "RUN_FINISHED", outcome: { type: "success" } } },
    ]);
  });

  test("count, but say nothing, when they cannot be read or are of no use here", async () => {
    const text = `id: 1\ndata: {half\n\n${frame({ type: "LATER_THAN_THIS_APP" }, 2)}${frame({ type: "TEXT_MESSAGE_CONTENT" }, 3)}`;
    expect(await read([bytes(text)])).toEqual([1, 2, 3].map((number) => ({ number, event: null })));
  });

  test("end with the last whole one when the stream breaks off", async () => {
    expect(await read([bytes(frame(said.started("r"), 1)), bytes("id: 2\ndata: {")])).toHaveLength(1);
  });

  test("end when nobody wants them any more", async () => {
    const given = new AbortController();
    const body = new ReadableStream<Uint8Array>();
    const frames = framesOf(body, given.signal);
    const next = frames.next();
    given.abort();
    expect((await next).done).toBe(true);
  });
});

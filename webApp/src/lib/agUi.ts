// AG-UI 1.0 (https://ag-ui.com) as the chat server speaks it: the events of a run, as frames of server-sent events.
import type { Event as ProtocolEvent } from "@ag-ui/core";
import * as z from "zod/mini";

// What happens within another agent that this one asked is told with the id of that one's run.
const attributed = { subagentRunId: z.optional(z.string()) };

const interruptSchema = z.object({ id: z.string(), toolCallId: z.optional(z.string()) });

/** The events that the app makes something of; all others are passed over. */
const eventSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("RUN_STARTED"),
    metadata: z.optional(z.object({ clarity: z.optional(z.object({ run_id: z.string() })) })),
  }),
  z.object({ type: z.literal("STEP_STARTED"), stepName: z.string(), ...attributed }),
  z.object({ type: z.literal("TEXT_MESSAGE_START"), messageId: z.string(), ...attributed }),
  z.object({
    type: z.literal("TEXT_MESSAGE_CONTENT"),
    messageId: z.string(),
    delta: z.string(),
    ...attributed,
  }),
  z.object({
    type: z.literal("TOOL_CALL_START"),
    toolCallId: z.string(),
    toolCallName: z.string(),
    parentMessageId: z.optional(z.string()),
    ...attributed,
  }),
  z.object({ type: z.literal("TOOL_CALL_ARGS"), toolCallId: z.string(), delta: z.string(), ...attributed }),
  z.object({
    type: z.literal("TOOL_CALL_RESULT"),
    toolCallId: z.string(),
    content: z.string(),
    metadata: z.optional(
      z.object({
        clarity: z.optional(
          z.object({ status: z.optional(z.string()), duration_ms: z.optional(z.number()) }),
        ),
      }),
    ),
    ...attributed,
  }),
  z.object({
    type: z.literal("SUBAGENT_STARTED"),
    subagentRunId: z.string(),
    name: z.string(),
    parentToolCallId: z.optional(z.string()),
  }),
  z.object({
    type: z.literal("RUN_FINISHED"),
    outcome: z.optional(
      z.discriminatedUnion("type", [
        z.object({ type: z.literal("success") }),
        z.object({ type: z.literal("cancelled") }),
        z.object({ type: z.literal("interrupt"), interrupts: z.array(interruptSchema) }),
      ]),
    ),
  }),
  z.object({ type: z.literal("RUN_ERROR"), message: z.string(), code: z.optional(z.string()) }),
]);

export type RunEvent = z.infer<typeof eventSchema>;

/** The last event of a run. */
export type RunEnd = Extract<RunEvent, { type: "RUN_FINISHED" | "RUN_ERROR" }>;

// Held against the protocol's own names by the compiler: one that is misspelt here would never come.
type OfTheProtocol<T extends `${ProtocolEvent["type"]}`> = T;
export type RunEventType = OfTheProtocol<RunEvent["type"]>;

export function isEnd(event: RunEvent): event is RunEnd {
  return event.type === "RUN_FINISHED" || event.type === "RUN_ERROR";
}

/** An event with the number to come back with, if it has one: who has that one has all before it. */
export interface Frame {
  number: number | null;
  event: RunEvent | null;
}

/**
 * The frames of a stream as they arrive, those of one piece of it together: none for one that only says it is alive.
 * Ends when the stream does, breaks, or `signal` is aborted.
 */
export async function* framesOf(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Frame[]> {
  const reader = body.getReader();
  const stop = () => void reader.cancel().catch(() => undefined);
  signal.addEventListener("abort", stop);
  const decoder = new TextDecoder();
  let rest = "";
  try {
    while (!signal.aborted) {
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
      if (done) return;
      const blocks = (rest + decoder.decode(value, { stream: true })).split(/\r?\n\r?\n/);
      // The last one is not whole yet. What a stream breaks off in is lost here, and asked for again.
      rest = blocks.pop() ?? "";
      yield blocks.flatMap((block) => frameOf(block) ?? []);
    }
  } finally {
    signal.removeEventListener("abort", stop);
    stop();
  }
}

/** Null for a comment, which is how a server says that it is still there. */
function frameOf(block: string): Frame | null {
  let number: number | null = null;
  const data: string[] = [];
  for (const line of block.split(/\r?\n/)) {
    const [, field, value = ""] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    if (field === "id") number = Number(value);
    else if (field === "data") data.push(value);
  }
  if (data.length === 0) return null;
  return { number, event: eventOf(data.join("\n")) };
}

function eventOf(data: string): RunEvent | null {
  try {
    return eventSchema.parse(JSON.parse(data));
  } catch {
    // Of a kind that the app has no use for, or of a later version: the run goes on without it.
    return null;
  }
}

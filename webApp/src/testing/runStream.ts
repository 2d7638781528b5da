// A run's stream as the chat server sends it, event by event, and broken off when a test says so.
import { HttpResponse } from "msw";

/** Any of AG-UI's events: a test may also send what the app has never heard of. */
export type WireEvent = { type: string } & Record<string, unknown>;

/** A stream that a test writes. Events are numbered as the server numbers them. */
export class RunStream {
  private controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  private readonly encoder = new TextEncoder();
  private number: number;
  readonly response: Response;

  constructor(runId: string, { after = 0 } = {}) {
    this.number = after;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.controller = controller;
      },
    });
    this.response = new HttpResponse(body, {
      headers: { "content-type": "text/event-stream", "x-clarity-run-id": runId },
    });
  }

  send(...events: WireEvent[]): this {
    for (const event of events) {
      this.number += 1;
      this.write(`id: ${this.number}\ndata: ${JSON.stringify(event)}\n\n`);
    }
    return this;
  }

  /** As it is, in pieces or nonsense. */
  write(text: string): this {
    this.controller?.enqueue(this.encoder.encode(text));
    return this;
  }

  /** Ends the stream: after its last event as it should, before it as a proxy or a network would. */
  close(): this {
    this.controller?.close();
    return this;
  }

  /** As when the network goes away. */
  fail(): this {
    this.controller?.error(new TypeError("network error"));
    return this;
  }
}

export const said = {
  started: (runId: string): WireEvent => ({
    type: "RUN_STARTED",
    threadId: "chat",
    runId,
    metadata: { clarity: { run_id: runId, chat_id: "chat", agent_name: "assistant" } },
  }),
  text: (messageId: string, ...deltas: string[]): WireEvent[] => [
    { type: "TEXT_MESSAGE_START", messageId, role: "assistant" },
    ...deltas.map((delta) => ({ type: "TEXT_MESSAGE_CONTENT", messageId, delta })),
  ],
  call: (toolCallId: string, name: string, args: object, messageId: string): WireEvent[] => [
    { type: "TOOL_CALL_START", toolCallId, toolCallName: name, parentMessageId: messageId },
    { type: "TOOL_CALL_ARGS", toolCallId, delta: JSON.stringify(args) },
    { type: "TOOL_CALL_END", toolCallId },
  ],
  result: (toolCallId: string, content: object | string, status = "success"): WireEvent => ({
    type: "TOOL_CALL_RESULT",
    toolCallId,
    messageId: crypto.randomUUID(),
    content: typeof content === "string" ? content : JSON.stringify(content),
    metadata: { clarity: { status, duration_ms: 12, is_untrusted: false } },
  }),
  finished: (outcome: object = { type: "success" }): WireEvent => ({ type: "RUN_FINISHED", outcome }),
  failed: (code: string): WireEvent => ({ type: "RUN_ERROR", code, message: `Message of ${code}.` }),
};

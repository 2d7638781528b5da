// Stored messages (LangChain's message_to_dict) as what a thread shows.
import * as z from "zod/mini";
import type { StoredMessage } from "./database";

const contentSchema = z.union([
  z.string(),
  z.array(
    z.union([z.string(), z.looseObject({ type: z.optional(z.string()), text: z.optional(z.string()) })]),
  ),
]);

const messageSchema = z.object({
  type: z.string(),
  data: z.object({
    content: contentSchema,
    tool_calls: z.optional(
      z.array(
        z.object({ id: z.nullish(z.string()), name: z.string(), args: z.record(z.string(), z.unknown()) }),
      ),
    ),
    tool_call_id: z.nullish(z.string()),
    name: z.nullish(z.string()),
    status: z.nullish(z.string()),
    response_metadata: z.nullish(z.looseObject({ duration_ms: z.optional(z.number()) })),
  }),
});

export interface UserEntry {
  kind: "user";
  id: string;
  text: string;
  at: string;
}

export interface AgentEntry {
  kind: "agent";
  id: string;
  text: string;
  at: string;
}

export interface ToolEntry {
  kind: "tool";
  id: string;
  /** The model's own name for the call, which its result is found by. */
  callId: string;
  name: string;
  arguments: Record<string, unknown>;
  /** What the model read; null while nothing has come back, or when nothing ever did. */
  result: string | null;
  /** `open`: without a result, because it waits for a person or because its turn broke off. */
  status: "success" | "error" | "open" | "running";
  durationMs: number | null;
  /** The agent that it asks, while it does. */
  asked?: string;
}

export type ToolOutcome = Pick<ToolEntry, "result" | "status" | "durationMs">;

export type Entry = UserEntry | AgentEntry | ToolEntry;

type Message = z.infer<typeof messageSchema>["data"];

/** The entries of messages in their order, oldest first. A tool's result joins its call; what cannot be read is left out. */
export function entriesOf(stored: readonly StoredMessage[]): Entry[] {
  const entries: Entry[] = [];
  const calls = new Map<string, ToolEntry>();
  for (const row of stored) {
    const parsed = messageSchema.safeParse(row.message);
    if (!parsed.success) continue;
    const { type, data } = parsed.data;
    if (type === "human") {
      entries.push({ kind: "user", id: row.message_uuid, text: textOf(data.content), at: row.created_at });
    } else if (type === "ai") {
      entries.push(...agentEntries(row, data, calls));
    } else if (type === "tool") {
      const call = calls.get(data.tool_call_id ?? "");
      if (call) Object.assign(call, resultOf(data));
      else
        entries.push({
          ...openCall(row.message_uuid, data.tool_call_id, data.name ?? "", {}),
          ...resultOf(data),
        });
    }
  }
  return entries;
}

function agentEntries(row: StoredMessage, data: Message, calls: Map<string, ToolEntry>): Entry[] {
  const text = textOf(data.content);
  const entries: Entry[] = text.trim()
    ? [{ kind: "agent", id: row.message_uuid, text, at: row.created_at }]
    : [];
  data.tool_calls?.forEach((call, index) => {
    const entry = openCall(callEntryId(row.message_uuid, index), call.id, call.name, call.args);
    if (call.id) calls.set(call.id, entry);
    entries.push(entry);
  });
  return entries;
}

/** The entry of a message's call, the `index`th: the same while it is live as when it is stored. */
export function callEntryId(messageId: string, index: number): string {
  return `${messageId}.${index}`;
}

function openCall(
  id: string,
  callId: string | null | undefined,
  name: string,
  args: Record<string, unknown>,
): ToolEntry {
  const nothing = { result: null, status: "open", durationMs: null } as const;
  return { kind: "tool", id, callId: callId ?? id, name, arguments: args, ...nothing };
}

function resultOf(data: Message): ToolOutcome {
  return {
    result: textOf(data.content),
    status: data.status === "error" ? "error" : "success",
    durationMs: data.response_metadata?.duration_ms ?? null,
  };
}

/** The text of a message's content, which may be blocks: those that are no text are left out. */
function textOf(content: z.infer<typeof contentSchema>): string {
  if (typeof content === "string") return content;
  return content.map((block) => (typeof block === "string" ? block : (block.text ?? ""))).join("");
}

// A run as it happens, made of its events: what a thread shows until the stored messages take its place.
import type { RunEnd, RunEvent } from "./agUi";
import { type AgentEntry, callEntryId, type Entry, type ToolEntry, type ToolOutcome } from "./messages";

export interface LiveRun {
  runId: string;
  /** What it wrote and did, in order, under the ids that it is stored with. */
  entries: readonly (AgentEntry | ToolEntry)[];
  /** Results of calls that were asked for in the run before, by the calls' ids. */
  outcomes: Readonly<Record<string, ToolOutcome>>;
  /** What it does now. */
  doing: "thinking" | "writing" | "calling";
  isConnected: boolean;
  /** Somebody has asked for it to be stopped. */
  isStopping: boolean;
  end: RunEnd | null;
}

export function newLiveRun(runId: string): LiveRun {
  return {
    runId,
    entries: [],
    outcomes: {},
    doing: "thinking",
    isConnected: true,
    isStopping: false,
    end: null,
  };
}

/** The run after these events. Those that come a second time, as after a reconnection, change nothing. */
export function afterEvents(run: LiveRun, events: readonly RunEvent[]): LiveRun {
  return events.reduce(after, run);
}

function after(run: LiveRun, event: RunEvent): LiveRun {
  // Another agent's words and calls are not part of this conversation, only of the call that asked for them.
  if ("subagentRunId" in event && event.subagentRunId && event.type !== "SUBAGENT_STARTED") return run;
  switch (event.type) {
    case "RUN_STARTED":
      return { ...run, runId: event.metadata?.clarity?.run_id ?? run.runId };
    case "STEP_STARTED":
      return { ...run, doing: event.stepName === "tools" ? "calling" : "thinking" };
    case "TEXT_MESSAGE_START":
      return { ...run, entries: put(run.entries, emptyText(event.messageId)) };
    case "TEXT_MESSAGE_CONTENT":
      return { ...run, doing: "writing", entries: write(run.entries, event.messageId, event.delta) };
    case "TOOL_CALL_START":
      return { ...run, entries: put(run.entries, emptyCall(run.entries, event)) };
    case "TOOL_CALL_ARGS": {
      const fill = (call: ToolEntry) => ({ ...call, arguments: parsedArguments(event.delta) });
      return { ...run, entries: changeCall(run.entries, event.toolCallId, fill) };
    }
    case "TOOL_CALL_RESULT":
      return withOutcome(run, event);
    case "SUBAGENT_STARTED": {
      const ask = (call: ToolEntry) => ({ ...call, asked: event.name });
      return { ...run, entries: changeCall(run.entries, event.parentToolCallId ?? "", ask) };
    }
    case "RUN_FINISHED":
    case "RUN_ERROR":
      return { ...run, entries: run.entries.map(leftOpen), end: event };
    default:
      return run;
  }
}

type LiveEntries = LiveRun["entries"];

function emptyText(id: string): AgentEntry {
  return { kind: "agent", id, text: "", at: "" };
}

function emptyCall(entries: LiveEntries, event: Extract<RunEvent, { type: "TOOL_CALL_START" }>): ToolEntry {
  const { toolCallId: callId, toolCallName: name, parentMessageId = "" } = event;
  const known = entries.find((entry) => entry.kind === "tool" && entry.callId === callId);
  const index = entries.filter(
    (entry) => entry.kind === "tool" && entry.id.startsWith(parentMessageId),
  ).length;
  return {
    kind: "tool",
    id: known?.id ?? callEntryId(parentMessageId, index),
    callId,
    name,
    arguments: {},
    result: null,
    status: "running",
    durationMs: null,
  };
}

/** The server sends them whole; of another one's piece, nothing can be shown. */
function parsedArguments(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function withOutcome(run: LiveRun, event: Extract<RunEvent, { type: "TOOL_CALL_RESULT" }>): LiveRun {
  const { status, duration_ms: durationMs } = event.metadata?.clarity ?? {};
  const outcome: ToolOutcome = {
    result: event.content,
    status: status === "error" ? "error" : "success",
    durationMs: durationMs ?? null,
  };
  const entries = changeCall(run.entries, event.toolCallId, (call) => ({ ...call, ...outcome }));
  if (entries !== run.entries) return { ...run, entries };
  return { ...run, outcomes: { ...run.outcomes, [event.toolCallId]: outcome } };
}

function leftOpen(entry: AgentEntry | ToolEntry): AgentEntry | ToolEntry {
  return entry.kind === "tool" && entry.status === "running" ? { ...entry, status: "open" } : entry;
}

/** The entry in the place of the one with its id, or at the end. */
function put(entries: LiveEntries, entry: AgentEntry | ToolEntry): LiveEntries {
  const index = entries.findIndex(({ id }) => id === entry.id);
  return index < 0 ? [...entries, entry] : entries.with(index, entry);
}

function write(entries: LiveEntries, messageId: string, delta: string): LiveEntries {
  // What is being written is at the end.
  const index = entries.findLastIndex((entry) => entry.kind === "agent" && entry.id === messageId);
  const entry = entries[index];
  return entry?.kind === "agent" ? entries.with(index, { ...entry, text: entry.text + delta }) : entries;
}

function changeCall(entries: LiveEntries, callId: string, edit: (call: ToolEntry) => ToolEntry): LiveEntries {
  const index = entries.findLastIndex((entry) => entry.kind === "tool" && entry.callId === callId);
  const entry = entries[index];
  return entry?.kind === "tool" ? entries.with(index, edit(entry)) : entries;
}

/** What the thread shows: what is stored, with the results that are known here first, and what is not stored yet. */
export function withLiveRun(stored: readonly Entry[], run: LiveRun | null): readonly Entry[] {
  if (!run) return stored;
  const storedIds = new Set(stored.map(({ id }) => id));
  const results = stored.map((entry) => {
    const outcome = entry.kind === "tool" && entry.result === null && run.outcomes[entry.callId];
    return outcome ? { ...entry, ...outcome } : entry;
  });
  return [...results, ...run.entries.filter(({ id }) => !storedIds.has(id))];
}

// How runs begin, are come back to, and are stopped: the chat server's AG-UI endpoints.
import type { ResumeEntry, RunAgentInput } from "@ag-ui/core";
import * as z from "zod/mini";
import { apiFetch, apiJson } from "./api";
import type { Schemas } from "./api.gen";
import { problemOf } from "./problem";
import type { Services } from "./services";

/** A run to begin. Its id is the client's own: the same for every attempt, so that it begins once. */
interface RunToBegin {
  runId: string;
  chatId: string;
  agentName: string;
  signal: AbortSignal;
}

export interface MessageRun extends RunToBegin {
  /** Of the message: it is stored and answered once under it. */
  messageId: string;
  text: string;
}

/** What a person says to a tool call that waits. */
export interface Decision {
  actionId: string;
  isApproved: boolean;
  arguments?: Record<string, unknown>;
  reason?: string;
  isAlways?: boolean;
}

export interface DecisionRun extends RunToBegin {
  decision: Decision;
}

/** The stream of a run that answers a message. Throws a Problem when it cannot begin. */
export function answerMessage(services: Services, run: MessageRun): Promise<Response> {
  return begin(services, run, { messages: [{ id: run.messageId, role: "user", content: run.text }] });
}

/** The stream of the run that goes on after a decision, or still waits for others. Throws a Problem. */
export function goOnAfter(services: Services, run: DecisionRun): Promise<Response> {
  return begin(services, run, { resume: [resumeEntry(run.decision)] });
}

/** The rest of a run for somebody who has its events up to that number. Throws a Problem. */
export function comeBack(
  services: Services,
  runId: string,
  lastNumber: number,
  signal: AbortSignal,
): Promise<Response> {
  const headers = { accept: "text/event-stream", "last-event-id": String(lastNumber) };
  return stream(apiFetch(services, `/api/runs/${runId}/events`, { headers, signal }));
}

/** Asks for a run to be stopped. Throws a Problem. */
export async function cancelRun(services: Services, runId: string): Promise<void> {
  await apiJson(services, `/api/runs/${runId}/cancel`, { method: "POST" });
}

async function begin(
  services: Services,
  { agentName, chatId, runId, signal }: RunToBegin,
  what: Partial<RunAgentInput>,
): Promise<Response> {
  const input: RunAgentInput & Schemas["RunAgentInput"] = {
    threadId: chatId,
    runId,
    state: {},
    messages: [],
    tools: [],
    context: [],
    ...what,
  };
  const request = apiFetch(services, `/api/agents/${encodeURIComponent(agentName)}/run`, {
    method: "POST",
    headers: { accept: "text/event-stream", "content-type": "application/json" },
    body: JSON.stringify(input),
    signal,
  });
  return stream(request);
}

/** Something between here and the server may answer with a page of its own and call that a success. */
async function stream(request: Promise<Response>): Promise<Response> {
  const response = await request;
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream");
  if (!isStream || !response.body) throw await problemOf(response);
  return response;
}

function resumeEntry({ actionId, isApproved, isAlways, ...decision }: Decision): ResumeEntry {
  const payload = { approved: isApproved, always: isAlways ?? false, ...decision };
  return { interruptId: actionId, status: "resolved", payload };
}

const idSchema = z.uuid();

/** The id that the server knows the run by: another one than asked for when the message came before. */
export function runIdOf(response: Response): string | null {
  const parsed = idSchema.safeParse(response.headers.get("x-clarity-run-id"));
  return parsed.success ? parsed.data : null;
}

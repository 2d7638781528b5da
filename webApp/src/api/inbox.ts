// What asks for consent in any of the user's chats, as the chat server sums it up, and the record of what was decided.
import * as z from "zod/mini";
import { apiJson, readAs } from "@/lib/api";
import type { Schemas } from "@/lib/api.gen";
import type { Action } from "@/lib/database";
import type { Json } from "@/lib/database.gen";
import type { Asked } from "@/lib/inbox";
import { behind } from "@/lib/keyset";
import { unwrap } from "@/lib/problem";
import type { Services } from "@/lib/services";

const askedSchema = z.object({
  id: z.string(),
  session_id: z.string(),
  chat_title: z.nullable(z.string()),
  run_id: z.string(),
  agent_name: z.string(),
  tool_name: z.string(),
  tool_call_id: z.string(),
  arguments: z.record(z.string(), z.json()),
  summary: z.string(),
  preview: z.nullish(z.json()),
  status: z.enum(["pending", "approved", "rejected", "executed", "failed", "expired"]),
  reason: z.nullish(z.string()),
  created_at: z.string(),
  expires_at: z.nullish(z.string()),
});

const pageSchema = z.object({
  approvals: z.array(askedSchema),
  pending: z.number(),
  has_more: z.boolean(),
});

export interface InboxPage {
  asked: Asked[];
  /** How many wait, on whatever page. */
  pending: number;
  hasMore: boolean;
}

/** What waits for the user, the newest first, behind the one of that id. */
export async function readInbox(services: Services, before: string | null): Promise<InboxPage> {
  const path = `/api/approvals?status=pending${before ? `&before=${before}` : ""}`;
  const answer = await apiJson<Schemas["ApprovalList"]>(services, path);
  const { approvals, pending, has_more: hasMore } = readAs(pageSchema, answer);
  const asked = approvals.map(({ session_id: chat_id, reason, preview, expires_at, ...facts }) => ({
    ...facts,
    chat_id,
    decision_reason: reason ?? null,
    preview: preview ?? null,
    expires_at: expires_at ?? null,
  }));
  return { asked, pending, hasMore };
}

/** A call that asked, with what came of it. */
export type ActionOutcome = Pick<Action, "status" | "decision_reason" | "arguments" | "expires_at"> & {
  result: Json;
};

/** What became of a call since it was listed; null when it is gone with its chat. */
export async function readOutcome({ supabase }: Services, id: string): Promise<ActionOutcome | null> {
  const query = supabase
    .from("pending_actions")
    .select("status, decision_reason, arguments, expires_at, result");
  return unwrap(await query.eq("id", id).maybeSingle());
}

/** An entry of the record. */
export interface DecisionOnRecord {
  id: string;
  decision: "approve" | "reject" | "always_allow" | "expire" | "stop";
  reason: string | null;
  created_at: string;
  action: Pick<Action, "chat_id" | "agent_name" | "tool_name" | "summary" | "status"> & {
    proposed_arguments: Json | null;
    result: Json | null;
  };
}

export const DECISIONS_PER_PAGE = 20;

const NEWEST_FIRST = [
  ["created_at", "desc"],
  ["id", "desc"],
] as const;

/** A page of the record, the newest first, behind that entry. */
export async function readDecisions(
  { supabase }: Services,
  last: DecisionOnRecord | null,
): Promise<DecisionOnRecord[]> {
  let query = supabase
    .from("action_decisions")
    .select(
      "id, decision, reason, created_at, action:pending_actions(chat_id, agent_name, tool_name, summary, status, proposed_arguments, result)",
    );
  // As one: not every PostgREST takes several.
  if (last) query = query.or(`and(${behind(NEWEST_FIRST, last)})`);
  return unwrap(
    await query
      .order("created_at", { ascending: false })
      .order("id", { ascending: false })
      .limit(DECISIONS_PER_PAGE),
  );
}

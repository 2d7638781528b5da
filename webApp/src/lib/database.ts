// What the app reads and writes, named. The tables themselves are generated from the database.
import type { Database } from "./database.gen";

type Tables = Database["public"]["Tables"];

export type Agent = Pick<
  Tables["agent_configurations"]["Row"],
  "id" | "agent_name" | "display_name" | "description" | "owner_id"
>;
export type Chat = Pick<
  Tables["chats"]["Row"],
  | "id"
  | "agent_name"
  | "title"
  | "is_archived"
  | "is_pinned"
  | "tags"
  | "created_at"
  | "last_message_at"
  | "forked_from"
  | "forked_before"
>;
export type StoredMessage = Pick<
  Tables["chat_message_history"]["Row"],
  "id" | "message" | "message_uuid" | "run_id" | "created_at"
>;
export type Run = Pick<
  Tables["chat_runs"]["Row"],
  "id" | "status" | "error" | "user_message_uuid" | "started_at"
>;
/** A tool call that asks a person for consent, and what became of it. */
export type Action = Pick<
  Tables["pending_actions"]["Row"],
  | "id"
  | "chat_id"
  | "agent_name"
  | "tool_name"
  | "tool_call_id"
  | "arguments"
  | "summary"
  | "preview"
  | "status"
  | "decision_reason"
  | "expires_at"
>;
export type Rating = Tables["message_feedback"]["Row"]["rating"];

// The rows that tests of chats begin with, each test with its own.
import { backend } from "./backend";

/** Adds shared agents. */
export function addAgents(...names: string[]): void {
  for (const name of names) {
    backend.rows("agent_configurations").push({
      id: name,
      agent_name: name,
      display_name: name.toUpperCase(),
      description: null,
      owner_id: null,
      is_active: true,
    });
  }
}

/** Adds a chat with the assistant. */
export function addChat(id: string, facts: object = {}): void {
  backend.rows("chats").push({
    id,
    agent_name: "assistant",
    title: "Plants",
    created_at: "2026-01-01T10:00:00Z",
    last_message_at: new Date().toISOString(),
    ...facts,
  });
}

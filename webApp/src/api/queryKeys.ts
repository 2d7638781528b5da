// The names of what is cached. The cache lives as long as one user's sign-in, so no name has the user in it.
import type { ChatFilter } from "./chats";

export const queryKeys = {
  authSettings: ["authSettings"] as const,
  agents: ["agents"] as const,
  agentList: ["agents", "list"] as const,
  agent: (agentName: string) => ["agents", "one", agentName] as const,
  agentTables: (agentName: string) => ["agents", "tables", agentName] as const,
  agentHistory: (agentId: string) => ["agents", "history", agentId] as const,
  chatLists: ["chatLists"] as const,
  chatList: (filter: ChatFilter) => ["chatLists", filter] as const,
  chat: (chatId: string) => ["chat", chatId] as const,
  messages: (chatId: string) => ["messages", chatId] as const,
  latestRun: (chatId: string) => ["latestRun", chatId] as const,
  /** What asks for consent in a chat; all that asks anywhere is below "approvals" too. */
  approvals: (chatId: string) => ["approvals", chatId] as const,
  feedback: (chatId: string) => ["feedback", chatId] as const,
  /** A section of the settings. */
  settings: (section: string) => ["settings", section] as const,
  opening: (agentName: string | null) => ["opening", agentName] as const,
};

// The names of what is cached. The cache lives as long as one user's sign-in, so no name has the user in it.
import type { ChatFilter } from "@/lib/chats";
import type { Day } from "@/lib/days";
import type { NoteFilter } from "@/lib/notes";
import type { TaskFilter, TaskGroup } from "@/lib/tasks";
import type { FeedTable } from "./changes";

export const queryKeys = {
  authSettings: ["authSettings"] as const,
  agents: ["agents"] as const,
  agentList: ["agents", "list"] as const,
  agent: (agentName: string) => ["agents", "one", agentName] as const,
  agentTables: (agentName: string) => ["agents", "tables", agentName] as const,
  agentFunctions: (agentName: string) => ["agents", "functions", agentName] as const,
  toolTypes: ["toolTypes"] as const,
  switchedOff: ["agents", "switchedOff"] as const,
  agentHistory: (agentId: string) => ["agents", "history", agentId] as const,
  chatLists: ["chatLists"] as const,
  /** Lists that are read page by page. */
  chatPages: ["chatLists", "pages"] as const,
  chatList: (filter: ChatFilter) => ["chatLists", "pages", filter] as const,
  allPinnedChats: ["chatLists", "pinned"] as const,
  pinnedChats: (filter: ChatFilter) => ["chatLists", "pinned", filter] as const,
  chatTags: ["chatLists", "tags"] as const,
  foundMessages: (words: string) => ["chatLists", "found", words] as const,
  chat: (chatId: string) => ["chat", chatId] as const,
  messages: (chatId: string) => ["messages", chatId] as const,
  latestRun: (chatId: string) => ["latestRun", chatId] as const,
  /** What asks for consent in a chat; all that asks anywhere is below "approvals" too. */
  approvals: (chatId: string) => ["approvals", chatId] as const,
  /** Below "approvals" as well: whatever is decided changes them all. */
  waitingCount: ["approvals", "count"] as const,
  inbox: ["approvals", "inbox"] as const,
  decisions: ["approvals", "decisions"] as const,
  action: (actionId: string) => ["approvals", "one", actionId] as const,
  isAdmin: ["isAdmin"] as const,
  operator: (days: number) => ["operator", days] as const,
  feedback: (chatId: string) => ["feedback", chatId] as const,
  /** A section of the settings. */
  settings: (section: string) => ["settings", section] as const,
  table: (table: FeedTable) => [table] as const,
  /** Lists that are read page by page. */
  pages: (table: FeedTable) => [table, "pages"] as const,
  taskGroup: (group: TaskGroup, filter: TaskFilter, today: Day) =>
    ["tasks", "pages", group, filter, today] as const,
  notePages: (filter: NoteFilter) => ["notes", "pages", filter] as const,
  /** Lists that are read at once. */
  lists: (table: FeedTable) => [table, "lists"] as const,
  /** Versions that are later than those of the pages. */
  latestRows: (table: FeedTable) => [table, "lists", "latest"] as const,
  subtasks: (taskId: string) => ["tasks", "lists", taskId] as const,
  row: (table: FeedTable, id: string) => [table, "one", id] as const,
  taskCategories: ["tasks", "categories"] as const,
  noteTags: ["notes", "tags"] as const,
  pulse: (table: FeedTable) => ["pulse", table] as const,
  opening: (agentName: string | null) => ["opening", agentName] as const,
};

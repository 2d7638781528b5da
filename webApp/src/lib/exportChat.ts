// A chat as a text to read elsewhere.
import type { Chat } from "./database";
import type { Entry } from "./messages";
import { texts } from "./texts";

/** Markdown: who said what, and what the agent did in between. */
export function chatAsMarkdown(chat: Pick<Chat, "title" | "agent_name">, entries: readonly Entry[]): string {
  const parts = entries.map((entry) => entryAsMarkdown(entry, chat.agent_name));
  return `${[`# ${chat.title || texts.chats.untitled}`, ...parts].join("\n\n")}\n`;
}

function entryAsMarkdown(entry: Entry, agentName: string): string {
  if (entry.kind === "user") return `**${texts.chat.you}:** ${entry.text}`;
  if (entry.kind === "agent") return `**${agentName}:** ${entry.text}`;
  const call = `${entry.name}(${JSON.stringify(entry.arguments)})`;
  return ["```", call, entry.result ?? texts.tool.open, "```"].join("\n");
}

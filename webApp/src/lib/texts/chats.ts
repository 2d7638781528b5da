// Finding chats and keeping them in order.
import type { Period } from "../time";

const sections: Record<Period | "pinned", string> = {
  pinned: "Pinned",
  today: "Today",
  yesterday: "Yesterday",
  week: "Last 7 days",
  month: "Last 30 days",
};

const chats = (count: number) => (count === 1 ? "1 chat" : `${count} chats`);

export const chatsTexts = {
  sections: sections as Record<string, string>,
  search: "Search chats and messages",
  clearSearch: "Clear the search",
  filterByTag: "Filter by tag",
  allTags: "All tags",
  tagged: (tag: string) => `Tag: ${tag}`,
  clearTag: (tag: string) => `Show chats without the tag ${tag} too`,
  tagsTitle: (title: string) => `Tags of “${title}”`,
  tagsHint: "Words to find the chat by. Enter or a comma ends a tag.",
  tagsFull: "A chat can have at most 20 tags.",
  tagLong: "Use at most 50 characters for a tag.",
  emptyHint:
    "Say something to begin one. Its menu pins it, tags it or puts it away, and the search looks through all that was said.",
  noTagged: (tag: string) => `No chat here has the tag “${tag}”.`,
  working: "The agent is at work",
  unread: "New messages",
  moreRows: "Loading more chats",

  byName: "By name",
  inMessages: "In messages",
  allByName: "Show all with this name",
  backToAll: "Back to all results",
  moreHits: "Further back",
  searching: "Searching",
  nothingFound: (words: string) => `Nothing was found for “${words}”.`,
  nothingFoundHint:
    "Every word must be in the message. Put a “phrase in quotation marks”, or take a word out with a minus in front of it.",
  hitsProblem: "The messages could not be searched.",
  found: (named: number, hits: number, isMore: boolean) =>
    `${chats(named)} by name, ${isMore ? "more than " : ""}${hits === 1 ? "1 message" : `${hits} messages`}`,
  you: "You",
  archived: "Archived",
};

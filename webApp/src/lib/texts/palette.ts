// Going anywhere and doing anything by keyboard.
export const paletteTexts = {
  title: "Go to or do",
  button: (mod: string) => `Go to or do (${mod} K)`,
  placeholder: "Search chats, agents, pages and actions",
  results: "Results",
  none: (words: string) => `Nothing has “${words}” in its name.`,
  found: (count: number) => (count === 1 ? "1 result" : `${count} results`),
  searching: "Searching",
  groups: { actions: "This chat", chats: "Chats", agents: "New chat with", pages: "Pages", app: "Clarity" },
  stop: "Stop the answer",
  theme: (name: string) => `Theme: ${name}`,
  shortcuts: "Keyboard shortcuts",
  hint: "↑ ↓ to choose, Enter to go, Esc to close",
};

export const shortcutTexts = {
  title: "Keyboard shortcuts",
  groups: {
    anywhere: "Anywhere",
    message: "In the message field",
    thread: "While the agent answers or asks",
    chats: "In the list of chats",
    tasks: "In the list of tasks",
  },
  palette: "Go to or do anything",
  sheet: "This list",
  newChat: "New chat",
  send: "Send",
  newLine: "New line",
  stop: "Stop the answer",
  allow: "Allow what is asked for, with the focus in it",
  refuse: "Refuse it",
  change: "Change it first",
  chat: "Previous or next chat",
  firstOrLast: "First or last chat",
  chatMenu: "What can be done with the chat",
};

// The chat beside the forms of an agent and its tools.
export const besideTexts = {
  toggle: "Chat beside",
  title: "Try it in a chat",
  aside: "Chat with the agent",
  open: "Open this chat on a page of its own",
  renew: "Begin a new chat here",
};

// What is done with the chat that is open: loaded with it, so apart from what the list of chats says.
export const chatTexts = {
  pin: "Pin to the top",
  unpin: "Unpin",
  tags: "Tags…",
  downloadMarkdown: "Download as Markdown",
  noLongerThere: "That message is no longer there.",
  linkedProblem: "The message could not be loaded. Check your connection and try again.",
  queued: "Waiting to be sent",
  queuedHint: "It is sent as soon as the answer is there.",
  held: "Not sent",
  heldHint: "The answer before it did not come. Send it, or change it first.",
  queue: "Send after this answer",
  queueKeys: "Enter to send once the answer is there, Shift + Enter for a new line",
  sendNow: "Send now",
  editQueued: "Change it",
  dropQueued: "Do not send it",
};

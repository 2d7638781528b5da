// Changing what one has said, from where the conversation goes on in a chat of its own.
export const forkTexts = {
  field: "What you say instead",
  send: "Send",
  sending: "Sending …",
  hint: "Goes on from here in a new chat. This one stays as it is.",
  keys: "Enter to send, Shift + Enter for a new line, Escape to leave it as it was",
  problem: "The new chat could not be made.",
  from: "Branched from",
  untitled: "an untitled chat",
  another: "another chat",
};

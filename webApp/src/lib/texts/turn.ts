// What an agent is doing with a message, and what one can do about it.
export const turnTexts = {
  thinking: "Thinking",
  writing: "Writing",
  calling: (tool: string) => `Using ${tool}`,
  callingSeveral: (count: number) => `Using ${count} tools`,
  asking: "Waiting for your decision",
  reconnecting: "Connection lost. The answer goes on; coming back to it …",
  stopping: "Stopping",
  stop: "Stop",
  stopKeys: "Stop (Esc)",
  stopFailed: "The answer could not be stopped. Check your connection and try again.",
  stopped: "Stopped. What was done by then is kept.",
  askAgain: "Ask again",
  good: "Good answer",
  bad: "Bad answer",
  feedbackFailed: "Your rating could not be kept. Try again in a moment.",
  answeredWaiting: "The agent asks for your decision.",
};

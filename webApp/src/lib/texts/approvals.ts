// The inbox of what agents want to do, and the record of what was decided.
const calls = (count: number) => (count === 1 ? "1 question" : `${count} questions`);

export const approvalsTexts = {
  title: "Approvals",
  always: "Always allowed",
  lead: "What agents want to do and may not without you. They wait, and go on by themselves once you have decided.",
  keys: {
    hint: "With the keyboard:",
    next: "next",
    previous: "previous",
    allow: "allows",
    refuse: "refuses",
    change: "changes it first",
  },
  loading: "Loading what waits for you",
  waiting: "Waiting for you",
  problem: "What waits for you could not be loaded.",
  stale: "The list may be out of date: it could not be read again.",
  fresh: (count: number) => (count === 1 ? "Show 1 new question" : `Show ${count} new questions`),
  more: "Show older questions",
  empty: "Nothing waits for you",
  emptyHint:
    "When an agent wants to use a tool that has to ask, it stops, and its question is here and in its chat. You see what would change before anything does.",
  emptyLinks: {
    permissions: "Choose which tools ask you",
    agents: "See what your agents can do",
  },
  asked: (agent: string, when: string) => `${agent} asked ${when}`,
  untitled: "A chat without a name",
  of: (count: number) => `${calls(count)} of one turn: the agent goes on once all are decided.`,
  openChat: "Open the chat",
  openChatOf: (title: string) => `Open the chat “${title}”`,
  after: {
    going: (agent: string) => `${agent} goes on …`,
    stopped: "Its turn is over.",
    others: (count: number) =>
      `It goes on once you have decided about the other ${calls(count)} of its turn.`,
    elsewhere: "This was decided elsewhere meanwhile. Nothing is done twice.",
    gone: "This is no longer there: its chat was deleted.",
    result: "What came of it",
    done: "Done",
  },
  decided: {
    title: "On record",
    lead: "Who decided what, and when. It is written once and never changed.",
    loading: "Loading what was decided",
    problem: "What was decided could not be loaded.",
    empty: "Nothing has been decided yet.",
    more: "Show earlier decisions",
    by: {
      approve: "You allowed",
      reject: "You refused",
      always_allow: "You always allow",
      expire: "Nobody decided in time",
      stop: "The turn was stopped",
    },
    status: {
      pending: "",
      approved: "under way",
      executed: "done",
      failed: "did not work",
      rejected: "",
      expired: "",
    },
    changed: "You changed what it was called with.",
    reason: (reason: string) => `“${reason}”`,
  },
};

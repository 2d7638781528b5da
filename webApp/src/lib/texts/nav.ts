// What the ways to the pages are called: loaded with the first page, so apart from what the pages themselves say.
const waiting = (count: number) => (count === 1 ? "1 waits for you" : `${count} wait for you`);

export const navTexts = {
  tasks: "Tasks",
  notes: "Notes",
  agents: "Agents",
  approvals: "Approvals",
  operator: "Operator",
  settings: "Settings",
  waiting,
  openListWaiting: (label: string, count: number) => `${label}, ${waiting(count)}`,
  /** What the browser's tab is called. */
  documentTitle: (app: string, page: string | null, count: number) =>
    `${count > 0 ? `(${count}) ` : ""}${page ? `${page} · ` : ""}${app}`,
};

// What the ways to the pages are called: loaded with the first page, so apart from what the pages themselves say.
export const navTexts = {
  tasks: "Tasks",
  notes: "Notes",
  agents: "Agents",
  settings: "Settings",
};

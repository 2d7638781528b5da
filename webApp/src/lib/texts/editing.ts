// Words for editing what others change too; shared by every page with a form on a row.
export const editingTexts = {
  notChanged: {
    title: "Not saved",
    detail: "The database lets you see this but not change it.",
  },

  conflict: {
    title: "Somebody changed this meanwhile",
    lead: "You and somebody else, perhaps an agent, wrote something different. Nothing is lost: choose what stays.",
    mine: "Yours",
    theirs: "Theirs",
    keepMine: "Keep mine",
    takeTheirs: "Take theirs",
    keepMineOf: (field: string) => `Keep mine: ${field}`,
    takeTheirsOf: (field: string) => `Take theirs: ${field}`,
    empty: "empty",
  },
  changedMeanwhile: "Changed meanwhile",

  leave: {
    title: "Leave without saving?",
    lead: "What you changed here is not saved yet.",
    stay: "Keep editing",
    leave: "Leave without saving",
    save: "Save and leave",
  },

  marks: {
    added: (who: string) => `Added by ${who}`,
    changed: (who: string) => `Changed by ${who}`,
    addedElsewhere: "Added elsewhere",
    changedElsewhere: "Changed elsewhere",
    announce: (count: number) =>
      count === 1 ? "1 entry was changed elsewhere." : `${count} entries were changed elsewhere.`,
    announceBy: (count: number, who: string) =>
      count === 1 ? `1 entry was changed by ${who}.` : `${count} entries were changed by ${who}.`,
  },
};

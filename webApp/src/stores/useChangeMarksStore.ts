// Which rows others have changed lately, and which versions are this tab's own work.
import { create } from "zustand";

export interface ChangeMark {
  kind: "added" | "changed";
  /** The agent whose run it was; null when it was no agent: another tab or another device. */
  agentName: string | null;
}

interface Version {
  id: string;
  updated_at: string;
}

interface ChangeMarksStore {
  /** By the id of the row. */
  marks: Record<string, ChangeMark>;
  /** The latest batch, to be read out once. */
  announced: { count: number; agentName: string | null } | null;
  /** Versions that this tab wrote, by the id of the row. */
  own: Record<string, string>;
  /** Rows that are being written by this tab. */
  underWay: readonly string[];
  mark: (marks: Record<string, ChangeMark>) => void;
  /** It was seen: somebody has opened or changed the row. */
  unmark: (id: string) => void;
  clear: () => void;
  /** Runs a write of these rows; what it leads to is not marked. */
  writing: <Written extends Version | Version[] | null>(
    ids: readonly string[],
    write: () => Promise<Written>,
  ) => Promise<Written>;
}

export const useChangeMarksStore = create<ChangeMarksStore>()((set) => ({
  marks: {},
  announced: null,
  own: {},
  underWay: [],
  mark: (marks) =>
    set((state) => {
      const [first, ...others] = Object.values(marks);
      if (!first) return {};
      const isOneAgent = others.every(({ agentName }) => agentName === first.agentName);
      return {
        marks: { ...state.marks, ...marks },
        announced: { count: others.length + 1, agentName: isOneAgent ? first.agentName : null },
      };
    }),
  unmark: (id) =>
    set(({ marks }) => {
      if (!(id in marks)) return {};
      const { [id]: _seen, ...others } = marks;
      return { marks: others };
    }),
  clear: () => set({ marks: {}, announced: null }),
  writing: async (ids, write) => {
    set(({ underWay }) => ({ underWay: [...underWay, ...ids] }));
    try {
      const written = await write();
      const rows: Version[] = [written ?? []].flat();
      const versions = Object.fromEntries(rows.map((row) => [row.id, row.updated_at]));
      set(({ own }) => ({ own: { ...own, ...versions } }));
      return written;
    } finally {
      // Once for each time: two writes of one row may overlap.
      set(({ underWay }) => ({ underWay: without(underWay, ids) }));
    }
  },
}));

function without(all: readonly string[], ids: readonly string[]): string[] {
  const left = [...all];
  for (const id of ids) left.splice(left.indexOf(id), 1);
  return left;
}

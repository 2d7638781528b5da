import { useCallback, useMemo } from "react";
import { agentTitle, useAgents } from "@/api/hooks/useAgents";
import { editingTexts } from "@/lib/texts/editing";
import { useChangeMarksStore } from "@/stores/useChangeMarksStore";

const words = editingTexts.marks;

export interface MarkWords {
  text: string;
  isAgent: boolean;
}

/** By the id of a row: what others did to it lately, in words. */
export function useMarks(): Readonly<Record<string, MarkWords>> {
  const marks = useChangeMarksStore((state) => state.marks);
  const nameOf = useAgentName();
  return useMemo(
    () =>
      Object.fromEntries(
        Object.entries(marks).map(([id, { kind, agentName }]) => {
          const elsewhere = kind === "added" ? words.addedElsewhere : words.changedElsewhere;
          const by = kind === "added" ? words.added : words.changed;
          const isAgent = agentName !== null;
          return [id, { text: isAgent ? by(nameOf(agentName)) : elsewhere, isAgent }];
        }),
      ),
    [marks, nameOf],
  );
}

/** The title of an agent; its name when it is not there any more. */
export function useAgentName(): (agentName: string) => string {
  const { data: agents } = useAgents();
  return useCallback(
    (agentName) => {
      const agent = agents?.find((one) => one.agent_name === agentName);
      return agent ? agentTitle(agent) : agentName;
    },
    [agents],
  );
}

import { useState } from "react";
import type { AgentChange, AgentDetail, Tool } from "@/api/agents";
import { useAgentHistory, useUndoChangeMutation } from "@/api/hooks/useAgentHooks";
import { ProblemNote } from "@/components/ProblemNote";
import { Button } from "@/components/ui/Button";
import { Skeleton } from "@/components/ui/Skeleton";
import { changedFields, changedName } from "@/lib/agentHistory";
import { asProblem } from "@/lib/problem";
import { texts } from "@/lib/texts";
import { agentsTexts } from "@/lib/texts/agents";
import { useToastStore } from "@/stores/useToastStore";
import { Section } from "./AgentView";
import { FieldDiff } from "./FieldDiff";
import { VersionDialog } from "./VersionDialog";

// As many as say what happened lately; the rest is a click away.
const SHOWN_AT_FIRST = 5;

/** What was changed when, field by field, and the way back. */
export function AgentHistory({ agent, tools }: { agent: AgentDetail; tools: readonly Tool[] }) {
  const history = useAgentHistory(agent.id);
  const [isWhole, setIsWhole] = useState(false);
  const [compared, setCompared] = useState<number | null>(null);
  const shown = isWhole ? history.data : history.data?.slice(0, SHOWN_AT_FIRST);
  return (
    <Section title={agentsTexts.historyTitle} hint={agentsTexts.historyHint}>
      {history.isPending && <Skeleton className="h-24 rounded-2xl" />}
      {history.isError && (
        <ProblemNote problem={asProblem(history.error)} title={agentsTexts.historyProblem}>
          <Button onClick={() => history.refetch()}>{texts.tryAgain}</Button>
        </ProblemNote>
      )}
      {shown?.length === 0 && <p className="text-faint text-sm">{agentsTexts.historyEmpty}</p>}
      {shown && shown.length > 0 && (
        <ol className="divide-y divide-line overflow-hidden rounded-2xl border border-line bg-card">
          {shown.map((change) => (
            <Change
              key={change.id}
              change={change}
              agent={agent}
              tools={tools}
              onCompare={isPast(change, agent) ? () => setCompared(change.config_version) : null}
            />
          ))}
        </ol>
      )}
      {shown && history.data && shown.length < history.data.length && (
        <Button shape="quiet" onClick={() => setIsWhole(true)}>
          {agentsTexts.historyAll(history.data.length)}
        </Button>
      )}
      {history.data && compared !== null && (
        <VersionDialog
          agent={agent}
          changes={history.data}
          version={compared}
          onClose={() => setCompared(null)}
        />
      )}
    </Section>
  );
}

function isPast({ config_version }: AgentChange, agent: AgentDetail): boolean {
  return config_version !== null && config_version < agent.config_version;
}

interface ChangeProps {
  change: AgentChange;
  agent: AgentDetail;
  tools: readonly Tool[];
  /** Shows the agent as it was after this change; null for what it is now. */
  onCompare: (() => void) | null;
}

function Change({ change, agent, tools, onCompare }: ChangeProps) {
  const undo = useUndoChangeMutation(agent.id, tools);
  const isFirst = change.table_name === "agent_configurations" && change.action === "insert";
  const at = new Date(change.changed_at);
  const carryOut = () =>
    undo.mutate(change, {
      onSuccess: () => useToastStore.getState().show({ text: agentsTexts.undone }),
    });
  return (
    <li>
      <details className="group">
        <summary className="flex flex-wrap items-baseline gap-x-2 px-4 py-2.5 text-sm hover:bg-hover/50">
          <span className="min-w-0 break-all font-medium font-mono">{changedName(change)}</span>
          <span className="text-soft">{agentsTexts.actions[change.action]}</span>
          {change.config_version !== null && (
            <span className="text-faint text-xs">{agentsTexts.version(change.config_version)}</span>
          )}
          <time dateTime={at.toISOString()} className="ml-auto text-faint text-xs">
            {at.toLocaleString()}
          </time>
        </summary>
        <div className="space-y-3 px-4 pt-2 pb-4 text-sm">
          {changedFields(change).map((field) => (
            <FieldDiff key={field.name} field={field} />
          ))}
          {undo.isError && <ProblemNote problem={asProblem(undo.error)} />}
          <div className="flex flex-wrap gap-2">
            {!isFirst && (
              <Button onClick={carryOut} disabled={undo.isPending}>
                {agentsTexts.undoChange}
              </Button>
            )}
            {onCompare && (
              <Button shape="link" className="h-10" onClick={onCompare}>
                {agentsTexts.compare(change.config_version ?? 0)}
              </Button>
            )}
          </div>
        </div>
      </details>
    </li>
  );
}

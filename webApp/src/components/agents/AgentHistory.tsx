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

// As many as say what happened lately; the rest is a click away.
const SHOWN_AT_FIRST = 5;

/** What was changed when, field by field, and the way back. */
export function AgentHistory({ agent, tools }: { agent: AgentDetail; tools: readonly Tool[] }) {
  const history = useAgentHistory(agent.id);
  const [isWhole, setIsWhole] = useState(false);
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
            <Change key={change.id} change={change} agent={agent} tools={tools} />
          ))}
        </ol>
      )}
      {shown && history.data && shown.length < history.data.length && (
        <Button shape="quiet" onClick={() => setIsWhole(true)}>
          {agentsTexts.historyAll(history.data.length)}
        </Button>
      )}
    </Section>
  );
}

function Change({
  change,
  agent,
  tools,
}: {
  change: AgentChange;
  agent: AgentDetail;
  tools: readonly Tool[];
}) {
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
          <time dateTime={at.toISOString()} className="ml-auto text-faint text-xs">
            {at.toLocaleString()}
          </time>
        </summary>
        <div className="space-y-3 px-4 pb-4 text-sm">
          {changedFields(change).map((field) => (
            <div key={field.name}>
              <p className="text-faint text-xs">{field.name.replaceAll("_", " ")}</p>
              {field.before && (
                <pre className="relative whitespace-pre-wrap break-words rounded-t-lg bg-danger-tint px-3 py-1.5 font-mono text-xs">
                  <span className="sr-only">{agentsTexts.fieldWas}: </span>
                  <span aria-hidden="true">− </span>
                  {field.before}
                </pre>
              )}
              {field.after && (
                <pre className="relative whitespace-pre-wrap break-words rounded-b-lg bg-tint px-3 py-1.5 font-mono text-xs">
                  <span className="sr-only">{agentsTexts.fieldIs}: </span>
                  <span aria-hidden="true">+ </span>
                  {field.after}
                </pre>
              )}
            </div>
          ))}
          {undo.isError && <ProblemNote problem={asProblem(undo.error)} />}
          {!isFirst && (
            <Button onClick={carryOut} disabled={undo.isPending}>
              {agentsTexts.undoChange}
            </Button>
          )}
        </div>
      </details>
    </li>
  );
}

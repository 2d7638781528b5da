import { useState } from "react";
import { useParams } from "react-router";
import type { AgentDetail } from "@/api/agents";
import { useAgent, useFunctions, useTables, useToolTypes } from "@/api/hooks/useAgentHooks";
import { agentTitle } from "@/api/hooks/useAgents";
import { ProblemNote } from "@/components/ProblemNote";
import { Button } from "@/components/ui/Button";
import { Skeleton } from "@/components/ui/Skeleton";
import { asProblem } from "@/lib/problem";
import { texts } from "@/lib/texts";
import { agentsTexts } from "@/lib/texts/agents";
import { AgentFrame } from "./AgentFrame";
import { BackLink, Gone } from "./AgentView";
import { ToolEditor } from "./ToolEditor";

/** One tool of an agent, or a new one: what it may do, and a way to try it. */
export function ToolView() {
  const { agentName = "", toolName } = useParams();
  const agent = useAgent(agentName);
  const canEdit = agent.data?.tools !== undefined && agent.data?.tools !== null;
  return (
    <AgentFrame title={toolName ?? agentsTexts.toolTitle} agent={agent.data ?? null}>
      <div className="mx-auto max-w-6xl space-y-6 px-4 py-6 md:px-6">
        <BackLink to={`/agents/${encodeURIComponent(agentName)}`}>
          {agent.data ? agentTitle(agent.data) : agentsTexts.toAgent}
        </BackLink>
        {agent.isPending && <EditorSkeleton />}
        {agent.isError && (
          <ProblemNote problem={asProblem(agent.error)} title={agentsTexts.agentProblem}>
            <Button onClick={() => agent.refetch()}>{texts.tryAgain}</Button>
          </ProblemNote>
        )}
        {agent.data === null && <Gone title={agentsTexts.gone} hint={agentsTexts.goneHint} />}
        {agent.data && !canEdit && <Gone title={agentsTexts.about} />}
        {agent.data && canEdit && <WithTables agent={agent.data} toolName={toolName} />}
      </div>
    </AgentFrame>
  );
}

function WithTables({ agent, toolName }: { agent: AgentDetail; toolName: string | undefined }) {
  const tables = useTables(agent.agent_name);
  const functions = useFunctions(agent.agent_name);
  const types = useToolTypes();
  // By the address that one came by: saving a new tool, or a name of its own, changes it under the open editor.
  const [tool] = useState(() => agent.tools?.find((one) => one.name === toolName) ?? null);
  const [isNew] = useState(toolName === undefined);
  if (!isNew && !tool) return <Gone title={agentsTexts.toolGone} />;
  const failed = [tables, functions, types].find((query) => query.isLoadingError);
  if (failed?.error) {
    const retry = () => Promise.all([tables.refetch(), functions.refetch(), types.refetch()]);
    return (
      <ProblemNote problem={asProblem(failed.error)} title={agentsTexts.tablesProblem}>
        <Button onClick={retry}>{texts.tryAgain}</Button>
      </ProblemNote>
    );
  }
  if (!tables.data || !functions.data || !types.data) return <EditorSkeleton />;
  return (
    <ToolEditor
      agent={agent}
      tables={tables.data}
      functions={functions.data}
      types={types.data}
      tool={tool}
    />
  );
}

/** The place of the form, and of the trial beside it. */
function EditorSkeleton() {
  return (
    <div
      role="status"
      aria-label={agentsTexts.loadingTool}
      className="grid gap-8 @4xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]"
    >
      <div className="space-y-5">
        <div className="grid gap-5 sm:grid-cols-2">
          <Skeleton className="h-11" />
          <Skeleton className="h-11" />
        </div>
        <Skeleton className="h-64 rounded-xl" />
        <Skeleton className="h-64 rounded-xl" />
      </div>
      <Skeleton className="h-56 rounded-2xl" />
    </div>
  );
}

import { Plus, Upload } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { Link } from "react-router";
import { useAgentList, useSwitchedOff } from "@/api/hooks/useAgentHooks";
import { agentTitle } from "@/api/hooks/useAgents";
import { PageFrame } from "@/components/PageFrame";
import { ProblemNote } from "@/components/ProblemNote";
import { Badge } from "@/components/ui/Badge";
import { Button } from "@/components/ui/Button";
import { Skeleton } from "@/components/ui/Skeleton";
import { asProblem } from "@/lib/problem";
import { texts } from "@/lib/texts";
import { agentFileTexts } from "@/lib/texts/agentFiles";
import { agentsTexts } from "@/lib/texts/agents";
import { AgentCard } from "./AgentCard";
import { Section } from "./AgentView";
import { NewAgentDialog } from "./NewAgentDialog";

const ImportAgentDialog = lazy(() => import("./ImportAgentDialog"));

/** The agents that one may talk to, and the way to make another. */
export function AgentsOverview() {
  const agents = useAgentList();
  const [isMaking, setIsMaking] = useState(false);
  const [isImporting, setIsImporting] = useState(false);
  const make = () => setIsMaking(true);
  return (
    <PageFrame
      title={agentsTexts.title}
      actions={
        <>
          <Button shape="quiet" onClick={() => setIsImporting(true)}>
            <Upload className="size-4" />
            <span className="max-sm:sr-only">{agentFileTexts.importButton}</span>
          </Button>
          <Button shape="link" onClick={make}>
            <Plus className="size-4" />
            {agentsTexts.newAgent}
          </Button>
        </>
      }
    >
      <div className="mx-auto max-w-5xl space-y-6 px-4 py-6 md:px-6">
        <p className="max-w-prose text-soft text-sm">{agentsTexts.lead}</p>
        {agents.isPending && <CardSkeletons />}
        {agents.isError && (
          <ProblemNote problem={asProblem(agents.error)} title={agentsTexts.problem}>
            <Button onClick={() => agents.refetch()}>{texts.tryAgain}</Button>
          </ProblemNote>
        )}
        {agents.data?.length === 0 && (
          <div className="rounded-2xl border border-line border-dashed px-6 py-10 text-center">
            <p className="font-medium">{agentsTexts.empty}</p>
            <p className="mx-auto mt-1 mb-5 max-w-prose text-soft text-sm">{agentsTexts.emptyHint}</p>
            <Button shape="primary" onClick={make}>
              {agentsTexts.newAgent}
            </Button>
          </div>
        )}
        {agents.data && agents.data.length > 0 && (
          <ul className="grid gap-4 sm:grid-cols-2 xl:grid-cols-3">
            {agents.data.map((agent) => (
              <li key={`${agent.agent_name} ${agent.is_private}`} className="min-w-0">
                <AgentCard agent={agent} />
              </li>
            ))}
          </ul>
        )}
        <SwitchedOff />
      </div>
      {isMaking && <NewAgentDialog onClose={() => setIsMaking(false)} />}
      <Suspense fallback={null}>
        {isImporting && <ImportAgentDialog onClose={() => setIsImporting(false)} />}
      </Suspense>
    </PageFrame>
  );
}

/** Agents that only those see who may switch them on again. */
function SwitchedOff() {
  const { data: agents = [] } = useSwitchedOff();
  if (agents.length === 0) return null;
  return (
    <Section title={agentsTexts.switchedOffTitle} hint={agentsTexts.switchedOffHint}>
      <ul className="divide-y divide-line overflow-hidden rounded-2xl border border-line bg-card">
        {agents.map((agent) => (
          <li
            key={`${agent.agent_name} ${agent.owner_id}`}
            className="relative flex items-center gap-3 px-4 py-3 hover:bg-hover/50"
          >
            <Link
              to={`/agents/${encodeURIComponent(agent.agent_name)}`}
              className="min-w-0 flex-1 truncate font-medium text-sm after:absolute after:inset-0"
            >
              {agentTitle(agent)}
            </Link>
            <Badge isTinted={agent.owner_id !== null}>
              {agent.owner_id !== null ? agentsTexts.own : agentsTexts.shared}
            </Badge>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function CardSkeletons() {
  return (
    <div role="status" aria-label={agentsTexts.loading} className="grid gap-4 sm:grid-cols-2 xl:grid-cols-3">
      <Skeleton className="h-44 rounded-2xl" />
      <Skeleton className="h-44 rounded-2xl" />
      <Skeleton className="h-44 rounded-2xl" />
    </div>
  );
}

import { Plus } from "lucide-react";
import { useState } from "react";
import { useAgentList } from "@/api/hooks/useAgentHooks";
import { PageFrame } from "@/components/PageFrame";
import { ProblemNote } from "@/components/ProblemNote";
import { Button } from "@/components/ui/Button";
import { Skeleton } from "@/components/ui/Skeleton";
import { asProblem } from "@/lib/problem";
import { texts } from "@/lib/texts";
import { agentsTexts } from "@/lib/texts/agents";
import { AgentCard } from "./AgentCard";
import { NewAgentDialog } from "./NewAgentDialog";

/** The agents that one may talk to, and the way to make another. */
export function AgentsOverview() {
  const agents = useAgentList();
  const [isMaking, setIsMaking] = useState(false);
  const make = () => setIsMaking(true);
  return (
    <PageFrame
      title={agentsTexts.title}
      actions={
        <Button shape="link" onClick={make}>
          <Plus className="size-4" />
          {agentsTexts.newAgent}
        </Button>
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
      </div>
      {isMaking && <NewAgentDialog onClose={() => setIsMaking(false)} />}
    </PageFrame>
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

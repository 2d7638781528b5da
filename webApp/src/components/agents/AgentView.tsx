import { ArrowLeft, Copy } from "lucide-react";
import type { ReactNode } from "react";
import { Link, useParams } from "react-router";
import type { AgentDetail } from "@/api/agents";
import { useAgent } from "@/api/hooks/useAgentHooks";
import { agentTitle } from "@/api/hooks/useAgents";
import { ProblemNote } from "@/components/ProblemNote";
import { Badge } from "@/components/ui/Badge";
import { Button } from "@/components/ui/Button";
import { Skeleton } from "@/components/ui/Skeleton";
import { asProblem } from "@/lib/problem";
import { texts } from "@/lib/texts";
import { agentFileTexts } from "@/lib/texts/agentFiles";
import { agentsTexts } from "@/lib/texts/agents";
import { AbilityList } from "./AbilityList";
import { AgentForm } from "./AgentForm";
import { AgentFrame } from "./AgentFrame";
import { AgentHistory } from "./AgentHistory";
import { AgentMenu } from "./AgentMenu";
import { DeleteAgent } from "./DeleteAgent";
import { ToolList } from "./ToolList";
import { useDuplicate } from "./useDuplicate";

/** One agent: what it is for, and for those who may change it what it is told and made of. */
export function AgentView() {
  const { agentName = "" } = useParams();
  const agent = useAgent(agentName);
  if (agent.data) return <OneAgent key={agent.data.id} agent={agent.data} />;
  return (
    <AgentFrame title={agentsTexts.title} agent={null}>
      <div className={CONTENT}>
        <BackLink to="/agents">{agentsTexts.back}</BackLink>
        {agent.isPending && <ViewSkeleton />}
        {agent.isError && (
          <ProblemNote problem={asProblem(agent.error)} title={agentsTexts.agentProblem}>
            <Button onClick={() => agent.refetch()}>{texts.tryAgain}</Button>
          </ProblemNote>
        )}
        {agent.data === null && <Gone title={agentsTexts.gone} hint={agentsTexts.goneHint} />}
      </div>
    </AgentFrame>
  );
}

const CONTENT = "mx-auto max-w-3xl space-y-8 px-4 py-6 md:px-6";

function OneAgent({ agent }: { agent: AgentDetail }) {
  const copying = useDuplicate(agent);
  return (
    <AgentFrame
      title={agentTitle(agent)}
      agent={agent}
      actions={agent.tools && <AgentMenu agent={agent} onDuplicate={copying.duplicate} />}
    >
      <div className={CONTENT}>
        <BackLink to="/agents">{agentsTexts.back}</BackLink>
        {copying.problem && <ProblemNote problem={copying.problem} />}
        <AgentContent agent={agent} copying={copying} />
      </div>
    </AgentFrame>
  );
}

interface AgentContentProps {
  agent: AgentDetail;
  copying: ReturnType<typeof useDuplicate>;
}

function AgentContent({ agent, copying }: AgentContentProps) {
  return (
    <>
      <header className="space-y-2">
        <div className="flex flex-wrap items-center gap-2">
          <Badge isTinted={agent.is_private}>{agent.is_private ? agentsTexts.own : agentsTexts.shared}</Badge>
          {!agent.is_active && <Badge>{agentsTexts.off}</Badge>}
          <span className="text-faint text-sm">{agentsTexts.tools(agent.tool_count)}</span>
        </div>
        <p className="max-w-prose text-soft">{agent.description || agentsTexts.noDescription}</p>
        {agent.problem && (
          <ProblemNote
            problem={{ code: "agent_misconfigured", title: agentsTexts.cannotRun, message: agent.problem }}
          />
        )}
      </header>
      {agent.tools ? (
        <>
          <ToolList agent={agent} tools={agent.tools} />
          <Section title={agentsTexts.settings}>
            <AgentForm agent={agent} />
          </Section>
          <AgentHistory agent={agent} tools={agent.tools} />
          <DeleteAgent agent={agent} />
        </>
      ) : (
        <>
          <div className="space-y-4 rounded-2xl border border-line bg-card p-5">
            <p className="max-w-prose text-sm">{agentFileTexts.likeItHint}</p>
            <Button disabled={copying.isBusy} onClick={copying.duplicate}>
              <Copy className="size-4" />
              {agentFileTexts.likeIt}
            </Button>
          </div>
          <AbilityList agent={agent} />
        </>
      )}
    </>
  );
}

export function Section({
  title,
  hint,
  actions,
  children,
}: {
  title: string;
  hint?: string;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section aria-label={title} className="space-y-4">
      <div className="flex items-end justify-between gap-3">
        <div className="min-w-0">
          <h2 className="font-semibold text-lg">{title}</h2>
          {hint && <p className="text-faint text-sm">{hint}</p>}
        </div>
        {actions}
      </div>
      {children}
    </section>
  );
}

export function BackLink({ to, children }: { to: string; children: ReactNode }) {
  return (
    <Link to={to} className="inline-flex items-center gap-1.5 text-soft text-sm hover:text-ink">
      <ArrowLeft className="size-4" aria-hidden="true" />
      {children}
    </Link>
  );
}

export function Gone({ title, hint }: { title: string; hint?: string }) {
  return (
    <div className="rounded-2xl border border-line border-dashed px-6 py-10 text-center">
      <p className="font-medium">{title}</p>
      {hint && <p className="mt-1 text-soft text-sm">{hint}</p>}
    </div>
  );
}

function ViewSkeleton() {
  return (
    <div role="status" aria-label={agentsTexts.loadingAgent} className="space-y-8">
      <div className="space-y-3">
        <Skeleton className="h-5 w-28" />
        <Skeleton className="h-5 w-3/4" />
      </div>
      <div className="space-y-4">
        <Skeleton className="h-6 w-24" />
        <Skeleton className="h-44 rounded-2xl" />
      </div>
      <div className="space-y-4">
        <Skeleton className="h-6 w-32" />
        <div className="grid gap-5 sm:grid-cols-2">
          <Skeleton className="h-11" />
          <Skeleton className="h-11" />
        </div>
        <Skeleton className="h-48" />
      </div>
    </div>
  );
}

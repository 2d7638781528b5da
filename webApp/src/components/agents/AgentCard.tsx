import { CircleAlert, MessageSquare } from "lucide-react";
import { Link } from "react-router";
import type { AgentEntry } from "@/api/agents";
import { agentTitle } from "@/api/hooks/useAgents";
import { Badge } from "@/components/ui/Badge";
import { agentsTexts } from "@/lib/texts/agents";

/** An agent of the list: what it is for, whose it is, and what keeps it from running. */
export function AgentCard({ agent }: { agent: AgentEntry }) {
  const title = agentTitle(agent);
  const name = encodeURIComponent(agent.agent_name);
  const refused = Object.keys(agent.refused_tools ?? {}).length;
  return (
    <article className="relative flex h-full min-h-44 flex-col gap-2 rounded-2xl border border-line bg-card p-5 hover:border-edge">
      <div className="flex items-start gap-2">
        <h2 className="min-w-0 flex-1 font-semibold">
          {/* The whole card is the link; what is above it has places of its own. */}
          <Link to={`/agents/${name}`} className="after:absolute after:inset-0 after:rounded-2xl">
            {title}
          </Link>
        </h2>
        <Badge isTinted={agent.is_private}>{agent.is_private ? agentsTexts.own : agentsTexts.shared}</Badge>
      </div>
      <p className="line-clamp-3 text-soft text-sm">{agent.description || agentsTexts.noDescription}</p>
      {(agent.problem || refused > 0) && (
        <p className="flex items-center gap-1.5 text-danger text-sm">
          <CircleAlert className="size-4 shrink-0" aria-hidden="true" />
          {agent.problem ? agentsTexts.cannotRun : agentsTexts.refusedTools(refused)}
        </p>
      )}
      <div className="mt-auto flex items-center justify-between gap-2 pt-2">
        <span className="text-faint text-sm">{agentsTexts.tools(agent.tool_count)}</span>
        <TalkLink agentName={agent.agent_name} title={title} />
      </div>
    </article>
  );
}

export function TalkLink({ agentName, title }: { agentName: string; title: string }) {
  return (
    <Link
      to={`/new/${encodeURIComponent(agentName)}`}
      aria-label={agentsTexts.talkTo(title)}
      className="relative inline-flex h-9 shrink-0 items-center gap-2 rounded-lg px-3 font-medium text-accent text-sm hover:bg-hover"
    >
      <MessageSquare className="size-4" aria-hidden="true" />
      {agentsTexts.talk}
    </Link>
  );
}

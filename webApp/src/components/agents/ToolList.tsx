import { CircleAlert, Plus } from "lucide-react";
import { Link } from "react-router";
import type { AgentDetail, Tool } from "@/api/agents";
import { Badge } from "@/components/ui/Badge";
import { agentsTexts } from "@/lib/texts/agents";
import { toolSaying } from "@/lib/toolSaying";
import { Section } from "./AgentView";

/** An agent's tools, each with what it does in words, and why one is not offered. */
export function ToolList({ agent, tools }: { agent: AgentDetail; tools: readonly Tool[] }) {
  const path = `/agents/${encodeURIComponent(agent.agent_name)}/tools`;
  return (
    <Section
      title={agentsTexts.toolsTitle}
      hint={agentsTexts.toolsLead}
      actions={
        <Link
          to={path}
          className="inline-flex h-9 shrink-0 items-center gap-2 rounded-lg px-3 font-medium text-accent text-sm hover:bg-hover"
        >
          <Plus className="size-4" aria-hidden="true" />
          {agentsTexts.newTool}
        </Link>
      }
    >
      {tools.length === 0 ? (
        <div className="rounded-2xl border border-line border-dashed px-6 py-8 text-center">
          <p className="font-medium">{agentsTexts.noTools}</p>
          <p className="mx-auto mt-1 max-w-prose text-soft text-sm">{agentsTexts.noToolsHint}</p>
        </div>
      ) : (
        <ul className="divide-y divide-line overflow-hidden rounded-2xl border border-line bg-card">
          {tools.map((tool) => (
            <ToolRow key={tool.id} tool={tool} path={path} refusal={agent.refused_tools?.[tool.name]} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function ToolRow({ tool, path, refusal }: { tool: Tool; path: string; refusal: string | undefined }) {
  return (
    <li className="relative space-y-1 px-4 py-3 hover:bg-hover/50">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <Link
          to={`${path}/${encodeURIComponent(tool.name)}`}
          aria-label={agentsTexts.editTool(tool.name)}
          className="min-w-0 break-all font-medium font-mono text-sm after:absolute after:inset-0"
        >
          {tool.name}
        </Link>
        <Badge>{tool.type}</Badge>
        {tool.approval !== "auto" && <Badge isTinted>{agentsTexts.approvals[tool.approval]}</Badge>}
        {!tool.is_active && <Badge>{agentsTexts.toolOff}</Badge>}
      </div>
      <p className="break-words text-sm">{toolSaying(tool)}</p>
      {tool.description && <p className="text-soft text-sm">{tool.description}</p>}
      {refusal && (
        <p className="flex gap-1.5 text-danger text-sm">
          <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden="true" />
          <span>
            {agentsTexts.notOffered}: {refusal}
          </span>
        </p>
      )}
    </li>
  );
}

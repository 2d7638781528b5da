import type { Ability } from "@/api/abilities";
import type { AgentDetail } from "@/api/agents";
import { useAbilities } from "@/api/hooks/useAgentHooks";
import { ProblemNote } from "@/components/ProblemNote";
import { Badge } from "@/components/ui/Badge";
import { Button } from "@/components/ui/Button";
import { Skeleton } from "@/components/ui/Skeleton";
import { asProblem } from "@/lib/problem";
import { texts } from "@/lib/texts";
import { agentsTexts } from "@/lib/texts/agents";
import { toolTitle } from "@/lib/toolName";
import { Section } from "./AgentView";

/** What an agent can do, for those who may use it and not change it. */
export function AbilityList({ agent }: { agent: AgentDetail }) {
  const abilities = useAbilities(agent.agent_name);
  return (
    <Section title={agentsTexts.toolsTitle} hint={agentsTexts.toolsLead}>
      {abilities.isPending && (
        <div role="status" aria-label={agentsTexts.loadingTools}>
          <Skeleton className="h-44 rounded-2xl" />
        </div>
      )}
      {abilities.isError && (
        <ProblemNote problem={asProblem(abilities.error)} title={agentsTexts.abilitiesProblem}>
          <Button onClick={() => void abilities.refetch()}>{texts.tryAgain}</Button>
        </ProblemNote>
      )}
      {abilities.data?.length === 0 && <p className="text-soft text-sm">{agentsTexts.noAbilities}</p>}
      {abilities.data && abilities.data.length > 0 && (
        <ul className="divide-y divide-line overflow-hidden rounded-2xl border border-line bg-card">
          {abilities.data.map((ability) => (
            <AbilityRow key={ability.name} ability={ability} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function AbilityRow({ ability: { name, description, annotations } }: { ability: Ability }) {
  return (
    <li className="space-y-1 px-4 py-3 text-sm">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <h3 className="min-w-0 break-words font-medium">{toolTitle(name)}</h3>
        {annotations?.readOnlyHint && <Badge>{agentsTexts.onlyReads}</Badge>}
        {annotations?.destructiveHint && <Badge isTinted>{agentsTexts.mayDelete}</Badge>}
      </div>
      {description && <p className="whitespace-pre-line break-words text-soft">{description}</p>}
    </li>
  );
}

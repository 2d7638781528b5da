import { useQuery } from "@tanstack/react-query";
import { queryKeys } from "@/api/queryKeys";
import type { Agent } from "@/lib/database";
import { unwrap } from "@/lib/problem";
import { useServices } from "@/lib/services";

/** The agents that the user may talk to, by title. Where one of their own hides a shared one, only their own. */
export function useAgents() {
  const { supabase } = useServices();
  return useQuery({
    queryKey: queryKeys.agents,
    queryFn: async () => {
      const query = supabase
        .from("agent_configurations")
        .select("id, agent_name, display_name, description, owner_id");
      return visibleAgents(unwrap(await query.eq("is_active", true)));
    },
    staleTime: 60_000,
  });
}

function visibleAgents(agents: Agent[]): Agent[] {
  const sharedFirst = agents.toSorted(
    (one, other) => Number(one.owner_id !== null) - Number(other.owner_id !== null),
  );
  const byName = new Map(sharedFirst.map((agent) => [agent.agent_name, agent]));
  return [...byName.values()].sort((one, other) => agentTitle(one).localeCompare(agentTitle(other)));
}

export function agentTitle(agent: Pick<Agent, "agent_name" | "display_name">): string {
  return agent.display_name || agent.agent_name;
}

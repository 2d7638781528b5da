// Agents and their tools as the server has them, and changing them. Every change makes all of them be read anew.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { listAbilities } from "@/api/abilities";
import { makeAgent, restoreAgent } from "@/api/agentCopies";
import {
  type AgentChange,
  type AgentDetail,
  type AgentDraft,
  changeAgent,
  createAgent,
  deleteAgent,
  deleteTool,
  listAgents,
  listChanges,
  listFunctions,
  listSwitchedOff,
  listTables,
  listToolTypes,
  readAgent,
  saveTool,
  type Tool,
  type ToolConfig,
  type ToolDraft,
  tryTool,
} from "@/api/agents";
import { queryKeys } from "@/api/queryKeys";
import type { AgentCopy } from "@/lib/agentFile";
import { agentOf, earlierRow, toolOf, type Version } from "@/lib/agentHistory";
import { asProblem } from "@/lib/problem";
import { useServices } from "@/lib/services";
import { useUserId } from "@/stores/useAuthStore";

/** The agents that the user may talk to, with what may be wrong with those that are theirs to change. */
export function useAgentList() {
  const services = useServices();
  return useQuery({ queryKey: queryKeys.agentList, queryFn: () => listAgents(services) });
}

/** One agent; null when there is none of that name. */
export function useAgent(agentName: string) {
  const services = useServices();
  return useQuery({
    queryKey: queryKeys.agent(agentName),
    queryFn: () =>
      readAgent(services, agentName).catch((error: unknown) => {
        if (asProblem(error).status === 404) return null;
        throw error;
      }),
  });
}

/** What an agent can do, for whoever may not see its rows. */
export function useAbilities(agentName: string) {
  const services = useServices();
  return useQuery({
    queryKey: [...queryKeys.agent(agentName), "abilities"],
    queryFn: () => listAbilities(services, agentName),
  });
}

/** The tables that a tool of the agent may work on. */
export function useTables(agentName: string) {
  const services = useServices();
  return useQuery({
    queryKey: queryKeys.agentTables(agentName),
    queryFn: () => listTables(services, agentName),
    staleTime: 60_000,
  });
}

/** The functions that a tool of the agent may call. */
export function useFunctions(agentName: string) {
  const services = useServices();
  return useQuery({
    queryKey: queryKeys.agentFunctions(agentName),
    queryFn: () => listFunctions(services, agentName),
    staleTime: 60_000,
  });
}

/** The types that a tool may have. They change only when the server does. */
export function useToolTypes() {
  const services = useServices();
  return useQuery({
    queryKey: queryKeys.toolTypes,
    queryFn: () => listToolTypes(services),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The user's agents that are switched off. */
export function useSwitchedOff() {
  const services = useServices();
  return useQuery({ queryKey: queryKeys.switchedOff, queryFn: () => listSwitchedOff(services) });
}

export function useAgentHistory(agentId: string) {
  const services = useServices();
  return useQuery({
    queryKey: queryKeys.agentHistory(agentId),
    queryFn: () => listChanges(services, agentId),
  });
}

export function useCreateAgentMutation() {
  const services = useServices();
  const userId = useUserId();
  return useChange((agent: AgentDraft) => createAgent(services, agent, userId));
}

/** Makes an agent with its tools, all of it or nothing. */
export function useMakeAgentMutation() {
  const services = useServices();
  const userId = useUserId();
  return useChange(({ copy, isShared }: { copy: AgentCopy; isShared: boolean }) =>
    makeAgent(services, copy, isShared ? null : userId),
  );
}

/** Makes the agent what it was at a version. */
export function useRestoreMutation(agent: AgentDetail) {
  const services = useServices();
  return useChange((version: Version) => restoreAgent(services, agent, version));
}

export function useChangeAgentMutation(id: string) {
  const services = useServices();
  return useChange((change: Partial<AgentDraft>) => changeAgent(services, id, change));
}

export function useDeleteAgentMutation() {
  const services = useServices();
  return useChange((id: string) => deleteAgent(services, id));
}

export function useSaveToolMutation(agentId: string) {
  const services = useServices();
  return useChange(({ toolId, tool }: { toolId: string | null; tool: ToolDraft }) =>
    saveTool(services, { agentId, toolId, tool }),
  );
}

export function useDeleteToolMutation() {
  const services = useServices();
  return useChange((id: string) => deleteTool(services, id));
}

export function useTryToolMutation(agentName: string) {
  const services = useServices();
  return useMutation({
    mutationFn: ({ toolName, args }: { toolName: string; args: ToolConfig }) =>
      tryTool(services, { agentName, toolName, args }),
  });
}

/** Puts the row of a change back as it was before; a deleted tool is made again. */
export function useUndoChangeMutation(agentId: string, tools: readonly Tool[]) {
  const services = useServices();
  return useChange(async (change: AgentChange) => {
    const row = earlierRow(change);
    if (change.table_name === "agent_configurations") {
      if (row) await changeAgent(services, agentId, agentOf(row));
      return;
    }
    const isThere = tools.some((tool) => tool.id === change.tool_id);
    if (row) {
      const toolId = isThere ? change.tool_id : null;
      await saveTool(services, { agentId, toolId, tool: toolOf(row) });
    } else if (isThere && change.tool_id) await deleteTool(services, change.tool_id);
  });
}

function useChange<Change, Made>(mutationFn: (change: Change) => Promise<Made>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn,
    // What is refused may have been done in part.
    onSettled: () => queryClient.invalidateQueries({ queryKey: queryKeys.agents }),
  });
}

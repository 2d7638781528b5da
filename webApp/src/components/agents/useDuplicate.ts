import { useNavigate } from "react-router";
import { CopyRefused, copyOf } from "@/api/agentCopies";
import type { AgentDetail } from "@/api/agents";
import { useAgentList, useMakeAgentMutation, useSwitchedOff } from "@/api/hooks/useAgentHooks";
import { agentTitle } from "@/api/hooks/useAgents";
import { freeName } from "@/lib/freeName";
import { asProblem, Problem } from "@/lib/problem";
import { agentFileTexts as say } from "@/lib/texts/agentFiles";
import { useToastStore } from "@/stores/useToastStore";

/** Makes an agent of the user's own like another: all that they may see of it, its tools included. */
export function useDuplicate(agent: AgentDetail) {
  const make = useMakeAgentMutation();
  const navigate = useNavigate();
  const { data: listed = [] } = useAgentList();
  const { data: switchedOff = [] } = useSwitchedOff();
  const duplicate = () => {
    const { agent: row, tools } = copyOf(agent);
    // A copy of the same name as a shared one would hide it.
    const taken = [agent, ...listed, ...switchedOff].map((one) => one.agent_name);
    const agent_name = freeName(agent.agent_name, taken);
    const copy = { ...row, agent_name, display_name: say.copyTitle(agentTitle(agent)), is_active: true };
    make.mutate(
      { copy: { agent: copy, tools }, isShared: false },
      {
        onSuccess: () => {
          useToastStore.getState().show({ text: agent.tools ? say.duplicated : say.madeLikeIt });
          navigate(`/agents/${agent_name}`);
        },
      },
    );
  };
  return { duplicate, isBusy: make.isPending, problem: make.isError ? problemOf(make.error, agent) : null };
}

function problemOf(error: Error, { tools }: AgentDetail): Problem {
  if (!(error instanceof CopyRefused)) return asProblem(error);
  const [first] = error.parts;
  if (first && error.parts.length === 1 && first.tool === null) return first.problem;
  const detail = error.parts.map(({ tool, problem }) =>
    tool === null ? problem.message : say.ofTool(tools?.[tool]?.name ?? "", problem.message),
  );
  return new Problem({ code: "copy_refused", title: say.notDuplicated, detail: detail.join("\n") });
}

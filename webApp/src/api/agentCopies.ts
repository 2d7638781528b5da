// Agents that are made, or put back, as a whole. PostgREST has no transaction over several requests: what was done of
// one that is refused is taken back.
import type { AgentCopy, ToolCopy } from "@/lib/agentFile";
import type { Json } from "@/lib/database.gen";
import { asProblem, Problem, unwrap } from "@/lib/problem";
import type { Services } from "@/lib/services";
import { agentFileTexts } from "@/lib/texts/agentFiles";
import { type AgentDetail, type AgentDraft, changeAgent, deleteAgent, deleteTool } from "./agents";

/** The database's refusal of a part of an agent; `tool` is its place in the list, null for the agent itself. */
export interface RefusedPart {
  tool: number | null;
  problem: Problem;
}

/** Nothing was made; `parts` is all that the database says. */
export class CopyRefused extends Error {
  constructor(readonly parts: readonly RefusedPart[]) {
    super(parts.map(({ problem }) => problem.message).join(" "));
    this.name = "CopyRefused";
  }
}

/**
 * Makes an agent with its tools, all of it or nothing; `ownerId` is null for a shared one. Until it is whole it is
 * switched off, so that a half of it never answers. Throws CopyRefused, or a Problem when half of it had to stay.
 */
export async function makeAgent(
  services: Services,
  { agent, tools }: AgentCopy,
  ownerId: string | null,
): Promise<void> {
  const id = await insertAgent(services, { ...agent, is_active: false }, ownerId).catch((error: unknown) => {
    throw new CopyRefused([{ tool: null, problem: asProblem(error) }]);
  });
  const refused: RefusedPart[] = [];
  for (const [place, tool] of tools.entries()) {
    // Each by itself, and those after a refused one as well: whoever mends the file is told of all at once.
    await insertTool(services, id, tool).catch((error: unknown) => {
      refused.push({ tool: place, problem: asProblem(error) });
    });
    if (refused.at(-1)?.problem.code === "network") break;
  }
  if (refused.length === 0 && agent.is_active) {
    await changeAgent(services, id, { is_active: true }).catch((error: unknown) => {
      refused.push({ tool: null, problem: asProblem(error) });
    });
  }
  if (refused.length === 0) return;
  await deleteAgent(services, id).catch(stayed);
  throw new CopyRefused(refused);
}

/** The agent as it is, to be written to a file or made once more. */
export function copyOf(agent: AgentDetail): AgentCopy {
  return {
    agent: {
      agent_name: agent.agent_name,
      display_name: agent.display_name,
      description: agent.description,
      system_prompt: agent.system_prompt ?? "",
      llm_config: agent.llm_config ?? {},
      is_active: agent.is_active,
    },
    tools: (agent.tools ?? []).map(({ id: _, ...tool }) => tool),
  };
}

/** One change on the way to an agent as it was, and what takes it back. */
interface Step {
  run: () => Promise<unknown>;
  takeBack: () => Promise<unknown>;
}

/** A tool as it was, and the id of the row that is to be so again; null where there is none any more. */
export type PastTool = ToolCopy & { id: string | null };

/** Makes an agent what it was: all of it, or as it is now. Throws a Problem. */
export async function restoreAgent(
  services: Services,
  now: AgentDetail,
  past: { agent: AgentDraft; tools: readonly PastTool[] },
): Promise<void> {
  const present = now.tools ?? [];
  const made = new Map<PastTool, string>();
  const steps: Step[] = [
    // First: a name that is wanted again may be theirs.
    ...present
      .filter((tool) => past.tools.every(({ id }) => id !== tool.id))
      .map(({ id, ...tool }) => ({
        run: () => deleteTool(services, id),
        takeBack: () => insertTool(services, now.id, tool),
      })),
    ...past.tools.map((tool) => {
      const { id, ...row } = tool;
      const before = present.find((one) => one.id === id);
      if (!before) {
        return {
          run: async () => made.set(tool, await insertTool(services, now.id, row)),
          takeBack: async () => deleteTool(services, made.get(tool) ?? ""),
        };
      }
      const { id: _, ...asNow } = before;
      return {
        run: () => updateTool(services, before.id, row),
        takeBack: () => updateTool(services, before.id, asNow),
      };
    }),
    { run: () => changeAgent(services, now.id, past.agent), takeBack: async () => undefined },
  ];
  await runAll(steps);
}

async function runAll(steps: readonly Step[]): Promise<void> {
  const done: Step[] = [];
  for (const step of steps) {
    try {
      await step.run();
    } catch (error) {
      for (const { takeBack } of done.toReversed()) await takeBack().catch(stayed);
      throw error;
    }
    done.push(step);
  }
}

async function insertAgent({ supabase }: Services, agent: AgentDraft, ownerId: string | null) {
  const row = { ...agent, llm_config: agent.llm_config as Json, owner_id: ownerId };
  return unwrap(await supabase.from("agent_configurations").insert(row).select("id").single()).id;
}

async function insertTool({ supabase }: Services, agentId: string, tool: ToolCopy): Promise<string> {
  const row = { ...tool, config: tool.config as Json, agent_id: agentId };
  return unwrap(await supabase.from("agent_tools").insert(row).select("id").single()).id;
}

async function updateTool({ supabase }: Services, id: string, tool: ToolCopy): Promise<void> {
  unwrap(
    await supabase
      .from("agent_tools")
      .update({ ...tool, config: tool.config as Json })
      .eq("id", id),
  );
}

function stayed(): never {
  throw new Problem({
    code: "half_done",
    title: agentFileTexts.left.title,
    detail: agentFileTexts.left.detail,
  });
}

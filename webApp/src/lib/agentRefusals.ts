// What the database says when it refuses an agent that comes as a whole, at the lines of its file.
import type { RefusedPart } from "@/api/agentCopies";
import type { FileProblem, Path } from "./agentFile";
import { placeOfRefusal, refusalOfAgent, refusalOfTool } from "./refusals";

const AGENT_KEYS = { agent_name: ["agent"], llm_config: ["llm_config"] };

export function problemsInFile(
  parts: readonly RefusedPart[],
  { lineOf }: { lineOf: (path: Path) => number },
): FileProblem[] {
  return parts.map(({ tool, problem }) => {
    if (tool === null) {
      const { field, message } = refusalOfAgent(problem);
      return { line: lineOf(field === null ? [] : AGENT_KEYS[field]), message };
    }
    const { field, message } = refusalOfTool(problem);
    return { line: lineOf(["tools", tool, ...placeOfRefusal(field)]), message };
  });
}

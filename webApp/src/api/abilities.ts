// What an agent can do, for those who may not see what it is made of: asked as any client of its MCP server asks.
import * as z from "zod/mini";
import { apiFetch, readAs } from "@/lib/api";
import type { Services } from "@/lib/services";

const abilitySchema = z.object({
  name: z.string(),
  description: z.nullish(z.string()),
  annotations: z.nullish(
    z.object({ readOnlyHint: z.nullish(z.boolean()), destructiveHint: z.nullish(z.boolean()) }),
  ),
});
const answerSchema = z.object({ result: z.object({ tools: z.array(abilitySchema) }) });

/** One tool that the agent's model is offered. */
export type Ability = z.infer<typeof abilitySchema>;

// The protocol's document is not the server's own: what it says of an answer is what is read here.
type Answer = z.input<typeof answerSchema>;

/** The tools of an agent that the user may talk to, in their order. Throws a Problem. */
export async function listAbilities(services: Services, agentName: string): Promise<Ability[]> {
  const response = await apiFetch(services, `/mcp/${encodeURIComponent(agentName)}`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json, text/event-stream" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list", params: {} }),
  });
  return readAs(answerSchema, onlyMessage(await response.text())).result.tools;
}

/** Of an answer in JSON, or of a stream with that answer as its only message. */
function onlyMessage(text: string): Answer {
  const data = /^data: ?(.*)$/m.exec(text)?.[1];
  try {
    return JSON.parse(data ?? text) as Answer;
  } catch {
    return {} as Answer;
  }
}

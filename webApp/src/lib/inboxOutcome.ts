// What came of a call that was allowed, as `pending_actions.result` has it.
import * as z from "zod/mini";
import { texts } from "./texts";
import type { ToolResult } from "./toolResult";

const resultSchema = z.object({ text: z.string() });

/** What the tool gave back; null when nothing has come back, or when its server broke off. */
export function resultText(result: unknown): string | null {
  const parsed = resultSchema.safeParse(result);
  return parsed.success ? parsed.data.text : null;
}

/** `1 row changed`; null for a result that is no rows. */
export function outcomeSaying({ verb, count }: ToolResult): string | null {
  return verb && texts.tool.outcome[verb](count ?? 0);
}

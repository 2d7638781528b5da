// What the app is told at run time: the same build serves every installation.
import * as z from "zod/mini";

const configSchema = z.object({
  supabase_url: z.url(),
  publishable_key: z.string().check(z.minLength(1)),
  // Empty: the chat server is where the app came from.
  api_url: z._default(z.string(), ""),
  demo: z._default(z.nullable(z.object({ email: z.string(), password: z.string() })), null),
});

export type Config = z.infer<typeof configSchema>;

/** The configuration is missing or does not fit; `message` names what. */
export class ConfigRefused extends Error {}

/** Throws ConfigRefused. */
export async function loadConfig(): Promise<Config> {
  let answer: unknown;
  try {
    const response = await fetch("/config.json", { headers: { accept: "application/json" } });
    if (!response.ok) throw new ConfigRefused(`/config.json: HTTP ${response.status}`);
    answer = await response.json();
  } catch (error) {
    if (error instanceof ConfigRefused) throw error;
    throw new ConfigRefused(`/config.json: ${String(error)}`);
  }
  return parseConfig(answer);
}

/** Throws ConfigRefused with a line for each member that does not fit. */
export function parseConfig(answer: unknown): Config {
  const parsed = configSchema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(
    (issue) => `${issue.path.join(".") || "/config.json"}: ${issue.message}`,
  );
  throw new ConfigRefused(lines.join("\n"));
}

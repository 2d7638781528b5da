// What the chat server tells admins of all that goes on.
import * as z from "zod/mini";
import { apiJson, readAs } from "@/lib/api";
import type { Schemas } from "@/lib/api.gen";
import type { Services } from "@/lib/services";

const usageSchema = z.object({ total_tokens: z.number() });

const overviewSchema = z.object({
  running: z.number(),
  waiting: z.number(),
  turns_last_day: z.record(z.string(), z.number()),
  error_rate: z.number(),
  errors: z.array(z.object({ code: z.string(), turns: z.number() })),
  days: z.number(),
  agents: z.array(
    z.object({
      agent_name: z.nullable(z.string()),
      turns: z.number(),
      usage: usageSchema,
      cost_usd: z.number(),
    }),
  ),
  users: z.array(
    z.object({
      user_id: z.string(),
      email: z.nullable(z.string()),
      turns: z.number(),
      usage: usageSchema,
      cost_usd: z.number(),
    }),
  ),
  server: z.object({
    started_at: z.string(),
    live_runs: z.number(),
    executors: z.number(),
    executor_hits: z.number(),
    executor_misses: z.number(),
    executor_evictions: z.number(),
    database_connections: z.number(),
    database_connections_available: z.number(),
    database_requests_waiting: z.number(),
    slowest_tools: z.array(
      z.object({
        agent_name: z.string(),
        tool_name: z.string(),
        calls: z.number(),
        mean_ms: z.number(),
      }),
    ),
    jobs: z.array(
      z.object({
        name: z.string(),
        ran_at: z.string(),
        outcome: z.enum(["done", "skipped", "failed"]),
        rows: z.number(),
        duration_ms: z.number(),
        failures: z.number(),
      }),
    ),
  }),
});

export type Overview = z.infer<typeof overviewSchema>;

/** The overview, with usage of so many days, today (UTC) included. */
export async function readOverview(services: Services, days: number): Promise<Overview> {
  const path = `/api/operator/overview?days=${days}`;
  return readAs(overviewSchema, await apiJson<Schemas["OperatorOverview"]>(services, path));
}

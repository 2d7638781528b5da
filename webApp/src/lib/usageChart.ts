// Days as bars: what is summed up, and the scale that they stand on.
export interface UsageRow {
  day: string;
  agent_name: string;
  runs: number;
  input_tokens: number;
  output_tokens: number;
  cost_usd: number;
}

export interface UsageSum {
  key: string;
  runs: number;
  tokens: number;
  cost: number;
}

/** `count` days, each as `2026-11-26`, the last of them today in UTC: usage is counted by such days. */
export function lastDays(count: number, now: Date): string[] {
  const today = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate());
  return Array.from({ length: count }, (_, index) =>
    new Date(today - (count - 1 - index) * 86_400_000).toISOString().slice(0, 10),
  );
}

export function sumBy(rows: readonly UsageRow[], column: "day" | "agent_name"): Map<string, UsageSum> {
  const sums = new Map<string, UsageSum>();
  for (const row of rows) {
    const key = row[column];
    const { runs, tokens, cost } = sums.get(key) ?? { runs: 0, tokens: 0, cost: 0 };
    sums.set(key, {
      key,
      runs: runs + row.runs,
      tokens: tokens + row.input_tokens + row.output_tokens,
      cost: cost + row.cost_usd,
    });
  }
  return sums;
}

/** The top of an axis: the least of 1, 2, 5, 10, 20 ... (and their fractions) that nothing rises above; 1 for nothing. */
export function niceTop(highest: number): number {
  if (highest <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(highest));
  const step = [1, 2, 5, 10].find((factor) => highest <= factor * power * (1 + 1e-9)) ?? 10;
  return step * power;
}

// Figures for operators, put in words and shares.
import type { Overview } from "@/api/operator";
import type { operatorTexts } from "./texts/operator";

export const PERIODS = [1, 7, 30, 90, 365] as const satisfies readonly (keyof typeof operatorTexts.periods)[];
export type PeriodDays = (typeof PERIODS)[number];

/** The days that an address asks for; a month if it does not say, or says something else. */
export function periodFrom(text: string | null): PeriodDays {
  return PERIODS.find((days) => String(days) === text) ?? 30;
}

/** How many turns there were at a moment (milliseconds since 1970). */
export interface Sample {
  at: number;
  running: number;
  waiting: number;
}

// Ten minutes, at one look every ten seconds.
export const MAX_SAMPLES = 60;

/** The samples with one more: a look that is known already adds nothing. */
export function withSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  if (samples.some(({ at }) => at >= sample.at)) return samples;
  return [...samples, sample].slice(-MAX_SAMPLES);
}

/** The share of `part` in `whole`, 0 to 1; null of nothing. */
export function shareOf(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}

/** `12.3 %`, in the reader's own notation. */
export function percentText(share: number): string {
  return share.toLocaleString(undefined, { style: "percent", maximumFractionDigits: share < 0.1 ? 1 : 0 });
}

/** Dollars, with the digits that small sums need. */
export function costText(cost: number): string {
  const digits = cost !== 0 && Math.abs(cost) < 1 ? 4 : 2;
  return cost.toLocaleString(undefined, {
    style: "currency",
    currency: "USD",
    minimumFractionDigits: 2,
    maximumFractionDigits: digits,
  });
}

export function countText(count: number): string {
  return count.toLocaleString();
}

export type Measure = "cost_usd" | "tokens" | "turns";

/** One agent or user, by the measures that bars can show. */
export interface UsageEntry extends Record<Measure, number> {
  key: string;
  name: string;
}

export function usageEntry(
  key: string,
  name: string,
  used: Pick<Overview["agents"][number], "turns" | "usage" | "cost_usd">,
): UsageEntry {
  return { key, name, turns: used.turns, tokens: used.usage.total_tokens, cost_usd: used.cost_usd };
}

/** The statuses of turns in the order in which they are told, whatever else the server knows at the end. */
export function statusesInOrder(turns: Readonly<Record<string, number>>): [status: string, count: number][] {
  const order = ["completed", "running", "waiting", "cancelled", "interrupted", "failed"];
  const place = (status: string) => (order.includes(status) ? order.indexOf(status) : order.length);
  return Object.entries(turns)
    .filter(([, count]) => count > 0)
    .sort(([one], [other]) => place(one) - place(other));
}

/** How many of the turns failed, or were broken off by their server. */
export function failedTurns(turns: Readonly<Record<string, number>>): number {
  return (turns["failed"] ?? 0) + (turns["interrupted"] ?? 0);
}

export function sumOf(turns: Readonly<Record<string, number>>): number {
  return Object.values(turns).reduce((sum, count) => sum + count, 0);
}

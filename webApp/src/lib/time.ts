// When something was, for people.
export type Period = "today" | "yesterday" | "week" | "month";

/**
 * The period of a moment, by the calendar of whoever looks, not by hours: `week` and `month` are the last 7 and 30 days.
 * What is longer ago has its month, such as `2026-09`.
 */
export function periodOf(iso: string, now: Date): Period | `${number}-${string}` {
  const moment = new Date(iso);
  const days = daysBetween(moment, now);
  if (days <= 0) return "today";
  if (days === 1) return "yesterday";
  if (days <= 7) return "week";
  if (days <= 30) return "month";
  return `${moment.getFullYear()}-${String(moment.getMonth() + 1).padStart(2, "0")}`;
}

/** `2026-09` in the reader's own words: `September 2026`. */
export function monthText(month: string): string {
  return new Date(`${month}-01T00:00`).toLocaleDateString(undefined, { month: "long", year: "numeric" });
}

/** Midnights between two moments. A day has 23 to 25 hours: rounding takes care of it. */
function daysBetween(earlier: Date, later: Date): number {
  const midnight = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  return Math.round((midnight(later) - midnight(earlier)) / 86_400_000);
}

/** `840 ms`, `2.4 s`, `1 min 12 s`. */
export function durationText(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Date and time in the reader's own notation. */
export function momentText(iso: string): string {
  return new Date(iso).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

/** How far off a moment to come is, in the reader's own words: `in 3 days`, `in 20 minutes`. */
export function untilText(iso: string, now: Date): string {
  const milliseconds = Math.max(0, new Date(iso).getTime() - now.getTime());
  const [unit, length] = UNITS.find(([, one]) => milliseconds >= one) ?? ["minute", 60_000];
  const format = new Intl.RelativeTimeFormat(undefined, { numeric: "always" });
  return format.format(Math.round(milliseconds / length), unit);
}

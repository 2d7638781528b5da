import { describe, expect, test } from "vitest";
import {
  costText,
  failedTurns,
  MAX_SAMPLES,
  percentText,
  periodFrom,
  type Sample,
  shareOf,
  statusesInOrder,
  withSample,
} from "./operatorFigures";

describe("figures for operators", () => {
  test("are of a month unless the address says otherwise", () => {
    expect(["7", "365", "8", "x", null].map(periodFrom)).toEqual([7, 365, 30, 30, 30]);
  });

  test("keep the latest looks, each once", () => {
    const looks = Array.from({ length: MAX_SAMPLES + 5 }, (_, at) => ({ at, running: at, waiting: 0 }));
    const samples = looks.reduce<readonly Sample[]>(withSample, []);
    expect(samples).toHaveLength(MAX_SAMPLES);
    expect(samples.at(-1)?.at).toBe(MAX_SAMPLES + 4);
    expect(withSample(samples, looks[0] as Sample)).toBe(samples);
  });

  test("have no share of nothing", () => {
    expect([shareOf(1, 4), shareOf(0, 0)]).toEqual([0.25, null]);
    expect([percentText(0.25), percentText(0.0125)]).toEqual(["25%", "1.3%"]);
  });

  test("show the digits that small sums need", () => {
    expect([0, 0.0321, 12.5, 1234.567].map(costText)).toEqual(["$0.00", "$0.0321", "$12.50", "$1,234.57"]);
  });

  test("tell how turns ended, the failed ones last, and what is not known yet behind them", () => {
    const turns = { failed: 2, novel: 1, completed: 5, waiting: 0, interrupted: 1 };
    expect(statusesInOrder(turns).map(([status]) => status)).toEqual([
      "completed",
      "interrupted",
      "failed",
      "novel",
    ]);
    expect(failedTurns(turns)).toBe(3);
  });
});

import { expect, test } from "vitest";
import { durationText, periodOf } from "./time";

const now = new Date(2026, 2, 30, 0, 30);

test.each([
  [new Date(2026, 2, 30, 0, 1), "today"],
  [new Date(2026, 2, 29, 23, 59), "yesterday"],
  [new Date(2026, 2, 28, 23, 59), "week"],
  [new Date(2026, 2, 23, 0, 0), "week"],
  [new Date(2026, 2, 22, 23, 59), "month"],
  [new Date(2026, 1, 1), "2026-02"],
  [new Date(1999, 11, 31, 23, 59), "1999-12"],
  [new Date(2026, 2, 30, 0, 45), "today"],
])("%s is %s by the calendar", (moment, period) => {
  expect(periodOf(moment.toISOString(), now)).toBe(period);
});

test.each([
  [3.4, "3 ms"],
  [1240, "1.2 s"],
  [72_000, "1 min 12 s"],
])("%d milliseconds read %s", (milliseconds, text) => {
  expect(durationText(milliseconds)).toBe(text);
});

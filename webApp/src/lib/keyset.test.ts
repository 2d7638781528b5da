import { expect, test } from "vitest";
import { conditionHolds } from "@/testing/postgrest";
import { behind, containing } from "./keyset";

const ORDER = [
  ["is_pinned", "desc"],
  ["updated_at", "desc"],
  ["id", "asc"],
] as const;
const row = (is_pinned: boolean, updated_at: string, id: string) => ({ is_pinned, updated_at, id });

test("what is behind a row is told column by column, moments in quotes", () => {
  expect(behind(ORDER, row(true, "2026-11-26T08:00:00.5+00:00", "b"))).toBe(
    'or(is_pinned.lt.true,and(is_pinned.eq.true,updated_at.lt."2026-11-26T08:00:00.5+00:00"),' +
      'and(is_pinned.eq.true,updated_at.eq."2026-11-26T08:00:00.5+00:00",id.gt."b"))',
  );
});

test("a row is behind another one exactly when the order puts it there", () => {
  const sorted = [
    row(true, "3", "a"),
    row(true, "2", "a"),
    row(true, "2", "b"),
    row(false, "4", "a"),
    row(false, "1", "c"),
  ];
  sorted.forEach((last, place) => {
    const condition = behind(ORDER, last).slice("or".length);
    const rest = sorted.filter((one) => conditionHolds(one, "or", condition));
    expect(rest).toEqual(sorted.slice(place + 1));
  });
});

test("what is searched for can never be more than a pattern", () => {
  expect(containing(["title", "notes"], 'a, (b) "c" 100%.*_\\')).toBe(
    "or(title.ilike.%a_ _b_ _c_ 100_____%,notes.ilike.%a_ _b_ _c_ 100_____%)",
  );
});

import { describe, expect, test } from "vitest";
import { parseQuickAdd } from "./quickAdd";

// A Thursday.
const TODAY = "2026-11-26";

function parsed(text: string, ignore?: Parameters<typeof parseQuickAdd>[2]) {
  return parseQuickAdd(text, TODAY, ignore);
}

function due(text: string) {
  return parsed(`x ${text}`).due;
}

describe("a line for a task", () => {
  test("is its title alone when it says nothing else", () => {
    expect(parsed("  Water   the plants ")).toEqual({
      title: "Water the plants",
      due: null,
      priority: null,
      category: null,
    });
  });

  test("has priority, category and date in any order", () => {
    const task = { title: "Call Ann", due: "2026-11-27", priority: 2, category: "work" };
    expect(parsed("Call Ann tomorrow p2 #work")).toEqual(task);
    expect(parsed("#work p2 tomorrow Call Ann")).toEqual(task);
    expect(parsed("Call #work Ann, tomorrow! P2")).toMatchObject({ ...task, title: "Call Ann," });
  });

  test.each([
    ["p0", 0],
    ["p1", 1],
    ["p2", 2],
    ["p3", 3],
  ])("takes %s for its priority", (word, priority) => {
    expect(parsed(`Pay rent ${word}`)).toMatchObject({ title: "Pay rent", priority });
  });

  test("leaves what is no priority and no category in the title", () => {
    const text = "Fix #42 with p4 and part2 of C# page";
    expect(parsed(text)).toEqual({ title: text, due: null, priority: null, category: null });
  });

  test("takes the first of two, and an underscore for a space", () => {
    expect(parsed("Sweep #spring_cleaning #home p1 p3")).toEqual({
      title: "Sweep #home p3",
      due: null,
      priority: 1,
      category: "spring cleaning",
    });
  });

  test.each([
    ["today", "2026-11-26"],
    ["tonight", "2026-11-26"],
    ["tomorrow", "2026-11-27"],
    ["fri", "2026-11-27"],
    ["on Friday", "2026-11-27"],
    ["due on sat.", "2026-11-28"],
    ["wed", "2026-12-02"],
    ["thu", "2026-12-03"],
    ["2026-12-31", "2026-12-31"],
    ["by 2027-1-5", "2027-01-05"],
    ["31.12.", "2026-12-31"],
    ["31.12.2027", "2027-12-31"],
    ["31 Dec", "2026-12-31"],
    ["31st december", "2026-12-31"],
    ["Dec 31, 2028", "2028-12-31"],
    ["until 1 Mar", "2027-03-01"],
    ["26 nov", "2026-11-26"],
    ["25 nov", "2027-11-25"],
    ["29 Feb", "2028-02-29"],
    ["in 3 days", "2026-11-29"],
    ["in 2 weeks", "2026-12-10"],
    ["in 3 months", "2027-02-26"],
    ["next week", "2026-11-30"],
    ["next month", "2026-12-01"],
  ])("understands %s", (text, day) => {
    expect(due(text)).toBe(day);
    expect(parsed(`x ${text}`).title).toBe("x");
  });

  test("counts months by the calendar", () => {
    expect(parseQuickAdd("x in 1 month", "2027-01-31").due).toBe("2027-02-28");
    expect(parseQuickAdd("x in 11 months", "2026-12-31").due).toBe("2027-11-30");
  });

  test.each(["31 Feb", "2026-02-30", "32.1.", "2026-13-01", "in days", "in 3 cups"])(
    "takes %s for text",
    (text) => {
      expect(parsed(`x ${text}`)).toMatchObject({ title: `x ${text}`, due: null });
    },
  );

  test("takes a weekday for a date only at the end, or where it is announced", () => {
    expect(parsed("Buy sun cream")).toMatchObject({ title: "Buy sun cream", due: null });
    expect(parsed("Buy cream sun #shop p1")).toMatchObject({ title: "Buy cream", due: "2026-11-29" });
    expect(parsed("Meet on mon about money")).toMatchObject({ title: "Meet about money", due: "2026-11-30" });
  });

  test("takes one date, and leaves the second one in the title", () => {
    expect(parsed("Move lunch tomorrow to 31 Dec")).toMatchObject({
      title: "Move lunch to 31 Dec",
      due: "2026-11-27",
    });
  });

  test("keeps as text what is to be ignored", () => {
    expect(parsed("Read USA today p1 #news", new Set(["due", "category"]))).toEqual({
      title: "Read USA today #news",
      due: null,
      priority: 1,
      category: null,
    });
  });

  test("may leave no title", () => {
    expect(parsed("tomorrow p1").title).toBe("");
    expect(parsed("").title).toBe("");
  });
});

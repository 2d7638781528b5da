import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { Problem } from "./problem";
import { changeOf, refusalOfTask, taskSchema } from "./taskForm";

const VALUES = {
  title: " Call Ann ",
  status: "pending",
  priority: 0,
  due_date: "",
  category: "",
  description: "",
  notes: "",
  motivation: "",
  completion_note: "",
} as const;

function problems(change: Partial<Record<keyof typeof VALUES, unknown>>) {
  return z
    .safeParse(taskSchema, { ...VALUES, ...change })
    .error?.issues.map(({ path, message }) => [path[0], message]);
}

describe("a task in its form", () => {
  test("is valid with a title alone, which is trimmed", () => {
    expect(z.parse(taskSchema, VALUES).title).toBe("Call Ann");
  });

  test.each([
    [{ title: " " }, "title", "Write what there is to do."],
    [{ title: "x".repeat(501) }, "title", "Use at most 500 characters."],
    [{ priority: 4 }, "priority", "Choose a priority."],
    [{ status: "lost" }, "status", "Choose a state."],
    [{ due_date: "2026-02-30" }, "due_date", "Write a date, such as 2026-12-31."],
  ])("is refused with %o", (change, field, text) => {
    expect(problems(change)).toEqual([[field, text]]);
  });

  test("is nothing where its text is empty", () => {
    expect(changeOf({ due_date: "", title: "Call" })).toEqual({ due_date: null, title: "Call" });
  });
});

describe("a refusal of the database", () => {
  const refusal = (code: string, detail: string) =>
    refusalOfTask(new Problem({ code: `database_${code}`, title: "", detail }))?.field ?? null;

  test("is about the field of its check, or of its type, or about none", () => {
    expect(refusal("23514", 'new row for relation "tasks" violates check constraint "title_length"')).toBe(
      "title",
    );
    expect(refusal("SUP", 'PostgresError: violates check constraint "priority_range"')).toBe("priority");
    expect(refusal("22008", "date/time field value out of range")).toBe("due_date");
    expect(refusal("42501", "permission denied")).toBeNull();
  });
});

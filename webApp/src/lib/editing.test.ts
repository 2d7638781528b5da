import { describe, expect, test } from "vitest";
import { adoptSaved, beginEditing, dirtyFields, mergeRow, settleConflict } from "./editing";

interface Row {
  id: string;
  updated_at: string;
  title: string;
  priority: number;
  tags: string[];
}

const row = (version: number, change: Partial<Row> = {}): Row => ({
  id: "a",
  updated_at: String(version),
  title: "Plants",
  priority: 1,
  tags: ["home"],
  ...change,
});
const valuesOf = ({ title, priority, tags }: Row) => ({ title, priority, tags });

/** Editing the first version, with these values typed. */
function typed(values: Partial<ReturnType<typeof valuesOf>>) {
  const editing = beginEditing(row(1), valuesOf);
  return { ...editing, values: { ...editing.values, ...values } };
}

describe("a row that is edited", () => {
  test("is dirty where it is another than the stored one, lists by what is in them", () => {
    expect(dirtyFields(typed({ tags: ["home"] }), valuesOf)).toEqual([]);
    expect(dirtyFields(typed({ title: "Herbs", tags: [] }), valuesOf)).toEqual(["title", "tags"]);
  });

  test("takes what others change in fields that nobody touched here, and says which", () => {
    const merged = mergeRow(typed({ title: "Herbs" }), row(2, { priority: 3 }), valuesOf);
    expect(merged.values).toEqual({ title: "Herbs", priority: 3, tags: ["home"] });
    expect(merged.conflicts).toEqual([]);
    expect(merged.changedMeanwhile).toEqual(["priority"]);
    expect(dirtyFields(merged, valuesOf)).toEqual(["title"]);
  });

  test("is in conflict where both sides changed a field, and keeps what was typed", () => {
    const merged = mergeRow(typed({ title: "Herbs" }), row(2, { title: "Trees" }), valuesOf);
    expect(merged.conflicts).toEqual(["title"]);
    expect(merged.values.title).toBe("Herbs");
    expect(merged.base.title).toBe("Trees");
  });

  test("is in no conflict when both sides wrote the same", () => {
    const merged = mergeRow(typed({ title: "Trees" }), row(2, { title: "Trees" }), valuesOf);
    expect(merged.conflicts).toEqual([]);
    expect(dirtyFields(merged, valuesOf)).toEqual([]);
  });

  test("stays in conflict when other fields change later, until the values agree", () => {
    const once = mergeRow(typed({ title: "Herbs" }), row(2, { title: "Trees" }), valuesOf);
    const twice = mergeRow(once, row(3, { title: "Trees", priority: 2 }), valuesOf);
    expect(twice.conflicts).toEqual(["title"]);
    expect(twice.values).toMatchObject({ title: "Herbs", priority: 2 });
    expect(mergeRow(twice, row(4, { title: "Herbs" }), valuesOf).conflicts).toEqual([]);
  });

  test("is settled by keeping mine, which is then to be saved over theirs", () => {
    const conflict = mergeRow(typed({ title: "Herbs" }), row(2, { title: "Trees" }), valuesOf);
    const settled = settleConflict(conflict, "title", "mine", valuesOf);
    expect([settled.values.title, settled.conflicts, settled.base.updated_at]).toEqual(["Herbs", [], "2"]);
    expect(dirtyFields(settled, valuesOf)).toEqual(["title"]);
  });

  test("is settled by taking theirs", () => {
    const conflict = mergeRow(typed({ title: "Herbs" }), row(2, { title: "Trees" }), valuesOf);
    const settled = settleConflict(conflict, "title", "theirs", valuesOf);
    expect([settled.values.title, settled.conflicts]).toEqual(["Trees", []]);
    expect(dirtyFields(settled, valuesOf)).toEqual([]);
  });

  test("knows a version that it has already, and an earlier one that comes late", () => {
    const editing = typed({ title: "Herbs" });
    expect(mergeRow(editing, row(1, { title: "Other" }), valuesOf)).toBe(editing);
    expect(mergeRow(editing, row(0, { title: "Other" }), valuesOf)).toBe(editing);
  });

  test("keeps what was typed while it was being saved", () => {
    const submitted = typed({ title: " Herbs ", tags: [] });
    const later = { ...submitted, values: { ...submitted.values, tags: ["garden"] } };
    const saved = adoptSaved(later, row(2, { title: "Herbs", tags: [] }), submitted.values, valuesOf);
    expect(saved.values).toMatchObject({ title: "Herbs", tags: ["garden"] });
    expect(dirtyFields(saved, valuesOf)).toEqual(["tags"]);
  });
});

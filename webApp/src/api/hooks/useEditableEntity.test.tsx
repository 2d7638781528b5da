import { useQuery } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { Problem } from "@/lib/problem";
import { useUnsavedStore } from "@/stores/useUnsavedStore";
import { createSurroundings } from "@/testing/render";
import { type EditableEntityOptions, useEditableEntity } from "./useEditableEntity";

interface Row {
  id: string;
  updated_at: string;
  title: string;
  priority: number;
}
type Values = Pick<Row, "title" | "priority">;

/** A table with one row, whose every write is another version. */
class Table {
  row: Row | null = { id: "a", updated_at: "1", title: "Plants", priority: 1 };
  written: Partial<Values>[] = [];
  /** Runs before a write reaches the table. */
  beforeWrite: () => void | Promise<void> = () => undefined;

  change(change: Partial<Values>): void {
    if (this.row) this.row = { ...this.row, ...change, updated_at: String(Number(this.row.updated_at) + 1) };
  }

  load = async () => this.row;

  save = async (changes: Partial<Values>, base: Row) => {
    await this.beforeWrite();
    if (base.updated_at === "") this.row = { ...base, ...changes, updated_at: "0" };
    if (this.row?.updated_at !== base.updated_at && base.updated_at !== "") return null;
    this.written.push(changes);
    this.change(changes);
    return this.row;
  };
}

const schema: EditableEntityOptions<Row, Values>["schema"] = z.object({
  title: z.string().check(z.trim(), z.minLength(1, "Write a title."), z.maxLength(20, "Too long.")),
  priority: z.number(),
});

beforeEach(() => useUnsavedStore.setState({ edits: {} }));

function edit(table: Table, more: Partial<EditableEntityOptions<Row, Values>> = {}) {
  const { queryClient, wrapper } = createSurroundings();
  const options: EditableEntityOptions<Row, Values> = {
    queryKey: ["thing", "a"],
    load: table.load,
    save: table.save,
    valuesOf: ({ title, priority }) => ({ title, priority }),
    schema,
    ...more,
  };
  const conflictsSeen: string[] = [];
  const cached: { current: Row | null } = { current: null };
  const { result, unmount } = renderHook(
    () => {
      const entity = useEditableEntity(options);
      const { queryKey, load } = options;
      cached.current = useQuery({ queryKey, queryFn: load, enabled: false }).data ?? null;
      conflictsSeen.push(...(entity.form?.conflicts ?? []).map(({ field }) => field));
      return entity;
    },
    { wrapper },
  );
  const form = () => {
    if (!result.current.form) throw new Error(`There is no form: ${result.current.status}`);
    return result.current.form;
  };
  return {
    result,
    unmount,
    form,
    /** In any of the renderings. */
    conflictsSeen,
    cached,
    ready: () => waitFor(() => expect(result.current.status).toBe("ready")),
    set: (values: Partial<Values>) =>
      act(() => {
        if (values.title !== undefined) form().set("title", values.title);
        if (values.priority !== undefined) form().set("priority", values.priority);
      }),
    save: () => act(() => form().save()),
    /** Somebody else changes the row, and this page hears of it. */
    reread: () => act(() => queryClient.refetchQueries({ queryKey: ["thing", "a"] })),
  };
}

describe("a row in a form", () => {
  test("is loaded, and dirty as long as a value is another than the stored one", async () => {
    const page = edit(new Table());
    expect(page.result.current).toMatchObject({ status: "loading", form: null });
    await page.ready();
    expect(page.form()).toMatchObject({ isDirty: false, values: { title: "Plants", priority: 1 } });
    page.set({ title: "Herbs" });
    expect(page.form().isDirty).toBe(true);
    page.set({ title: "Plants" });
    expect(page.form().isDirty).toBe(false);
  });

  test("writes only what was changed, as the schema has made it", async () => {
    const table = new Table();
    const page = edit(table);
    await page.ready();
    page.set({ title: "  Herbs " });
    expect(await page.save()).toBe(true);
    expect(table.written).toEqual([{ title: "Herbs" }]);
    expect(page.form()).toMatchObject({
      isDirty: false,
      values: { title: "Herbs" },
      row: { updated_at: "2" },
    });
  });

  test("is not written while a value is wrong, and says which one", async () => {
    const table = new Table();
    const page = edit(table);
    await page.ready();
    page.set({ title: "  " });
    expect(await page.save()).toBe(false);
    expect(page.form().problems).toEqual({ title: "Write a title." });
    expect(table.written).toEqual([]);
    page.set({ title: "Herbs" });
    expect(page.form().problems).toEqual({});
  });

  test("has its stored values again after a cancel", async () => {
    const page = edit(new Table());
    await page.ready();
    page.set({ title: "", priority: 3 });
    await page.save();
    act(() => page.form().cancel());
    expect(page.form()).toMatchObject({
      isDirty: false,
      problems: {},
      values: { title: "Plants", priority: 1 },
    });
  });

  test("keeps what was typed when saving fails, and saves it later", async () => {
    const table = new Table();
    const page = edit(table);
    await page.ready();
    page.set({ title: "Herbs" });
    table.beforeWrite = () => {
      throw new TypeError("Failed to fetch");
    };
    expect(await page.save()).toBe(false);
    expect(page.form()).toMatchObject({ isDirty: true, isSaving: false, values: { title: "Herbs" } });
    expect(page.form().problem?.code).toBe("network");
    table.beforeWrite = () => undefined;
    expect(await page.save()).toBe(true);
    expect(page.form()).toMatchObject({ isDirty: false, problem: null });
  });

  test("shows a refusal of the database at the field that it is about", async () => {
    const table = new Table();
    const page = edit(table, {
      refusalOf: ({ message }) =>
        message.includes("priority_range") ? { field: "priority", text: "Choose one." } : null,
    });
    await page.ready();
    page.set({ priority: 9 });
    table.beforeWrite = () => {
      throw new Problem({ code: "database_23514", title: "Refused", detail: "violates priority_range" });
    };
    expect(await page.save()).toBe(false);
    expect(page.form()).toMatchObject({ problem: null, problems: { priority: "Choose one." } });
  });

  test("can fail to load, and be loaded again", async () => {
    const table = new Table();
    let isAway = true;
    const page = edit(table, {
      load: async () => {
        if (isAway) throw new Error("away");
        return table.row;
      },
    });
    await waitFor(() => expect(page.result.current.status).toBe("failed"));
    isAway = false;
    act(() => page.result.current.reload());
    await page.ready();
  });
});

describe("a row that somebody else changes meanwhile", () => {
  test("shows their change where nothing was typed", async () => {
    const table = new Table();
    const page = edit(table);
    await page.ready();
    page.set({ title: "Herbs" });
    table.change({ priority: 3 });
    await page.reread();
    await waitFor(() => expect(page.form().changedMeanwhile).toEqual(["priority"]));
    expect(page.form().values).toEqual({ title: "Herbs", priority: 3 });
    expect(page.form().conflicts).toEqual([]);
  });

  test("is saved over their change to another field without a question", async () => {
    const table = new Table();
    const page = edit(table);
    await page.ready();
    page.set({ title: "Herbs" });
    table.change({ priority: 3 });
    expect(await page.save()).toBe(true);
    expect(table.row).toMatchObject({ title: "Herbs", priority: 3 });
  });

  test("is not overwritten: both versions are shown, and mine is saved once it is kept", async () => {
    const table = new Table();
    const page = edit(table);
    await page.ready();
    page.set({ title: "Herbs" });
    table.change({ title: "Trees" });
    expect(await page.save()).toBe(false);
    expect(page.form().conflicts).toEqual([{ field: "title", mine: "Herbs", theirs: "Trees" }]);
    expect(await page.save()).toBe(false);
    expect(table.row?.title).toBe("Trees");
    act(() => page.form().settle("title", "mine"));
    expect(await page.save()).toBe(true);
    expect(table.row?.title).toBe("Herbs");
  });

  test("has their value once it is taken", async () => {
    const table = new Table();
    const page = edit(table);
    await page.ready();
    page.set({ title: "Herbs" });
    table.change({ title: "Trees" });
    await page.reread();
    await waitFor(() => expect(page.form().conflicts).toHaveLength(1));
    act(() => page.form().settle("title", "theirs"));
    expect(page.form()).toMatchObject({ isDirty: false, values: { title: "Trees" }, conflicts: [] });
  });

  test("that is deleted keeps what was typed", async () => {
    const table = new Table();
    const page = edit(table);
    await page.ready();
    page.set({ title: "Herbs" });
    table.row = null;
    expect(await page.save()).toBe(false);
    await waitFor(() => expect(page.result.current.status).toBe("gone"));
    expect(page.form().values.title).toBe("Herbs");
  });

  test("may be seen and not changed: that is said, and not tried for ever", async () => {
    const table = new Table();
    const page = edit(table, { save: async () => null });
    await page.ready();
    page.set({ title: "Herbs" });
    expect(await page.save()).toBe(false);
    expect(page.form().problem?.code).toBe("not_changed");
  });

  test("is not in conflict with what this page itself is saving", async () => {
    const table = new Table();
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const page = edit(table, {
      save: async (changes, base) => {
        const row = await table.save(changes, base);
        await answered;
        return row;
      },
    });
    await page.ready();
    page.set({ title: "Her" });
    let saving: Promise<boolean> | undefined;
    act(() => {
      saving = page.form().save();
    });
    page.set({ title: "Herbs" });
    await waitFor(() => expect(table.row?.title).toBe("Her"));
    await page.reread();
    await waitFor(() => expect(page.cached.current?.title).toBe("Her"));
    await act(async () => {
      answer();
      await saving;
    });
    expect(page.form()).toMatchObject({ isDirty: true, values: { title: "Herbs" }, row: { title: "Her" } });
    expect(page.conflictsSeen).toEqual([]);
  });
});

describe("edits that are kept in local storage", () => {
  const unsavedKey = "user:things:a";

  test("are there again after a reload, on top of what changed meanwhile", async () => {
    const table = new Table();
    const before = edit(table, { unsavedKey });
    await before.ready();
    before.set({ title: "Herbs" });
    before.unmount();
    table.change({ priority: 3 });
    const after = edit(table, { unsavedKey });
    await waitFor(() => expect(after.form().values).toEqual({ title: "Herbs", priority: 3 }));
    await after.save();
    expect(table.row).toMatchObject({ title: "Herbs", priority: 3 });
    expect(useUnsavedStore.getState().edits).toEqual({});
  });

  test("of a row that is not in the database yet make it there, also when the page is left before the answer", async () => {
    const table = new Table();
    table.row = null;
    const blank = { id: "a", updated_at: "", title: "Note", priority: 0 };
    const page = edit(table, { unsavedKey, blank });
    await page.ready();
    page.set({ title: "Herbs" });
    expect(useUnsavedStore.getState().edits).toHaveProperty([unsavedKey]);
    const saving = page.form().save();
    page.unmount();
    expect(await saving).toBe(true);
    expect(table.row).toMatchObject({ title: "Herbs", priority: 0 });
    expect(useUnsavedStore.getState().edits).toEqual({});
  });
});

import { describe, expect, test } from "vitest";
import { blankNote, listNotes, type Note, newTag } from "./notes";

const note = (id: string, change: Partial<Note> = {}): Note => ({
  id,
  title: id,
  content: "",
  tags: [],
  is_pinned: false,
  created_at: "1",
  updated_at: "1",
  ...change,
});
const ids = (notes: readonly Note[]) => notes.map(({ id }) => id).join("");
const ALL = { search: "", tag: null };

describe("the list of notes", () => {
  test("has pinned ones on top, then what changed last, each once", () => {
    const notes = [
      note("a"),
      note("b", { updated_at: "3" }),
      note("c", { is_pinned: true }),
      note("d", { updated_at: "2" }),
      note("a", { updated_at: "4" }),
    ];
    expect(ids(listNotes(notes, ALL))).toBe("cabd");
  });

  test("is searched in titles and texts in any case, and by tag", () => {
    const notes = [
      note("a", { title: "Herbs" }),
      note("b", { content: "of herbs", tags: ["garden"] }),
      note("c"),
    ];
    expect(ids(listNotes(notes, { ...ALL, search: "HERB" }))).toBe("ba");
    expect(ids(listNotes(notes, { ...ALL, tag: "garden" }))).toBe("b");
  });
});

test("a tag is kept once, without the sign in front", () => {
  expect(newTag("  #Spring   cleaning ", [])).toBe("Spring cleaning");
  expect(newTag("garden", ["Garden"])).toBeNull();
  expect(newTag(" # ", [])).toBeNull();
});

test("a new note has a title to begin with, and no version", () => {
  expect(blankNote("a", new Date(2026, 10, 26))).toMatchObject({ id: "a", updated_at: "", content: "" });
  expect(blankNote("a", new Date(2026, 10, 26)).title).toMatch(/^Note of .*26/);
});

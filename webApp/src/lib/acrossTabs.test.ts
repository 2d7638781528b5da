import { beforeEach, expect, test } from "vitest";
import { useDraftStore } from "@/stores/useDraftStore";
import { useUnsavedStore } from "@/stores/useUnsavedStore";

/** Another tab, with all that it has kept under a name. */
function keepElsewhere(name: string, state: object) {
  localStorage.setItem(name, JSON.stringify({ state, version: 0 }));
  window.dispatchEvent(new StorageEvent("storage", { key: name }));
}

const kept = (name: string) => JSON.parse(localStorage.getItem(name) ?? "").state;

beforeEach(() => {
  useDraftStore.setState({ drafts: {} });
  useUnsavedStore.setState({ edits: {} });
});

test("what is typed here does not write over what is typed in another tab", () => {
  useDraftStore.getState().setDraft("here", "Mi");
  keepElsewhere("clarity.drafts", { drafts: { here: "Mi", there: "Theirs" } });
  useDraftStore.getState().setDraft("here", "Mine");
  expect(kept("clarity.drafts")).toEqual({ drafts: { here: "Mine", there: "Theirs" } });
});

test("nor over edits there that the database does not have yet", () => {
  const edit = { base: { id: "1", updated_at: "" }, values: { title: "Garden" } };
  keepElsewhere("clarity.unsaved", { edits: { there: edit } });
  useUnsavedStore.getState().keep("here", edit);
  expect(kept("clarity.unsaved")).toEqual({ edits: { there: edit, here: edit } });
});

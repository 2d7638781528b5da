import { useEffect, useRef } from "react";
import type { EditableRow } from "@/lib/editing";
import type { EditableForm } from "./useEditableEntity";

// From the last key that was pressed.
const PAUSE_MILLISECONDS = 800;
// After an attempt that failed; a network that comes back is not waited for.
const RETRY_MILLISECONDS = 10_000;

/** Saves a form by itself: when one pauses, when the page is hidden or left, and again when saving failed. */
export function useAutosave<Row extends EditableRow, Values extends object>(
  form: EditableForm<Row, Values> | null,
): void {
  const wantsSaving =
    form?.isDirty === true &&
    !form.isSaving &&
    form.conflicts.length === 0 &&
    Object.keys(form.problems).length === 0;
  const latest = useRef({ wantsSaving, save: form?.save });
  latest.current = { wantsSaving, save: form?.save };
  const { values, problem } = form ?? {};
  // biome-ignore lint/correctness/useExhaustiveDependencies: another value starts the pause anew
  useEffect(() => {
    if (!wantsSaving) return;
    const timer = setTimeout(
      () => void latest.current.save?.(),
      problem ? RETRY_MILLISECONDS : PAUSE_MILLISECONDS,
    );
    return () => clearTimeout(timer);
  }, [wantsSaving, values, problem]);
  useEffect(() => {
    const saveNow = () => {
      if (latest.current.wantsSaving) void latest.current.save?.();
    };
    const onVisibility = () => document.hidden && saveNow();
    window.addEventListener("online", saveNow);
    document.addEventListener("visibilitychange", onVisibility);
    return () => {
      window.removeEventListener("online", saveNow);
      document.removeEventListener("visibilitychange", onVisibility);
      saveNow();
    };
  }, []);
}

// Where the keyboard is in the list, also when the row it was in moves to another group or goes.
import { type FocusEvent, type PointerEvent, type RefObject, useEffect, useRef, useState } from "react";
import { leaveRow, rowOf } from "./useTaskKeys";

export function useRowFocus(page: RefObject<HTMLElement | null>) {
  const [currentRow, setCurrentRow] = useState<string | null>(null);
  const heldTask = useRef<string | null>(null);
  // After each rendering: a row that was rendered anew elsewhere has lost the focus.
  useEffect(() => {
    if (heldTask.current === null || document.activeElement !== document.body) return;
    const row = page.current?.querySelector<HTMLElement>(`[data-task="${heldTask.current}"]`);
    (row ?? page.current)?.focus({ preventScroll: true });
  });
  return {
    /** The row that Tab leads to; null for the first one. */
    currentRow,
    onFocus: (event: FocusEvent) => {
      const row = rowOf(event.target);
      heldTask.current = row?.dataset["task"] ?? null;
      if (row) setCurrentRow(row.dataset["row"] ?? null);
    },
    /** Whoever clicks beside the rows has left them. */
    onPointerDown: (event: PointerEvent) => {
      if (!rowOf(event.target)) heldTask.current = null;
    },
    /** Before the task goes from its group: on to the next row, if the keyboard is in this one. */
    leave: (taskId: string) => {
      const row = rowOf(document.activeElement);
      if (row?.dataset["task"] === taskId) leaveRow(page.current, row);
    },
  };
}

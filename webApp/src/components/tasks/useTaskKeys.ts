// The list by keyboard. The keys count where the list is, not everywhere: somebody who dictates or types elsewhere
// must not complete a task by it.
import { type KeyboardEvent, type RefObject, useCallback } from "react";

export interface TaskKeyActions {
  toggle: (taskId: string) => void;
  remove: (taskId: string) => void;
  /** One place up or down in its list. */
  step: (taskId: string, list: string, step: -1 | 1) => void;
  /** Shows its subtasks, or hides them. */
  expand: (rowId: string, taskId: string, isExpanded: boolean) => void;
  add: () => void;
  search: () => void;
}

/** For the element that holds the rows; a row is a link with data-row, data-task and data-list. */
export function useTaskKeys(page: RefObject<HTMLElement | null>, actions: TaskKeyActions) {
  return useCallback(
    (event: KeyboardEvent<HTMLElement>) => {
      if (event.defaultPrevented || event.nativeEvent.isComposing || isTyping(event.target)) return;
      if (event.ctrlKey || event.metaKey) return;
      const row = rowOf(event.target);
      if (!handle(event, row, page.current, actions)) return;
      event.preventDefault();
    },
    [page, actions],
  );
}

/** Whether the key means something here. */
function handle(
  event: KeyboardEvent,
  row: HTMLElement | null,
  page: HTMLElement | null,
  actions: TaskKeyActions,
): boolean {
  const step = STEPS[event.key];
  const { row: rowId = "", task = "", list = "" } = row?.dataset ?? {};
  // Alt with an arrow moves the task, any other key with Alt is the browser's.
  if (step && event.altKey) {
    if (!row || !event.key.startsWith("Arrow")) return false;
    actions.step(task, list, step);
    return true;
  }
  if (event.altKey) return false;
  if (step) {
    focusRow(page, row, step);
    return true;
  }
  if (event.key === "n") {
    actions.add();
    return true;
  }
  if (event.key === "/") {
    actions.search();
    return true;
  }
  if (!row) return false;
  switch (event.key) {
    case "x":
      actions.toggle(task);
      return true;
    case " ":
      // A button in the row has its own use for it.
      if (event.target !== row) return false;
      actions.toggle(task);
      return true;
    case "e":
      row.click();
      return true;
    case "Delete":
      actions.remove(task);
      return true;
    case "ArrowRight":
    case "ArrowLeft":
      actions.expand(rowId, task, event.key === "ArrowRight");
      return true;
    default:
      return false;
  }
}

const STEPS: Record<string, -1 | 1> = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 };

function isTyping(target: EventTarget): boolean {
  // A menu's own keys come here through React, though the menu is elsewhere on the page.
  return (
    target instanceof Element &&
    target.closest("input, textarea, select, [role=menu], [role=dialog]") !== null
  );
}

/** The link of the row that this is in; null for what is in none. */
export function rowOf(target: EventTarget | null): HTMLElement | null {
  if (!(target instanceof Element)) return null;
  return target.closest("[data-row-frame]")?.querySelector<HTMLElement>("[data-row]") ?? null;
}

function rowsOf(page: HTMLElement | null): HTMLElement[] {
  return [...(page?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
}

/** The next row, or the one before; from outside of the rows the first one, or the last. */
function focusRow(page: HTMLElement | null, row: HTMLElement | null, step: -1 | 1): void {
  const rows = rowsOf(page);
  const at = row ? rows.indexOf(row) + step : step === 1 ? 0 : rows.length - 1;
  rows[at]?.focus();
}

/** A row that is about to go must not take the focus with it. */
export function leaveRow(page: HTMLElement | null, row: HTMLElement): void {
  const rows = rowsOf(page);
  const at = rows.indexOf(row);
  (rows[at + 1] ?? rows[at - 1] ?? page)?.focus();
}

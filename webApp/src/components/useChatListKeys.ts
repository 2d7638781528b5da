import { type FocusEvent, type KeyboardEvent, type RefObject, useEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";

// What Page Up and Page Down go by.
const PAGE_ROWS = 10;

interface ListKeys {
  /** The row that Tab leads to. It is on the page even when it is out of sight. */
  activeId: string | null;
  onKeyDown: (event: KeyboardEvent) => void;
  onFocus: (event: FocusEvent) => void;
  onBlur: (event: FocusEvent) => void;
}

/**
 * The keys of a list whose rows have a `data-row` with their id: arrows, Home, End and pages go from row to row, the
 * right arrow to a row's menu, and a row that goes leaves the focus to its neighbour.
 */
export function useChatListKeys(
  list: RefObject<HTMLElement | null>,
  ids: readonly string[],
  currentId: string | null,
): ListKeys {
  const [chosenId, setChosenId] = useState<string | null>(null);
  const held = useRef<{ id: string; place: number } | null>(null);
  const first = (...wanted: (string | null)[]) => wanted.find((id) => id !== null && ids.includes(id));
  const activeId = first(chosenId, currentId) ?? ids[0] ?? null;

  const focusRow = (id: string | undefined) => {
    if (!id) return;
    flushSync(() => setChosenId(id));
    linkOf(rowElement(list.current, id))?.focus();
  };
  // A row that is gone has lost the focus, or its menu has, which takes a moment to go.
  useEffect(() => {
    const before = held.current;
    if (!before || ids.includes(before.id)) return;
    const timer = setTimeout(() => {
      held.current = null;
      if (document.activeElement === document.body) focusRow(ids[Math.min(before.place, ids.length - 1)]);
    });
    return () => clearTimeout(timer);
  });
  const onKeyDown = (event: KeyboardEvent) => {
    const row = (event.target as Element).closest<HTMLElement>("[data-row]");
    if (!row || event.altKey || event.ctrlKey || event.metaKey) return;
    const isOnLink = event.target === linkOf(row);
    const place = ids.indexOf(row.dataset["row"] ?? "");
    // A menu's button has keys of its own.
    const next = isOnLink ? placeAfter(event.key, place, ids.length - 1) : null;
    if (next === "search") searchField(list.current)?.focus();
    else if (next !== null) focusRow(ids[next]);
    else if (event.key === "ArrowRight" && isOnLink) menuOf(row)?.focus();
    else if (event.key === "ArrowLeft" && !isOnLink) linkOf(row)?.focus();
    else if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) {
      menuOf(row)?.focus();
      menuOf(row)?.click();
    } else return;
    event.preventDefault();
  };
  return {
    activeId,
    onKeyDown,
    onFocus: ({ target }) => {
      const id = target.closest<HTMLElement>("[data-row]")?.dataset["row"];
      if (!id) return;
      held.current = { id, place: ids.indexOf(id) };
      setChosenId(id);
    },
    onBlur: ({ relatedTarget }) => {
      // To nothing: that is what is left when a row goes. A row's menu is a part of it.
      if (relatedTarget && !relatedTarget.closest("[role=menu]")) held.current = null;
    },
  };
}

/** Into the list from the field above it. */
export function focusFirstRow(list: HTMLElement | null): void {
  linkOf(list?.querySelector<HTMLElement>("[data-row]") ?? null)?.focus();
}

/** Null when the key goes nowhere. */
function placeAfter(key: string, place: number, last: number): number | "search" | null {
  switch (key) {
    case "ArrowDown":
      return Math.min(place + 1, last);
    case "ArrowUp":
      return place === 0 ? "search" : place - 1;
    case "PageDown":
      return Math.min(place + PAGE_ROWS, last);
    case "PageUp":
      return Math.max(place - PAGE_ROWS, 0);
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return null;
  }
}

function rowElement(list: HTMLElement | null, id: string): HTMLElement | null {
  return list?.querySelector<HTMLElement>(`[data-row="${id}"]`) ?? null;
}

function linkOf(row: HTMLElement | null): HTMLElement | null {
  return row?.querySelector<HTMLElement>("a") ?? null;
}

function menuOf(row: HTMLElement): HTMLElement | null {
  return row.querySelector<HTMLElement>("button");
}

function searchField(list: HTMLElement | null): HTMLElement | null {
  return list?.closest("nav")?.querySelector<HTMLElement>("input[type=search]") ?? null;
}

// Moving a row of a list by its handle, with a mouse, a pen or a finger. By keyboard: see useTaskKeys().
import {
  type PointerEvent as ReactPointerEvent,
  type RefObject,
  useCallback,
  useEffect,
  useRef,
  useState,
} from "react";

// This near the edge of what scrolls, it scrolls.
const EDGE_PIXELS = 48;
const SCROLL_PIXELS = 12;

export interface Drag {
  from: number;
  /** Where the row would stand if it was let go now. */
  to: number;
}

/** For the children of `list`, in their order. `start` is for a handle; it must not scroll by touch. */
export function useDragOrder(
  list: RefObject<HTMLElement | null>,
  onMove: (from: number, to: number) => void,
) {
  const [drag, setDrag] = useState<Drag | null>(null);
  const latest = useRef(onMove);
  const stop = useRef<(() => void) | null>(null);
  useEffect(() => {
    latest.current = onMove;
  });
  useEffect(() => () => stop.current?.(), []);

  const start = useCallback(
    (event: ReactPointerEvent<HTMLElement>, from: number) => {
      const row = list.current?.children[from];
      if (event.button !== 0 || !list.current || !(row instanceof HTMLElement)) return;
      event.preventDefault();
      const rows = [...list.current.children];
      const scroller = scrollerOf(list.current);
      const origin = event.clientY + (scroller?.scrollTop ?? 0);
      let pointer = event.clientY;
      let to = from;
      const follow = () => {
        to = placeAt(rows, from, pointer);
        row.style.translate = `0 ${pointer + (scroller?.scrollTop ?? 0) - origin}px`;
        setDrag((before) => (before?.to === to ? before : { from, to }));
      };
      const frame = () => {
        if (scroller && scrollAtEdge(scroller, pointer)) follow();
        frameId = requestAnimationFrame(frame);
      };
      let frameId = requestAnimationFrame(frame);
      const onPointerMove = (moved: PointerEvent) => {
        pointer = moved.clientY;
        follow();
      };
      const finish = (isDone: boolean) => {
        stop.current = null;
        cancelAnimationFrame(frameId);
        window.removeEventListener("pointermove", onPointerMove);
        window.removeEventListener("pointerup", onPointerUp);
        window.removeEventListener("pointercancel", onCancel);
        window.removeEventListener("keydown", onKeyDown, true);
        row.style.translate = "";
        setDrag(null);
        if (isDone && to !== from) latest.current(from, to);
      };
      const onPointerUp = () => finish(true);
      const onCancel = () => finish(false);
      const onKeyDown = (pressed: KeyboardEvent) => {
        if (pressed.key !== "Escape") return;
        pressed.stopPropagation();
        finish(false);
      };
      stop.current = onCancel;
      window.addEventListener("pointermove", onPointerMove);
      window.addEventListener("pointerup", onPointerUp);
      window.addEventListener("pointercancel", onCancel);
      window.addEventListener("keydown", onKeyDown, true);
      setDrag({ from, to });
    },
    [list],
  );
  return { drag, start };
}

/** The place whose row the pointer has passed the middle of. */
function placeAt(rows: readonly Element[], from: number, pointer: number): number {
  let to = from;
  rows.forEach((row, place) => {
    if (place === from) return;
    const { top, height } = row.getBoundingClientRect();
    const middle = top + height / 2;
    if (place < from && pointer < middle) to = Math.min(to, place);
    if (place > from && pointer > middle) to = Math.max(to, place);
  });
  return to;
}

function scrollerOf(element: HTMLElement): HTMLElement | null {
  let parent = element.parentElement;
  while (parent && !/auto|scroll/.test(getComputedStyle(parent).overflowY)) parent = parent.parentElement;
  return parent;
}

/** Whether it scrolled. */
function scrollAtEdge(scroller: HTMLElement, pointer: number): boolean {
  const { top, bottom } = scroller.getBoundingClientRect();
  const before = scroller.scrollTop;
  if (pointer < top + EDGE_PIXELS) scroller.scrollTop -= SCROLL_PIXELS;
  if (pointer > bottom - EDGE_PIXELS) scroller.scrollTop += SCROLL_PIXELS;
  return scroller.scrollTop !== before;
}

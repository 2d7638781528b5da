import { type RefObject, useCallback, useLayoutEffect, useState } from "react";

// Rendered beyond the edges: what is scrolled to is there before it is seen.
const BEYOND_PIXELS = 600;

// Scrolling within this renders nothing.
const STEP_PIXELS = 240;

const PIXELS_IN_REM = 16;

interface ListWindow {
  /** What is to be rendered, in rem. */
  from: number;
  to: number;
  onScroll: () => void;
}

/** The part of a scrolling list that is in sight or near it. */
export function useChatListWindow(list: RefObject<HTMLElement | null>): ListWindow {
  const [{ top, height, rem }, setSight] = useState({ top: 0, height: 0, rem: PIXELS_IN_REM });
  const look = useCallback(() => {
    const element = list.current;
    if (!element) return;
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || PIXELS_IN_REM;
    const top = Math.floor(element.scrollTop / STEP_PIXELS) * STEP_PIXELS;
    const height = element.clientHeight;
    setSight((before) =>
      before.top === top && before.height === height && before.rem === rem ? before : { top, height, rem },
    );
  }, [list]);
  useLayoutEffect(() => {
    look();
    if (!list.current) return;
    const observer = new ResizeObserver(look);
    observer.observe(list.current);
    return () => observer.disconnect();
  }, [look, list]);
  return {
    from: (top - BEYOND_PIXELS) / rem,
    to: (top + STEP_PIXELS + height + BEYOND_PIXELS) / rem,
    onScroll: look,
  };
}

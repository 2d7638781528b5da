import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

// Nearer to the end than this counts as being there: a finger or a zoomed page never hits it exactly.
const AT_END_PIXELS = 60;

// The page above is fetched this long before its place is reached, so that reading upwards rarely waits.
const NEAR_TOP_PIXELS = 1200;

// What one was led to is tinted for a moment.
const MARK_KEYFRAMES = [
  {
    backgroundColor: "var(--color-tint)",
    borderRadius: "0.75rem",
    boxShadow: "0 0 0 0.5rem var(--color-tint)",
  },
  { backgroundColor: "transparent", borderRadius: "0.75rem", boxShadow: "0 0 0 0.5rem transparent" },
];
const MARK_TIMING = { duration: 2500, easing: "ease-in" };

interface ThreadScrollOptions {
  /** The first and last thing in the thread: they tell whether it grew at the top or at the end. */
  firstId: string | null;
  lastId: string | null;
  /** The last thing of what stays as it is: its elements are others once more is. */
  pastId: string | null;
  onNearTop: () => void;
}

interface ThreadScroll {
  /** What scrolls. */
  ref: RefObject<HTMLDivElement | null>;
  /** All that is in it. */
  contentRef: RefObject<HTMLDivElement | null>;
  onScroll: () => void;
  isAtEnd: boolean;
  hasUnread: boolean;
  scrollToEnd: () => void;
  /** Leads to a block, by its id; false when it is not on the page. */
  showBlock: (id: string) => boolean;
  /** Leads to where a block begins, if that is above what is in sight. */
  showStart: (id: string) => void;
}

/** Stays at the end while the reader is there, and where they read otherwise, whatever is added above or below. */
export function useThreadScroll({ firstId, lastId, pastId, onNearTop }: ThreadScrollOptions): ThreadScroll {
  const ref = useRef<HTMLDivElement>(null);
  const contentRef = useRef<HTMLDivElement>(null);
  const before = useRef({
    firstId,
    lastId,
    height: 0,
    top: 0,
    block: null as HTMLElement | null,
    blockTop: 0,
  });
  const wasAtEnd = useRef(true);
  const [isAtEnd, setIsAtEnd] = useState(true);
  const [hasUnread, setHasUnread] = useState(false);

  const scrollToEnd = useCallback(() => {
    wasAtEnd.current = true;
    setIsAtEnd(true);
    setHasUnread(false);
    if (ref.current) ref.current.scrollTop = ref.current.scrollHeight;
  }, []);

  const leaveEnd = useCallback(() => {
    wasAtEnd.current = false;
    setIsAtEnd(false);
  }, []);

  const showBlock = useCallback(
    (id: string) => {
      const [thread, block] = [ref.current, blockOf(ref.current, id)];
      if (!thread || !block) return false;
      leaveEnd();
      block.tabIndex = -1;
      block.focus({ preventScroll: true });
      block.scrollIntoView?.({ block: "center" });
      before.current.top = thread.scrollTop;
      block.animate?.(MARK_KEYFRAMES, MARK_TIMING);
      return true;
    },
    [leaveEnd],
  );

  const showStart = useCallback(
    (id: string) => {
      const [thread, block] = [ref.current, blockOf(ref.current, id)];
      if (!thread || !block) return;
      const above = thread.getBoundingClientRect().top - block.getBoundingClientRect().top;
      if (above <= 0) return;
      leaveEnd();
      thread.scrollTop -= above;
      before.current.top = thread.scrollTop;
    },
    [leaveEnd],
  );

  const onScroll = useCallback(() => {
    const thread = ref.current;
    if (!thread) return;
    const isNearEnd = thread.scrollHeight - thread.scrollTop - thread.clientHeight < AT_END_PIXELS;
    // An answer that grows moves the end away from the reader, who has not gone anywhere: only going up leaves it.
    const hasLeft = !isNearEnd && thread.scrollTop < before.current.top;
    before.current.top = thread.scrollTop;
    if (isNearEnd || hasLeft) wasAtEnd.current = isNearEnd;
    setIsAtEnd(wasAtEnd.current);
    if (wasAtEnd.current) setHasUnread(false);
    if (thread.scrollTop < NEAR_TOP_PIXELS) onNearTop();
  }, [onNearTop]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: pastId, because elements that are replaced move what is below
  useLayoutEffect(() => {
    const thread = ref.current;
    if (!thread) return;
    const last = before.current;
    if (wasAtEnd.current) thread.scrollTop = thread.scrollHeight;
    else if (last.firstId !== firstId) thread.scrollTop = last.top + grownAbove(thread, last);
    else if (last.lastId !== lastId) setHasUnread(true);
    const block = thread.querySelector<HTMLElement>("[data-block]");
    const { scrollHeight: height, scrollTop: top } = thread;
    before.current = { firstId, lastId, height, top, block, blockTop: topOf(block, thread) };
    onScroll();
  }, [firstId, lastId, pastId, onScroll]);

  useEffect(() => {
    const [thread, content] = [ref.current, contentRef.current];
    if (!thread || !content) return;
    // Before anything is painted: an answer that grows, a card that opens, an on-screen keyboard.
    const observer = new ResizeObserver(() => {
      if (wasAtEnd.current) thread.scrollTop = thread.scrollHeight;
    });
    observer.observe(thread);
    observer.observe(content);
    return () => observer.disconnect();
  }, []);

  return { ref, contentRef, onScroll, isAtEnd, hasUnread, scrollToEnd, showBlock, showStart };
}

/** Calls that belong together are one block, known by the first of them. */
function blockOf(thread: HTMLElement | null, id: string): HTMLElement | null {
  return thread?.querySelector<HTMLElement>(`[data-block="${id}"]`) ?? null;
}

/** How much was put above what was first before. Measured by that, as browsers correct the place by themselves, or not. */
function grownAbove(
  thread: HTMLElement,
  before: { height: number; block: HTMLElement | null; blockTop: number },
): number {
  if (before.block?.isConnected) return topOf(before.block, thread) - before.blockTop;
  return thread.scrollHeight - before.height;
}

/** How far below the beginning of what scrolls it is. */
function topOf(block: HTMLElement | null, thread: HTMLElement): number {
  return block ? block.getBoundingClientRect().top + thread.scrollTop : 0;
}

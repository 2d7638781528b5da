import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

// Nearer to the end than this counts as being there: a finger or a zoomed page never hits it exactly.
const AT_END_PIXELS = 60;

// The page above is fetched this long before its place is reached, so that reading upwards rarely waits.
const NEAR_TOP_PIXELS = 800;

interface ThreadScrollOptions {
  /** The first and last thing in the thread: they tell whether it grew at the top or at the end. */
  firstId: string | null;
  lastId: string | null;
  onNearTop: () => void;
}

interface ThreadScroll {
  ref: RefObject<HTMLDivElement | null>;
  onScroll: () => void;
  isAtEnd: boolean;
  hasUnread: boolean;
  scrollToEnd: () => void;
}

/** Stays at the end while the reader is there, and where they read otherwise, whatever is added above or below. */
export function useThreadScroll({ firstId, lastId, onNearTop }: ThreadScrollOptions): ThreadScroll {
  const ref = useRef<HTMLDivElement>(null);
  const before = useRef({ firstId, lastId, height: 0 });
  const wasAtEnd = useRef(true);
  const [isAtEnd, setIsAtEnd] = useState(true);
  const [hasUnread, setHasUnread] = useState(false);

  const scrollToEnd = useCallback(() => {
    if (ref.current) ref.current.scrollTop = ref.current.scrollHeight;
  }, []);

  const onScroll = useCallback(() => {
    const thread = ref.current;
    if (!thread) return;
    wasAtEnd.current = thread.scrollHeight - thread.scrollTop - thread.clientHeight < AT_END_PIXELS;
    setIsAtEnd(wasAtEnd.current);
    if (wasAtEnd.current) setHasUnread(false);
    if (thread.scrollTop < NEAR_TOP_PIXELS) onNearTop();
  }, [onNearTop]);

  useLayoutEffect(() => {
    const thread = ref.current;
    if (!thread) return;
    const { firstId: firstBefore, lastId: lastBefore, height } = before.current;
    if (wasAtEnd.current) scrollToEnd();
    else if (firstBefore !== firstId) thread.scrollTop += thread.scrollHeight - height;
    else if (lastBefore !== lastId) setHasUnread(true);
    before.current = { firstId, lastId, height: thread.scrollHeight };
    onScroll();
  }, [firstId, lastId, scrollToEnd, onScroll]);

  useEffect(() => {
    const thread = ref.current;
    if (!thread) return;
    // An on-screen keyboard, or a message field that grows, must not hide the end.
    const observer = new ResizeObserver(() => wasAtEnd.current && scrollToEnd());
    observer.observe(thread);
    return () => observer.disconnect();
  }, [scrollToEnd]);

  return { ref, onScroll, isAtEnd, hasUnread, scrollToEnd };
}

// Asks before edits are left behind: by a link, by the browser's Back, by closing what is edited, or with the page.
import { useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { guardHistory } from "@/lib/historyGuard";

export interface LeaveGuard {
  /** Somebody wants to leave, and is to be asked. */
  isAsking: boolean;
  /** Does it now, or, with unsaved edits, once the answer is to leave. */
  attempt: (leave: () => void) => void;
  leave: () => void;
  stay: () => void;
}

/** For one thing at a time that is edited. */
export function useLeaveGuard(isDirty: boolean): LeaveGuard {
  const navigate = useNavigate();
  const [leaving, setLeaving] = useState<(() => void) | null>(null);
  const isOpen = useRef(false);
  useEffect(() => {
    if (!isDirty) return;
    isOpen.current = false;
    const onBeforeUnload = (event: BeforeUnloadEvent) => {
      if (!isOpen.current) event.preventDefault();
    };
    const onClick = (event: MouseEvent) => {
      const link = isOpen.current ? null : linkOf(event);
      if (!link) return;
      // The router leaves alone what was prevented.
      event.preventDefault();
      setLeaving(() => () => navigate(link.pathname + link.search + link.hash));
    };
    const place = placeInHistory(window.history.state);
    let isReturning = false;
    // Where the browser has gone cannot be prevented, so it is sent back first.
    const onPopState = (event: PopStateEvent) => {
      const steps = (placeInHistory(event.state) ?? Number.NaN) - (place ?? Number.NaN);
      if (isOpen.current || !(isReturning || steps)) return;
      event.stopImmediatePropagation();
      if (isReturning) {
        isReturning = false;
        return;
      }
      isReturning = true;
      window.history.go(-steps);
      setLeaving(() => () => window.history.go(steps));
    };
    window.addEventListener("beforeunload", onBeforeUnload);
    document.addEventListener("click", onClick, true);
    const unguard = guardHistory(onPopState);
    return () => {
      unguard();
      window.removeEventListener("beforeunload", onBeforeUnload);
      document.removeEventListener("click", onClick, true);
    };
  }, [isDirty, navigate]);
  return {
    isAsking: leaving !== null,
    attempt: (leave) => (isDirty ? setLeaving(() => leave) : leave()),
    leave: () => {
      isOpen.current = true;
      setLeaving(null);
      leaving?.();
    },
    stay: () => setLeaving(null),
  };
}

/** The link that a click follows to another place in this app; none for a new tab, or for a place on this page. */
function linkOf(event: MouseEvent): HTMLAnchorElement | null {
  const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[href]") : null;
  if (!isPlain || event.defaultPrevented || !link || link.target === "_blank") return null;
  const { origin, pathname, search } = window.location;
  if (link.origin !== origin || (link.pathname === pathname && link.search === search)) return null;
  return link;
}

/** The router numbers its entries. */
function placeInHistory(state: unknown): number | null {
  const place = (state as { idx?: unknown } | null)?.idx;
  return typeof place === "number" ? place : null;
}

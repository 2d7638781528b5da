import { type RefObject, useEffect, useRef } from "react";

/** Brings a field into sight, and the keyboard to it, when something is said to be wrong with it. */
export function useFocusOnProblem<Element extends HTMLElement>(
  problem: string | undefined,
): RefObject<Element | null> {
  const field = useRef<Element>(null);
  useEffect(() => {
    if (problem) field.current?.focus();
  }, [problem]);
  return field;
}

import { useState } from "react";

/** Gives the focus back, when a dialog closes, to what had it as it opened: Radix knows only triggers of its own. */
export function useFocusBack(): (event: Event) => void {
  const [before] = useState(() => document.activeElement);
  return (event) => {
    event.preventDefault();
    if (before instanceof HTMLElement) before.focus();
  };
}

import { useEffect, useLayoutEffect, useRef } from "react";

/**
 * Calls `action` when the key is pressed anywhere on the page; null for nothing to do. `Mod+Shift+O`: Mod is Cmd or Ctrl.
 * A key that means something where it is pressed is left alone there: text goes into fields, Escape closes what is open.
 */
export function useShortcut(shortcut: string, action: (() => void) | null): void {
  const latest = useRef(action);
  // Before it is painted: the key works as soon as what it is for is seen.
  useLayoutEffect(() => {
    latest.current = action;
  });
  useEffect(() => {
    const [key = "", ...modifiers] = shortcut.split("+").reverse();
    const hasMod = modifiers.includes("Mod");
    const onKeyDown = (event: KeyboardEvent) => {
      if (!latest.current || event.defaultPrevented || event.isComposing) return;
      if (event.key.toLowerCase() !== key.toLowerCase()) return;
      if ((event.ctrlKey || event.metaKey) !== hasMod || event.altKey) return;
      if (hasMod && event.shiftKey !== modifiers.includes("Shift")) return;
      if (!hasMod && key.length === 1 && isTextField(event.target)) return;
      if (key === "Escape" && isInDialog(event.target)) return;
      event.preventDefault();
      latest.current();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [shortcut]);
}

function isTextField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
}

function isInDialog(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("[role=dialog], [role=menu]") !== null;
}

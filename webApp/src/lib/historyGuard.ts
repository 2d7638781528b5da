// What stands before the browser's Back. A window tells its listeners of it in the order they came, so this one must be
// there before the router's: whoever has edits to lose can then answer first.
type Guard = (event: PopStateEvent) => void;

const guards: Guard[] = [];

/** Called once, before there is a router. */
export function watchHistory(): void {
  window.addEventListener("popstate", (event) => guards.at(-1)?.(event));
}

/** Until the returned function is called, the guard hears of a Back or Forward before anybody else. */
export function guardHistory(guard: Guard): () => void {
  guards.push(guard);
  return () => {
    guards.splice(guards.indexOf(guard), 1);
  };
}

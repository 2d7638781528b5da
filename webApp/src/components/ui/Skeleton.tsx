import clsx from "clsx";

/** A grey bar where text will be, or another shape by its own rounding. Whoever shows several says once what is loading. */
export function Skeleton({ className }: { className?: string }) {
  // Of two roundings the one that is later in the style sheet would win, not the one that was asked for.
  const isBar = !className?.includes("rounded");
  return (
    <div aria-hidden="true" className={clsx("animate-pulse bg-hover", isBar && "rounded-md", className)} />
  );
}

import clsx from "clsx";

/** A grey bar where text will be. Whoever shows several says once what is loading. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden="true" className={clsx("animate-pulse rounded-md bg-hover", className)} />;
}

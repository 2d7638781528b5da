import clsx from "clsx";
import type { ReactNode } from "react";

/** A word or two about the thing beside it. */
export function Badge({ isTinted = false, children }: { isTinted?: boolean; children: ReactNode }) {
  return (
    <span
      className={clsx(
        "shrink-0 rounded-full px-2 py-0.5 font-medium text-xs",
        isTinted ? "bg-tint text-accent" : "bg-sunken text-soft",
      )}
    >
      {children}
    </span>
  );
}

import clsx from "clsx";
import type { ComponentProps } from "react";

/** The browser's own list of choices: it is at home on every device. Needs a label around it or an aria-label. */
export function Select({ className, ...props }: ComponentProps<"select">) {
  return (
    <select
      className={clsx(
        "h-10 max-w-full rounded-lg border border-edge bg-card px-2.5 text-sm",
        "disabled:opacity-50 aria-invalid:border-danger",
        className,
      )}
      {...props}
    />
  );
}

import clsx from "clsx";
import type { ComponentProps } from "react";

const SHAPES = {
  primary: "h-10 px-4 bg-accent text-on-accent hover:bg-accent-strong font-medium",
  secondary: "h-10 px-4 border border-line bg-card text-ink hover:bg-hover font-medium",
  quiet: "h-9 px-3 text-soft hover:bg-hover hover:text-ink",
  link: "h-9 px-3 text-accent hover:bg-hover font-medium",
  icon: "size-9 text-soft hover:bg-hover hover:text-ink",
  smallIcon: "size-8 text-faint hover:bg-hover hover:text-ink",
  send: "size-10 rounded-xl bg-accent text-on-accent hover:bg-accent-strong",
};

interface ButtonProps extends ComponentProps<"button"> {
  shape?: keyof typeof SHAPES;
}

/** One without text needs an aria-label. */
export function Button({ shape = "secondary", className, ...props }: ButtonProps) {
  return (
    <button
      type="button"
      className={clsx(
        "inline-flex shrink-0 items-center justify-center gap-2 rounded-lg text-sm whitespace-nowrap transition-colors",
        "disabled:pointer-events-none disabled:opacity-50",
        SHAPES[shape],
        className,
      )}
      {...props}
    />
  );
}

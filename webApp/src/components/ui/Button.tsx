import clsx from "clsx";
import type { ComponentProps } from "react";

/* Classes of index.css, in a layer below the utilities: whatever a button asks for in its className wins. */
const SHAPES = {
  primary: "button-primary",
  secondary: "button-secondary",
  quiet: "button-quiet",
  link: "button-link",
  icon: "button-icon",
  smallIcon: "button-small-icon",
  send: "button-send",
};

interface ButtonProps extends ComponentProps<"button"> {
  shape?: keyof typeof SHAPES;
}

/** One without text needs an aria-label. */
export function Button({ shape = "secondary", className, ...props }: ButtonProps) {
  return <button type="button" className={clsx("button", SHAPES[shape], className)} {...props} />;
}

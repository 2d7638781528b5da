import type { ReactNode } from "react";

/** Always there for the keyboard and for touch; for a mouse, once it is near. */
export function MessageActions({ children }: { children: ReactNode }) {
  return (
    <div className="message-actions flex h-8 items-center transition-opacity group-focus-within/message:opacity-100 group-hover/message:opacity-100">
      {children}
    </div>
  );
}

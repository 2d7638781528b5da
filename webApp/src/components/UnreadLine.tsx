import { texts } from "@/lib/texts";

/** Stands above what has not been read; a heading, so that a screen reader leads there. */
export function UnreadLine() {
  return (
    <h3 className="mt-2 mb-3 flex items-center gap-3 font-medium text-accent text-xs before:h-px before:flex-1 before:bg-accent/40 after:h-px after:flex-1 after:bg-accent/40">
      {texts.chat.unread}
    </h3>
  );
}

import { texts } from "@/lib/texts";
import { useIsOnline } from "./useIsOnline";

/** A quiet word while the browser has no network. */
export function OfflineNote() {
  const isOnline = useIsOnline();
  return (
    <p role="status" className={isOnline ? "sr-only" : "pb-2 text-center text-soft text-sm"}>
      {isOnline ? "" : texts.chat.offline}
    </p>
  );
}

import { useSyncExternalStore } from "react";
import { texts } from "@/lib/texts";

/** A quiet word while the browser has no network. */
export function OfflineNote() {
  const isOnline = useSyncExternalStore(followNetwork, () => navigator.onLine);
  return (
    <p role="status" className={isOnline ? "sr-only" : "pb-2 text-center text-soft text-sm"}>
      {isOnline ? "" : texts.chat.offline}
    </p>
  );
}

function followNetwork(onChange: () => void): () => void {
  window.addEventListener("online", onChange);
  window.addEventListener("offline", onChange);
  return () => {
    window.removeEventListener("online", onChange);
    window.removeEventListener("offline", onChange);
  };
}

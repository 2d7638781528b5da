import { useSyncExternalStore } from "react";
import { type Day, dayOf } from "@/lib/days";

// A page that stays open over midnight notices within this time.
const LOOK_MILLISECONDS = 30_000;

/** The day of today, also tomorrow. */
export function useToday(): Day {
  return useSyncExternalStore(followTime, () => dayOf(new Date()));
}

function followTime(onChange: () => void): () => void {
  const timer = setInterval(onChange, LOOK_MILLISECONDS);
  document.addEventListener("visibilitychange", onChange);
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", onChange);
  };
}

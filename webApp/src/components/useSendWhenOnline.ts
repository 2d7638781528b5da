import { useEffect, useRef } from "react";
import type { Turn } from "./useTurn";

/** Sends a message again that could not go out for want of a network, once there is one. */
export function useSendWhenOnline(
  { state, message }: Pick<Turn, "state" | "message">,
  sendAgain: (message: NonNullable<Turn["message"]>) => void,
): void {
  const wasOffline = useRef(false);
  useEffect(() => {
    const isBack = wasOffline.current && state.kind === "failed";
    wasOffline.current = state.kind === "offline";
    if (isBack && message) sendAgain(message);
  }, [state.kind, message, sendAgain]);
}

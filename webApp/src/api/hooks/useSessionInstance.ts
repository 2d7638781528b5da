import { useEffect } from "react";
import { useServices } from "@/lib/services";
import { useAuthStore } from "@/stores/useAuthStore";
import { useChatStore } from "@/stores/useChatStore";

// The server takes a tab without a sign of life for half an hour for closed: a minute leaves room for bad networks.
export const HEARTBEAT_MILLISECONDS = 60_000;

/**
 * Keeps this tab's session instance: opened for a chat that is in the database, alive while the page is seen, left when
 * the page goes. Unmounting leaves nothing: the next chat does, or the sign-out, so mounting twice opens one.
 */
export function useSessionInstance(userId: string, chatId: string | null, agentName: string): void {
  const services = useServices();
  useEffect(() => {
    const { openSession, closeSession } = useChatStore.getState();
    if (chatId) void openSession(services, { userId, chatId, agentName });
    else void closeSession(services);
  }, [services, userId, chatId, agentName]);

  useEffect(() => {
    const beat = () => {
      if (!document.hidden) void useChatStore.getState().heartbeat(services);
    };
    const leave = () => {
      const accessToken = useAuthStore.getState().session?.access_token;
      if (accessToken) useChatStore.getState().abandonSession(services, accessToken);
    };
    const timer = setInterval(beat, HEARTBEAT_MILLISECONDS);
    document.addEventListener("visibilitychange", beat);
    // pageshow: back from the browser's page cache, where the instance was left behind inactive.
    window.addEventListener("pageshow", beat);
    window.addEventListener("online", beat);
    window.addEventListener("pagehide", leave);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", beat);
      window.removeEventListener("pageshow", beat);
      window.removeEventListener("online", beat);
      window.removeEventListener("pagehide", leave);
    };
  }, [services]);
}

import { renderHook, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, test, vi } from "vitest";
import { useAuthStore } from "@/stores/useAuthStore";
import { useChatStore } from "@/stores/useChatStore";
import { backend } from "@/testing/backend";
import { createSurroundings, USER_ID } from "@/testing/render";
import { HEARTBEAT_MILLISECONDS, useSessionInstance } from "./useSessionInstance";

const chatId = "00000000-0000-4000-8000-00000000000a";
const sessions = () => backend.rows("chat_sessions");

function open(props: { userId?: string; chatId: string | null; agentName?: string }) {
  const { wrapper } = createSurroundings();
  const hook = renderHook(
    (given: typeof props) =>
      useSessionInstance(given.userId ?? USER_ID, given.chatId, given.agentName ?? "assistant"),
    {
      wrapper,
      initialProps: props,
    },
  );
  return { ...hook, opened: () => waitFor(() => expect(useChatStore.getState().isSessionOpen).toBe(true)) };
}

afterEach(() => {
  vi.useRealTimers();
});

describe("the session instance of a page", () => {
  test("is one row although React mounts the page twice", async () => {
    const { opened } = open({ chatId });
    await opened();
    expect(sessions()).toHaveLength(1);
    expect(sessions()[0]).toMatchObject({ chat_id: chatId, agent_name: "assistant", is_active: true });
  });

  test("is not inserted for a chat that is not in the database, and is once it is", async () => {
    const { rerender, opened } = open({ chatId: null });
    expect(useChatStore.getState().engagement).toBeNull();
    rerender({ chatId });
    await opened();
    expect(sessions()).toHaveLength(1);
  });

  test("is another one for a user who signs in later", async () => {
    const { rerender, opened } = open({ chatId });
    await opened();
    const before = useChatStore.getState().sessionInstanceId;
    rerender({ userId: "00000000-0000-4000-8000-000000000002", chatId });
    await waitFor(() => expect(sessions()).toHaveLength(2));
    await waitFor(() =>
      expect(sessions().find(({ id }) => id === before)).toMatchObject({ is_active: false }),
    );
  });

  test("gives a sign of life each minute, and none while the page is hidden", () => {
    vi.useFakeTimers();
    const { wrapper } = createSurroundings();
    const heartbeat = vi.fn(async () => undefined);
    useChatStore.setState({ heartbeat });
    renderHook(() => useSessionInstance(USER_ID, null, "assistant"), { wrapper });
    vi.advanceTimersByTime(HEARTBEAT_MILLISECONDS * 2);
    expect(heartbeat).toHaveBeenCalledTimes(2);
    const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
    vi.advanceTimersByTime(HEARTBEAT_MILLISECONDS * 3);
    expect(heartbeat).toHaveBeenCalledTimes(2);
    hidden.mockReturnValue(false);
    document.dispatchEvent(new Event("visibilitychange"));
    expect(heartbeat).toHaveBeenCalledTimes(3);
  });

  test("is left inactive by a page that goes away, and is active again when it comes back", async () => {
    const { opened } = open({ chatId });
    await opened();
    window.dispatchEvent(new Event("pagehide"));
    await waitFor(() => expect(sessions()[0]).toMatchObject({ is_active: false }));
    window.dispatchEvent(new Event("pageshow"));
    await waitFor(() => expect(sessions()[0]).toMatchObject({ is_active: true }));
    expect(sessions()).toHaveLength(1);
  });

  test("cannot be left with a token that is not there any more", async () => {
    const { opened } = open({ chatId });
    await opened();
    const abandon = vi.spyOn(useChatStore.getState(), "abandonSession");
    useAuthStore.setState({ session: null });
    window.dispatchEvent(new Event("pagehide"));
    expect(abandon).not.toHaveBeenCalled();
  });
});

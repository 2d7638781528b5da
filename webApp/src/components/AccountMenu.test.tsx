import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { useChatStore } from "@/stores/useChatStore";
import { useToastStore } from "@/stores/useToastStore";
import { backend } from "@/testing/backend";
import { renderApp, services, USER_ID } from "@/testing/render";
import { AccountMenu } from "./AccountMenu";
import { Toasts } from "./Toasts";

const chatId = "00000000-0000-4000-8000-00000000000a";

beforeEach(() => useToastStore.setState({ toasts: [] }));

async function choose(action: string) {
  const user = userEvent.setup();
  renderApp(
    <>
      <AccountMenu />
      <Toasts />
    </>,
  );
  await useChatStore.getState().openSession(services, { userId: USER_ID, chatId, agentName: "assistant" });
  await user.click(screen.getByRole("button", { name: /Account/ }));
  await user.click(await screen.findByRole("menuitem", { name: action }));
}

test.each([
  ["Sign out", "local"],
  ["Sign out everywhere", "global"],
])(
  "“%s” leaves the session instance while the token is still good, and then signs out",
  async (action, scope) => {
    const isActive: unknown[] = [];
    const signOut = vi.spyOn(services.supabase.auth, "signOut").mockImplementation(async () => {
      isActive.push(backend.rows("chat_sessions")[0]?.["is_active"]);
      return { error: null };
    });
    await choose(action);
    await waitFor(() => expect(signOut).toHaveBeenCalledExactlyOnceWith({ scope }));
    expect(isActive).toEqual([false]);
    expect(useChatStore.getState().engagement).toBeNull();
  },
);

test("whoever could not be signed out is told that they still are", async () => {
  backend.intercept((_method, table) => (table === "chat_sessions" ? Response.error() : undefined));
  const error = { name: "AuthRetryableFetchError", message: "Failed to fetch", status: 0 };
  vi.spyOn(services.supabase.auth, "signOut").mockResolvedValue({ error } as never);
  await choose("Sign out");
  expect(await screen.findByText(/You are still signed in/)).toBeInTheDocument();
});

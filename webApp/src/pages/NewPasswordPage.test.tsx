import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test } from "vitest";
import { App } from "@/App";
import { createServices } from "@/lib/services";
import { useAuthStore } from "@/stores/useAuthStore";
import { backend, CONFIG } from "@/testing/backend";
import { services } from "@/testing/render";

let visits = 0;

beforeEach(() => {
  useAuthStore.setState({ session: undefined, isRecovering: false });
});

afterEach(() => {
  sessionStorage.clear();
  window.history.replaceState(null, "", "/");
});

/** Opens a link as a mail program does: a page of its own, with what this browser has stored. */
function openLink(address: string) {
  visits += 1;
  const url = `${CONFIG.supabase_url}/visit-${visits}`;
  for (const [key, value] of Object.entries(localStorage)) {
    localStorage.setItem(key.replace(/http:\/\/supabase\.test(\/visit-\d+)?/, url), value);
  }
  window.history.replaceState(null, "", address);
  return render(<App services={createServices({ ...CONFIG, supabase_url: url })} />);
}

async function askForLink(): Promise<void> {
  const redirectTo = new URL("/new", window.location.href).href;
  await services.supabase.auth.resetPasswordForEmail("ada@example.com", { redirectTo });
}

/** What a reload does to the store. */
async function forgetAllButStorage(): Promise<void> {
  const stored = { ...sessionStorage };
  useAuthStore.setState({ session: undefined, isRecovering: false });
  Object.assign(sessionStorage, stored);
  await useAuthStore.persist.rehydrate();
}

const field = () => screen.findByLabelText("New password");

test("who comes by the link of a forgotten password chooses a new one, and is then where they wanted to be", async () => {
  await askForLink();
  openLink("/new?code=from-the-mail");
  expect(await screen.findByText(/You are signed in as ada@example.com/)).toBeInTheDocument();
  await userEvent.type(await field(), "short{Enter}");
  expect(await screen.findByText("Use at least 8 characters.")).toBeInTheDocument();
  expect(backend.passwords()).toEqual([]);
  await userEvent.clear(await field());
  await userEvent.type(await field(), "a longer one{Enter}");
  expect(await screen.findByText("There is no agent yet")).toBeInTheDocument();
  expect(screen.getByText("Your new password is saved.")).toBeInTheDocument();
  expect(backend.passwords()).toEqual(["a longer one"]);
  expect(window.location.href).toBe(new URL("/new", window.location.href).href);
});

test("a new password that is refused stays where it was typed, with the reason", async () => {
  await askForLink();
  backend.passwords().push("the old one");
  openLink("/new?code=from-the-mail");
  await userEvent.type(await field(), "the old one{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("the password you have already");
  expect(await field()).toHaveValue("the old one");
});

test("a reload asks again, until there is a new password or none is wanted", async () => {
  await askForLink();
  const { unmount } = openLink("/new?code=from-the-mail");
  await field();
  unmount();
  await forgetAllButStorage();
  openLink("/new");
  await userEvent.click(await screen.findByRole("button", { name: "Not now" }));
  expect(await screen.findByText("There is no agent yet")).toBeInTheDocument();
  expect(backend.passwords()).toEqual([]);
  expect(sessionStorage.getItem("clarity.recovering")).toContain("false");
});

test("a tab that was there before goes on with what it is at", async () => {
  await services.supabase.auth.signInWithPassword({ email: "ada@example.com", password: "right" });
  render(<App services={services} />);
  expect(await screen.findByText("There is no agent yet")).toBeInTheDocument();
  await askForLink();
  await services.supabase.auth.exchangeCodeForSession("in-another-tab");
  await waitFor(() => expect(useAuthStore.getState().session?.user.id).toBe("user"));
  expect(screen.queryByLabelText("New password")).not.toBeInTheDocument();
});

import { cleanup, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, test, vi } from "vitest";
import { backend } from "@/testing/backend";
import { renderApp, services } from "@/testing/render";
import SignInPage from "./SignInPage";

async function signedInAs(): Promise<string | undefined> {
  const { data } = await services.supabase.auth.getSession();
  return data.session?.user.email;
}

afterEach(() => {
  services.config.demo = null;
  window.history.replaceState(null, "", "/");
});

describe("signing in", () => {
  test("is one click for the demo user", async () => {
    services.config.demo = { email: "demo@example.com", password: "right" };
    renderApp(<SignInPage />);
    await userEvent.click(screen.getByRole("button", { name: /demo user/ }));
    await waitFor(async () => expect(await signedInAs()).toBe("demo@example.com"));
  });

  test("says which field is wrong before anything is sent", async () => {
    renderApp(<SignInPage />);
    await userEvent.type(screen.getByLabelText("E-mail"), "ada");
    await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
    expect(await screen.findByText(/Write an e-mail address/)).toBeInTheDocument();
    expect(screen.getByLabelText("E-mail")).toHaveAccessibleDescription(/Write an e-mail address/);
  });

  test("that is refused says so, and keeps what was typed", async () => {
    renderApp(<SignInPage />);
    await userEvent.type(screen.getByLabelText("E-mail"), "ada@example.com");
    await userEvent.type(screen.getByLabelText("Password"), "wrong{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("do not belong together");
    expect(screen.getByLabelText("E-mail")).toHaveValue("ada@example.com");
  });

  test("offers what the Supabase project has", async () => {
    backend.setAuthSettings({
      external: { email: true, github: true, google: true, phone: true, apple: false },
      disable_signup: true,
      mailer_autoconfirm: false,
    });
    renderApp(<SignInPage />);
    expect(await screen.findByRole("button", { name: "Continue with GitHub" })).toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Continue with Google" })).toBeInTheDocument();
    expect(screen.getByRole("button", { name: /sign-in link/ })).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: /Apple|Phone/ })).not.toBeInTheDocument();
    expect(screen.queryByRole("button", { name: /Create an account/ })).not.toBeInTheDocument();
  });

  test("offers passwords alone where the project has nothing else", async () => {
    renderApp(<SignInPage />);
    expect(screen.queryByRole("button", { name: /Continue with|sign-in link/ })).not.toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: /Create an account/ }));
    await userEvent.type(screen.getByLabelText("E-mail"), "ada@example.com");
    await userEvent.type(screen.getByLabelText("Password"), "short{Enter}");
    expect(await screen.findByText("Use at least 8 characters.")).toBeInTheDocument();
  });
});

describe("a link to sign in", () => {
  const hasLinks = { external: { email: true, github: true }, mailer_autoconfirm: false };

  test("is sent to the address that is written, and leads back here", async () => {
    backend.setAuthSettings(hasLinks);
    renderApp(<SignInPage />);
    const button = await screen.findByRole("button", { name: /sign-in link/ });
    await userEvent.click(button);
    expect(await screen.findByText(/Write an e-mail address/)).toBeInTheDocument();
    expect(backend.sentLinks()).toEqual([]);
    await userEvent.type(screen.getByLabelText("E-mail"), "ada@example.com");
    await userEvent.click(button);
    expect(await screen.findByText(/The link is on its way/)).toBeInTheDocument();
    expect(backend.sentLinks()).toEqual([{ email: "ada@example.com", redirectTo: window.location.href }]);
  });

  test.each([
    [
      "?error=access_denied&error_code=otp_expired&error_description=Email+link+is+invalid#error=access_denied",
      "expired",
    ],
    ["#error=server_error&error_description=No+such+provider", "That did not work: No such provider"],
    ["?code=of-another-browser", "only in the browser that asked for it"],
  ])("that came back with %s says so, once, and leaves the address as it was", async (address, saying) => {
    window.history.replaceState(null, "", `/tasks?done=1${address.replace("?", "&")}`);
    renderApp(<SignInPage />);
    expect(await screen.findByRole("alert")).toHaveTextContent(saying);
    expect(window.location.href).toBe(new URL("/tasks?done=1", window.location.href).href);
  });

  test("of a provider leads back to where one wanted to go", async () => {
    backend.setAuthSettings(hasLinks);
    const leave = vi
      .spyOn(services.supabase.auth, "signInWithOAuth")
      .mockResolvedValue({ data: { provider: "github", url: "" }, error: null });
    renderApp(<SignInPage />);
    await userEvent.click(await screen.findByRole("button", { name: "Continue with GitHub" }));
    expect(leave).toHaveBeenCalledExactlyOnceWith({
      provider: "github",
      options: { redirectTo: window.location.href },
    });
    leave.mockRestore();
  });
});

describe("a forgotten password", () => {
  const forgotten = { name: "Forgotten your password?" };

  test("is replaced by a link that is sent to the address that is written, and leads back here", async () => {
    backend.setAuthSettings({ external: { email: true }, mailer_autoconfirm: false });
    renderApp(<SignInPage />);
    await userEvent.click(await screen.findByRole("button", forgotten));
    expect(await screen.findByText(/Write an e-mail address/)).toBeInTheDocument();
    expect(screen.getByLabelText("E-mail")).toHaveFocus();
    expect(backend.sentResets()).toEqual([]);
    await userEvent.type(screen.getByLabelText("E-mail"), "ada@example.com");
    await userEvent.click(screen.getByRole("button", forgotten));
    expect(await screen.findByText(/a link to choose a new password is on its way/)).toBeInTheDocument();
    expect(backend.sentResets()).toEqual([{ email: "ada@example.com", redirectTo: window.location.href }]);
  });

  test("is not offered where the project sends no mail, and not to whoever has no account yet", async () => {
    backend.setAuthSettings({ external: { email: true, github: true }, mailer_autoconfirm: true });
    renderApp(<SignInPage />);
    await screen.findByRole("button", { name: "Continue with GitHub" });
    expect(screen.queryByRole("button", forgotten)).not.toBeInTheDocument();
    cleanup();
    backend.setAuthSettings({ external: { email: true }, mailer_autoconfirm: false });
    renderApp(<SignInPage />);
    expect(await screen.findByRole("button", forgotten)).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: /Create an account/ }));
    expect(screen.queryByRole("button", forgotten)).not.toBeInTheDocument();
  });
});

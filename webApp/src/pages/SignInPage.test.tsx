import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, test } from "vitest";
import { backend } from "@/testing/backend";
import { renderApp, services } from "@/testing/render";
import SignInPage from "./SignInPage";

async function signedInAs(): Promise<string | undefined> {
  const { data } = await services.supabase.auth.getSession();
  return data.session?.user.email;
}

afterEach(() => {
  services.config.demo = null;
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

import { beforeEach, describe, expect, test, vi } from "vitest";
import { loadAhead } from "./loadAhead";
import { ChatPage, routes, SignInPage } from "./routes";

const pages = {
  chat: ChatPage,
  signIn: SignInPage,
  ...Object.fromEntries(routes.map((one) => [one.path, one.Page])),
};
let loaded: string[] = [];

beforeEach(() => {
  loaded = [];
  for (const [name, page] of Object.entries(pages)) {
    vi.spyOn(page, "load").mockImplementation(() => {
      loaded.push(name);
      return Promise.reject(new Error("No network"));
    });
  }
});

describe("what is loaded ahead", () => {
  test.each([
    ["/", "chat"],
    ["/chat/00000000-0000-4000-8000-00000000000a", "chat"],
    ["/tasks", "/tasks/*"],
    ["/agents/helper/tools", "/agents/*"],
    ["/tasksandmore", "chat"],
  ])("is the page at %s, and no harm is done when it cannot be", (path, name) => {
    loadAhead(path, true);
    expect(loaded).toEqual([name]);
  });

  test("is the sign-in, wherever somebody comes who is not signed in", () => {
    loadAhead("/tasks", false);
    expect(loaded).toEqual(["signIn"]);
  });
});

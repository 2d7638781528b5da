import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from "vitest";
import "@/lib/queryScheduler";
import { backend } from "./backend";

// What a browser has and jsdom lacks. Nothing is laid out here, so nothing is ever resized or scrolled.
vi.stubGlobal(
  "ResizeObserver",
  class {
    observe() {}
    disconnect() {}
  },
);
vi.stubGlobal(
  "IntersectionObserver",
  class {
    observe() {}
    disconnect() {}
  },
);
vi.stubGlobal("matchMedia", () => ({ matches: true }));
Element.prototype.scrollIntoView = () => {};

// A machine that does other things as well is slow, not wrong.
configure({ asyncUtilTimeout: 10_000 });

beforeAll(() => backend.listen());
const warned = vi.fn();
beforeEach(() => {
  warned.mockClear();
  vi.spyOn(console, "error").mockImplementation(warned);
  vi.spyOn(console, "warn").mockImplementation(warned);
});
afterEach(() => {
  cleanup();
  backend.reset();
  localStorage.clear();
  expect(warned.mock.calls, "A warning is an error").toEqual([]);
});
afterAll(() => backend.close());

import { act, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CopyButton } from "./CopyButton";

const clipboard = { writeText: vi.fn<(text: string) => Promise<void>>() };

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("navigator", { clipboard });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function press() {
  render(<CopyButton text="**Twice**" />);
  fireEvent.click(screen.getByRole("button", { name: "Copy" }));
  await act(async () => undefined);
}

test("a text that was copied is said to be for a moment, and can be copied again", async () => {
  clipboard.writeText.mockResolvedValue();
  await press();
  expect(clipboard.writeText).toHaveBeenCalledExactlyOnceWith("**Twice**");
  expect(screen.getByRole("button", { name: "Copied" })).toBeInTheDocument();
  act(() => void vi.advanceTimersByTime(2000));
  expect(screen.getByRole("button", { name: "Copy" })).toBeInTheDocument();
});

test("a text that may not be copied is not said to be", async () => {
  clipboard.writeText.mockRejectedValue(new DOMException("No", "NotAllowedError"));
  await press();
  expect(screen.getByRole("button", { name: "Copy" })).toBeInTheDocument();
});

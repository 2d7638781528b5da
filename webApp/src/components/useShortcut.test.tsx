import { render, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { useShortcut } from "./useShortcut";

declare global {
  var IS_REACT_ACT_ENVIRONMENT: boolean;
}

afterEach(() => {
  globalThis.IS_REACT_ACT_ENVIRONMENT = true;
});

test("a key works as soon as what it is for is seen", async () => {
  const stop = vi.fn();
  let begin = () => {};
  function Turn() {
    const [isWorking, setIsWorking] = useState(false);
    begin = () => setIsWorking(true);
    useShortcut("Escape", isWorking ? stop : null);
    return <p>{isWorking ? "Working" : "Quiet"}</p>;
  }
  render(<Turn />);
  // As in a browser, where effects come behind what is painted.
  globalThis.IS_REACT_ACT_ENVIRONMENT = false;
  const seen = new Promise<void>((resolve) => {
    new MutationObserver(() => {
      document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
      resolve();
    }).observe(screen.getByText("Quiet"), { characterData: true, childList: true, subtree: true });
  });
  begin();
  await seen;
  expect(stop).toHaveBeenCalledOnce();
});

import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { TurnAnnouncement, type TurnState } from "./TurnStatus";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const working = (doing: "thinking" | "writing"): TurnState => ({ kind: "working", doing });
const pass = (milliseconds: number) => act(() => void vi.advanceTimersByTime(milliseconds));
const said = () => screen.getByRole("status").textContent;

test("what a turn does is read out one at a time, and what comes and goes meanwhile not at all", () => {
  const { rerender } = render(<TurnAnnouncement turn={working("thinking")} hasAnswer={false} />);
  const turnTo = (turn: TurnState, hasAnswer = false) =>
    rerender(<TurnAnnouncement turn={turn} hasAnswer={hasAnswer} />);
  pass(0);
  expect(said()).toBe("Thinking");
  turnTo({ kind: "working", doing: "thinking", tools: ["list_tasks"] });
  pass(500);
  turnTo(working("writing"));
  pass(900);
  expect(said()).toBe("Thinking");
  pass(100);
  expect(said()).toBe("Writing");
  turnTo({ kind: "idle" }, true);
  pass(1400);
  expect(said()).toBe("Writing");
  pass(100);
  expect(said()).toBe("The answer is there.");
});

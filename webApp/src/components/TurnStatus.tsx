import { useEffect, useRef, useState } from "react";
import type { LiveRun } from "@/lib/liveRun";
import type { Problem } from "@/lib/problem";
import { texts } from "@/lib/texts";
import { turnTexts } from "@/lib/texts/turn";
import { toolTitle } from "@/lib/toolName";
import { ProblemNote } from "./ProblemNote";
import { Button } from "./ui/Button";

export type TurnState =
  | { kind: "idle" }
  | {
      kind: "working";
      doing: LiveRun["doing"];
      /** The tools that are being used. */
      tools?: readonly string[];
      isConnected?: boolean;
      isStopping?: boolean;
    }
  /** For another message to be answered first. */
  | { kind: "waiting" }
  /** A person has to decide about a tool call. */
  | { kind: "asking" }
  | { kind: "stopped" }
  /** The message could not go out: there is no network. */
  | { kind: "offline" }
  | { kind: "failed"; problem: Pick<Problem, "code" | "title" | "message"> };

interface TurnStatusProps {
  turn: TurnState;
  onRetry: () => void;
  /** Takes the message back into the message field. */
  onEdit: () => void;
}

/** What the chat is doing with the last message, at the thread's end. */
export function TurnStatus({ turn, onRetry, onEdit }: TurnStatusProps) {
  if (turn.kind === "idle") return null;
  if (turn.kind === "failed" || turn.kind === "stopped" || turn.kind === "offline") {
    const actions = (
      <>
        <Button className="h-9" onClick={onRetry}>
          {texts.chat.retry}
        </Button>
        <Button shape="quiet" onClick={onEdit}>
          {texts.chat.edit}
        </Button>
      </>
    );
    if (turn.kind === "failed") return <ProblemNote problem={turn.problem}>{actions}</ProblemNote>;
    return (
      <div className="flex flex-wrap items-center gap-2 text-soft text-sm">
        <p className="mr-2">{turnTexts[turn.kind]}</p>
        {actions}
      </div>
    );
  }
  return (
    <div className="flex min-h-8 items-center gap-3 text-faint text-sm">
      <span className="flex gap-1" aria-hidden="true">
        <span className="size-2 animate-breathe rounded-full bg-accent" />
        <span className="size-2 animate-breathe rounded-full bg-accent [animation-delay:200ms]" />
        <span className="size-2 animate-breathe rounded-full bg-accent [animation-delay:400ms]" />
      </span>
      {doingText(turn)}
    </div>
  );
}

function doingText(turn: Exclude<TurnState, { kind: "idle" | "failed" | "stopped" | "offline" }>): string {
  if (turn.kind === "waiting") return texts.chat.waiting;
  if (turn.kind === "asking") return turnTexts.asking;
  if (turn.isStopping) return turnTexts.stopping;
  if (turn.isConnected === false) return turnTexts.reconnecting;
  const [tool, ...others] = turn.tools ?? [];
  if (turn.doing !== "calling" || !tool) {
    return turn.doing === "writing" ? turnTexts.writing : turnTexts.thinking;
  }
  return others.length > 0 ? turnTexts.callingSeveral(others.length + 1) : turnTexts.calling(toolTitle(tool));
}

// A turn may use ten tools in a second: nobody could listen to that.
const SAID_MILLISECONDS = 1500;

/** The same for a screen reader: a region of its own that says how it goes, now and then, and never the answer's every word. */
export function TurnAnnouncement({ turn, hasAnswer }: { turn: TurnState; hasAnswer: boolean }) {
  const said = useSlowed(announcement(turn, hasAnswer));
  return (
    <p role="status" className="sr-only">
      {said}
    </p>
  );
}

function announcement(turn: TurnState, hasAnswer: boolean): string {
  switch (turn.kind) {
    case "idle":
      return hasAnswer ? texts.chat.answered : "";
    case "failed":
      // The note about it is an alert of its own.
      return "";
    case "stopped":
    case "offline":
      return turnTexts[turn.kind];
    case "asking":
      return turnTexts.answeredWaiting;
    default:
      return doingText(turn);
  }
}

/** The value, but each one for a while at least; those that come and go meanwhile are passed over. */
function useSlowed(value: string): string {
  const [shown, setShown] = useState(value);
  const changedAt = useRef(0);
  useEffect(() => {
    const show = () => {
      changedAt.current = Date.now();
      setShown(value);
    };
    const timer = setTimeout(show, Math.max(0, changedAt.current + SAID_MILLISECONDS - Date.now()));
    return () => clearTimeout(timer);
  }, [value]);
  return shown;
}

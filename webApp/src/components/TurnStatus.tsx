import type { Problem } from "@/lib/problem";
import { texts } from "@/lib/texts";
import { ProblemNote } from "./ProblemNote";
import { Button } from "./ui/Button";

export type TurnState =
  | { kind: "idle" }
  | { kind: "thinking" }
  | { kind: "waiting" }
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
  if (turn.kind === "failed") {
    return (
      <ProblemNote problem={turn.problem}>
        <Button className="h-9" onClick={onRetry}>
          {texts.chat.retry}
        </Button>
        <Button shape="quiet" onClick={onEdit}>
          {texts.chat.edit}
        </Button>
      </ProblemNote>
    );
  }
  return (
    <div className="flex min-h-8 items-center gap-3 text-faint text-sm">
      <span className="flex gap-1" aria-hidden="true">
        <span className="size-2 animate-breathe rounded-full bg-accent" />
        <span className="size-2 animate-breathe rounded-full bg-accent [animation-delay:200ms]" />
        <span className="size-2 animate-breathe rounded-full bg-accent [animation-delay:400ms]" />
      </span>
      {turn.kind === "waiting" ? texts.chat.waiting : texts.chat.thinking}
    </div>
  );
}

/** The same for a screen reader: a region of its own that says each change once, and never the answer's every word. */
export function TurnAnnouncement({ turn, hasAnswer }: { turn: TurnState; hasAnswer: boolean }) {
  const said = {
    idle: hasAnswer ? texts.chat.answered : "",
    thinking: texts.chat.thinking,
    waiting: texts.chat.waiting,
    failed: "",
  };
  return (
    <p role="status" className="sr-only">
      {said[turn.kind]}
    </p>
  );
}

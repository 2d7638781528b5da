import { RotateCcw, ThumbsDown, ThumbsUp } from "lucide-react";
import { memo } from "react";
import type { Rating } from "@/lib/database";
import { turnTexts } from "@/lib/texts/turn";
import { momentText } from "@/lib/time";
import { CopyButton } from "./CopyButton";
import { Markdown } from "./Markdown";
import { MessageActions } from "./MessageActions";
import { Button } from "./ui/Button";

export interface MessageActionsProps {
  /** What the user thinks of the agent's messages, by their ids. */
  ratings: Readonly<Record<string, Rating>>;
  /** Null takes a rating back. */
  onRate: (messageId: string, rating: Rating | null) => void;
  onAskAgain: (() => void) | null;
}

interface AgentMessageProps extends Omit<MessageActionsProps, "ratings"> {
  id: string;
  text: string;
  /** Empty while it is being written. */
  at: string;
  agentTitle: string;
  isWriting: boolean;
  rating: Rating | null;
}

export const AgentMessage = memo(function AgentMessage(props: AgentMessageProps) {
  const { id, text, at, isWriting, rating, onRate, onAskAgain } = props;
  return (
    <article className="group/message" aria-label={props.agentTitle} aria-busy={isWriting}>
      <div title={at && momentText(at)} className={isWriting ? "writing" : undefined}>
        <Markdown text={text} isUnfinished={isWriting} />
      </div>
      {!isWriting && (
        <MessageActions>
          <CopyButton text={text} className="-ml-2" />
          <RatingButton value="up" rating={rating} onRate={(next) => onRate(id, next)} />
          <RatingButton value="down" rating={rating} onRate={(next) => onRate(id, next)} />
          {onAskAgain && (
            <Button
              shape="smallIcon"
              aria-label={turnTexts.askAgain}
              title={turnTexts.askAgain}
              onClick={onAskAgain}
            >
              <RotateCcw className="size-4" />
            </Button>
          )}
        </MessageActions>
      )}
    </article>
  );
});

interface RatingButtonProps {
  value: Rating;
  rating: Rating | null;
  onRate: (rating: Rating | null) => void;
}

function RatingButton({ value, rating, onRate }: RatingButtonProps) {
  const isChosen = rating === value;
  const Icon = value === "up" ? ThumbsUp : ThumbsDown;
  const label = value === "up" ? turnTexts.good : turnTexts.bad;
  return (
    <Button
      shape="smallIcon"
      aria-label={label}
      aria-pressed={isChosen}
      title={label}
      onClick={() => onRate(isChosen ? null : value)}
    >
      <Icon className={isChosen ? "size-4 fill-accent text-accent" : "size-4"} />
    </Button>
  );
}

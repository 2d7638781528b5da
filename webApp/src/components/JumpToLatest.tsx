import { ArrowDown } from "lucide-react";
import { texts } from "@/lib/texts";
import { Button } from "./ui/Button";

interface JumpToLatestProps {
  /** Something was added since the reader left the end. */
  hasUnread: boolean;
  onJump: () => void;
}

/** Floats above the message field while the thread's end is out of sight. */
export function JumpToLatest({ hasUnread, onJump }: JumpToLatestProps) {
  return (
    <div className="pointer-events-none absolute inset-x-0 -mt-12 flex justify-center">
      <Button
        className="pointer-events-auto h-9 rounded-full border-edge shadow-raised"
        aria-label={hasUnread ? `${texts.chat.unread}: ${texts.chat.latest}` : texts.chat.latest}
        onClick={onJump}
      >
        <ArrowDown className="size-4" />
        {hasUnread && texts.chat.unread}
      </Button>
    </div>
  );
}

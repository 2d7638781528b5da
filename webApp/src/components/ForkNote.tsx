import { GitBranch } from "lucide-react";
import { Link } from "react-router";
import { useChat } from "@/api/hooks/useChatApiHooks";
import { forkTexts } from "@/lib/texts/fork";

interface ForkNoteProps {
  /** The chat whose beginning this one has. */
  chatId: string;
  /** The message before which they part. */
  messageId: string | null;
}

/** Where a chat comes from, and the way back to the place. */
export default function ForkNote({ chatId, messageId }: ForkNoteProps) {
  const { data: origin } = useChat(chatId, { enabled: true });
  const title = origin ? origin.title || forkTexts.untitled : forkTexts.another;
  return (
    <p className="flex h-9 shrink-0 items-center gap-1.5 border-line border-b px-4 text-faint text-xs md:px-6">
      <GitBranch className="size-3.5 shrink-0" aria-hidden="true" />
      <span className="shrink-0">{forkTexts.from}</span>
      <Link
        to={`/chat/${chatId}${messageId ? `?message=${messageId}` : ""}`}
        className="inline-flex h-9 min-w-0 items-center text-soft underline underline-offset-2 hover:text-ink"
      >
        <span className="truncate">{title}</span>
      </Link>
    </p>
  );
}

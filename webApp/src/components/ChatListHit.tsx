import { Fragment } from "react";
import { Link } from "react-router";
import type { Hit } from "@/api/foundMessages";
import { texts } from "@/lib/texts";
import { chatsTexts } from "@/lib/texts/chats";
import { dayText } from "./notes/dayText";

interface ChatListHitProps {
  hit: Hit;
  /** Who said it, where an agent did. */
  agentTitle: string;
  isActive: boolean;
}

// What encloses the words that were found: neither can come from a message.
const BEGIN = "\u0002";
const END = "\u0003";

/** A passage that was found: leads to its message. */
export function ChatListHit({ hit, agentTitle, isActive }: ChatListHitProps) {
  return (
    <li data-row={hit.message_uuid} className="rounded-lg hover:bg-hover">
      <Link
        to={`/chat/${hit.chat_id}?message=${hit.message_uuid}`}
        tabIndex={isActive ? 0 : -1}
        className="block rounded-lg px-3 py-2 text-sm -outline-offset-2"
      >
        <span className="flex items-baseline gap-2">
          <span className="min-w-0 flex-1 truncate font-medium">{hit.title || texts.chats.untitled}</span>
          <span className="shrink-0 text-faint text-xs">{dayText(hit.created_at, new Date())}</span>
        </span>
        <span className="mt-0.5 line-clamp-3 break-words text-soft leading-5">
          <span className="text-faint">
            {hit.type === "human" ? chatsTexts.you : agentTitle}
            {": "}
          </span>
          <Passage snippet={hit.snippet} />
        </span>
        {hit.is_archived && <span className="mt-1 block text-faint text-xs">{chatsTexts.archived}</span>}
      </Link>
    </li>
  );
}

/** Plain text, with what was found at the odd places. */
function Passage({ snippet }: { snippet: string }) {
  return snippet
    .replaceAll(END, BEGIN)
    .split(BEGIN)
    .map((part, place) => {
      // biome-ignore lint/suspicious/noArrayIndexKey: a passage never changes, and its parts stay where they are
      if (place % 2 === 0) return <Fragment key={place}>{part}</Fragment>;
      return (
        // biome-ignore lint/suspicious/noArrayIndexKey: as above
        <mark key={place} className="rounded-sm bg-tint px-0.5 font-medium text-accent">
          {part}
        </mark>
      );
    });
}

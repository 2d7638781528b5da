import clsx from "clsx";
import { Ellipsis } from "lucide-react";
import { type CSSProperties, memo } from "react";
import { Link } from "react-router";
import type { Chat } from "@/lib/database";
import { texts } from "@/lib/texts";
import { chatsTexts } from "@/lib/texts/chats";
import { useLiveRun } from "@/stores/useLiveRunStore";
import { useIsUnread } from "@/stores/useReadStore";
import { ChatMenu } from "./ChatMenu";
import { Button } from "./ui/Button";

interface ChatListItemProps {
  chat: Chat;
  isCurrent: boolean;
  /** Tab leads to it. */
  isActive: boolean;
  /** Which one of how many it is: not all of them are on the page. */
  place: number;
  count: number;
  style?: CSSProperties;
}

export const ChatListItem = memo(function ChatListItem(props: ChatListItemProps) {
  const { chat, isCurrent, isActive, place, count, style } = props;
  const title = chat.title || texts.chats.untitled;
  const tabIndex = isActive ? 0 : -1;
  return (
    <li
      data-row={chat.id}
      aria-posinset={place + 1}
      aria-setsize={count}
      style={style}
      className={clsx(
        "group/chat inset-x-0 flex items-center rounded-lg hover:bg-hover",
        style && "absolute",
        isCurrent && "bg-hover",
      )}
    >
      <Link
        to={`/chat/${chat.id}`}
        aria-current={isCurrent ? "page" : undefined}
        title={title}
        tabIndex={tabIndex}
        className={clsx(
          "flex h-full min-w-0 flex-1 flex-col justify-center rounded-lg pr-1 pl-3 text-sm -outline-offset-2",
          isCurrent && "font-medium",
        )}
      >
        <span className="truncate">{title}</span>
        {chat.tags.length > 0 && (
          <span className="truncate font-normal text-faint text-xs leading-4">
            <span className="sr-only">, </span>
            {chat.tags.join(" · ")}
          </span>
        )}
      </Link>
      <NewsDot chat={chat} isCurrent={isCurrent} />
      <ChatMenu
        chat={chat}
        isCurrent={isCurrent}
        trigger={
          <Button
            shape="icon"
            aria-label={texts.chats.menu(title)}
            tabIndex={tabIndex}
            className="message-actions size-9 -outline-offset-2 focus-visible:opacity-100 group-focus-within/chat:opacity-100 group-hover/chat:opacity-100 data-[state=open]:opacity-100"
          >
            <Ellipsis className="size-4" />
          </Button>
        }
      />
    </li>
  );
});

/** That the agent is at work in the chat, or has said something that was not seen yet. */
function NewsDot({ chat, isCurrent }: { chat: Chat; isCurrent: boolean }) {
  const run = useLiveRun(chat.id);
  const isUnread = useIsUnread(chat) && !isCurrent;
  const isWorking = run !== null && !run.end;
  if (!isWorking && !isUnread) return null;
  return (
    <span
      role="img"
      aria-label={isWorking ? chatsTexts.working : chatsTexts.unread}
      title={isWorking ? chatsTexts.working : chatsTexts.unread}
      className={clsx("size-2 shrink-0 rounded-full bg-accent", isWorking && "animate-breathe")}
    />
  );
}

import clsx from "clsx";
import { Ellipsis } from "lucide-react";
import { memo } from "react";
import { Link } from "react-router";
import type { Chat } from "@/lib/database";
import { texts } from "@/lib/texts";
import { ChatMenu } from "./ChatMenu";
import { Button } from "./ui/Button";

interface ChatListItemProps {
  chat: Chat;
  isCurrent: boolean;
}

export const ChatListItem = memo(function ChatListItem({ chat, isCurrent }: ChatListItemProps) {
  const title = chat.title || texts.chats.untitled;
  return (
    <li
      className={clsx(
        "group/chat relative flex items-center rounded-lg hover:bg-hover",
        isCurrent && "bg-hover",
      )}
    >
      <Link
        to={`/chat/${chat.id}`}
        aria-current={isCurrent ? "page" : undefined}
        title={title}
        className={clsx(
          "min-w-0 flex-1 truncate rounded-lg py-2 pr-1 pl-3 text-sm",
          isCurrent && "font-medium",
        )}
      >
        {title}
      </Link>
      <ChatMenu
        chat={chat}
        isCurrent={isCurrent}
        trigger={
          <Button
            shape="icon"
            aria-label={texts.chats.menu(title)}
            className="message-actions size-9 focus-visible:opacity-100 group-focus-within/chat:opacity-100 group-hover/chat:opacity-100 data-[state=open]:opacity-100"
          >
            <Ellipsis className="size-4" />
          </Button>
        }
      />
    </li>
  );
});

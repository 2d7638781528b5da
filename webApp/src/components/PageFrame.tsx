import { Menu as MenuIcon } from "lucide-react";
import type { ReactNode } from "react";
import { texts } from "@/lib/texts";
import { ChatFrame } from "./ChatFrame";
import { Button } from "./ui/Button";

interface PageFrameProps {
  title: string;
  /** What the page can do, at the end of its heading. */
  actions?: ReactNode;
  children: ReactNode;
}

/** Any page but the chat: the side, a heading, and what scrolls below it. */
export function PageFrame({ title, actions, children }: PageFrameProps) {
  return (
    <ChatFrame
      currentChatId={null}
      agentName={null}
      skipTo="#content"
      header={(openList) => (
        <header className="flex h-14 shrink-0 items-center gap-1 border-line border-b px-2 md:px-4">
          <Button shape="icon" className="md:hidden" aria-label={texts.chats.openList} onClick={openList}>
            <MenuIcon className="size-5" />
          </Button>
          <h1 className="min-w-0 flex-1 truncate px-2 font-medium text-sm">{title}</h1>
          {actions}
        </header>
      )}
    >
      <div id="content" tabIndex={-1} className="relative min-h-0 flex-1 overflow-y-auto outline-none">
        {children}
      </div>
    </ChatFrame>
  );
}

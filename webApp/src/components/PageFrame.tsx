import type { ReactNode } from "react";
import { ChatFrame } from "./ChatFrame";
import { OpenListButton } from "./OpenListButton";

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
      title={title}
      header={(openList) => (
        <header className="flex h-14 shrink-0 items-center gap-1 border-line border-b px-2 md:px-4">
          <OpenListButton onClick={openList} />
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

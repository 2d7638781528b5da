import { lazy, type ReactNode, Suspense, useState } from "react";
import { useLocation } from "react-router";
import { useWaitingWatch } from "@/api/hooks/useWaitingCount";
import { texts } from "@/lib/texts";
import { type Overlay, Shortcuts } from "./Shortcuts";
import { Sidebar } from "./Sidebar";
import { useDocumentTitle } from "./useDocumentTitle";

const Drawer = lazy(() => import("./ui/Drawer"));

interface ChatFrameProps {
  currentChatId: string | null;
  agentName: string | null;
  /** Where the keyboard may skip to, past the side: the message field, unless the page has another place. */
  skipTo?: string;
  /** What the browser's tab is called besides the app; a chat leaves it at that. */
  title?: string;
  header: (openList: () => void) => ReactNode;
  children: ReactNode;
}

/** The side beside the page, or, where there is no room, in a drawer that closes when one goes somewhere. */
export function ChatFrame({
  currentChatId,
  agentName,
  skipTo = "#message",
  title,
  header,
  children,
}: ChatFrameProps) {
  const { key } = useLocation();
  useWaitingWatch();
  useDocumentTitle(title ?? null);
  const [openedAt, setOpenedAt] = useState<string | null>(null);
  const [overlay, setOverlay] = useState<Overlay>(null);
  const openPalette = () => {
    setOpenedAt(null);
    setOverlay("palette");
  };
  const sidebar = <Sidebar currentChatId={currentChatId} agentName={agentName} onOpenPalette={openPalette} />;
  return (
    <div className="flex h-dvh">
      <a
        href={skipTo}
        className="sr-only z-50 rounded-lg bg-card px-4 py-2 focus:not-sr-only focus:absolute focus:top-2 focus:left-2"
      >
        {skipTo === "#message" ? texts.skipToMessage : texts.skipToContent}
      </a>
      <Shortcuts opened={overlay} onOpen={setOverlay} currentChatId={currentChatId} agentName={agentName} />
      <aside className="hidden w-72 shrink-0 border-line border-r bg-side md:block">{sidebar}</aside>
      {openedAt === key && (
        <Suspense fallback={null}>
          <Drawer title={texts.chats.title} onClose={() => setOpenedAt(null)}>
            {sidebar}
          </Drawer>
        </Suspense>
      )}
      <main className="flex min-w-0 flex-1 flex-col">
        {header(() => setOpenedAt(key))}
        {children}
      </main>
    </div>
  );
}

import { Command, SquarePen } from "lucide-react";
import { lazy, Suspense } from "react";
import { Link } from "react-router";
import { MOD } from "@/lib/keys";
import { texts } from "@/lib/texts";
import { paletteTexts } from "@/lib/texts/palette";
import { AccountMenu } from "./AccountMenu";
import { Brand } from "./Brand";
import { ChatListSkeleton } from "./ChatListSkeleton";
import { MainNav } from "./MainNav";
import { Button } from "./ui/Button";
import { Skeleton } from "./ui/Skeleton";
import { useNavEntries } from "./useNavEntries";

// One can talk before the list is there.
const ChatListBrowser = lazy(() => import("./ChatListBrowser"));

interface SidebarProps {
  currentChatId: string | null;
  /** Whom a new chat is with. */
  agentName: string | null;
  onOpenPalette: () => void;
}

/** The chats, the way to a new one, and the account. */
export function Sidebar({ currentChatId, agentName, onOpenPalette }: SidebarProps) {
  return (
    <div className="flex h-full flex-col">
      <div className="flex h-14 shrink-0 items-center justify-between px-4">
        <Link to="/" className="rounded-lg">
          <Brand />
        </Link>
        <div className="-mr-1.5 flex">
          <Button
            shape="icon"
            aria-label={paletteTexts.title}
            title={paletteTexts.button(MOD)}
            onClick={onOpenPalette}
          >
            <Command className="size-[1.125rem]" />
          </Button>
          <Link
            to={agentName ? `/new/${agentName}` : "/new"}
            aria-label={texts.chats.new}
            title={texts.chats.new}
            className="inline-flex size-9 items-center justify-center rounded-lg text-soft hover:bg-hover hover:text-ink"
          >
            <SquarePen className="size-[1.125rem]" />
          </Link>
        </div>
      </div>
      <MainNav entries={useNavEntries()} />
      <Suspense fallback={<BrowserSkeleton />}>
        <ChatListBrowser currentChatId={currentChatId} />
      </Suspense>
      <div className="flex shrink-0 flex-col px-2 pb-2">
        <AccountMenu />
      </div>
    </div>
  );
}

/** As high as what it stands for. */
function BrowserSkeleton() {
  return (
    <div className="min-h-0 flex-1">
      <Skeleton className="mx-3 mb-4 h-9 rounded-lg" />
      <ChatListSkeleton />
    </div>
  );
}

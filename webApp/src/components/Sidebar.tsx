import { Archive, ArrowLeft, Command, Search, SquarePen } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { Link } from "react-router";
import { MOD } from "@/lib/keys";
import { texts } from "@/lib/texts";
import { paletteTexts } from "@/lib/texts/palette";
import { AccountMenu } from "./AccountMenu";
import { Brand } from "./Brand";
import { ChatList } from "./ChatList";
import { MainNav } from "./MainNav";
import { Button } from "./ui/Button";
import { useNavEntries } from "./useNavEntries";

interface SidebarProps {
  currentChatId: string | null;
  /** Whom a new chat is with. */
  agentName: string | null;
  onOpenPalette: () => void;
}

/** The chats, the way to a new one, and the account. */
export function Sidebar({ currentChatId, agentName, onOpenPalette }: SidebarProps) {
  const [isArchived, setIsArchived] = useState(false);
  const [search, setSearch] = useState("");
  const words = useDeferredValue(search.trim());
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
      <div className="relative px-3 pb-3">
        <Search
          aria-hidden="true"
          className="pointer-events-none absolute top-2.5 left-6 size-4 text-faint"
        />
        <input
          type="search"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          aria-label={texts.chats.search}
          placeholder={texts.chats.search}
          className="h-9 w-full rounded-lg border border-line bg-card pr-2 pl-9 text-sm placeholder:text-faint"
        />
      </div>
      <nav aria-label={texts.chats.title} className="flex min-h-0 flex-1 flex-col">
        {isArchived && <h2 className="px-5 pb-2 font-semibold text-sm">{texts.chats.archivedTitle}</h2>}
        <ChatList
          key={String(isArchived)}
          filter={{ isArchived, search: words }}
          currentChatId={currentChatId}
        />
      </nav>
      <div className="flex shrink-0 flex-col gap-0.5 border-line border-t p-2">
        <Button shape="quiet" className="justify-start" onClick={() => setIsArchived(!isArchived)}>
          {isArchived ? <ArrowLeft className="size-4" /> : <Archive className="size-4" />}
          {isArchived ? texts.chats.showCurrent : texts.chats.showArchived}
        </Button>
        <AccountMenu />
      </div>
    </div>
  );
}

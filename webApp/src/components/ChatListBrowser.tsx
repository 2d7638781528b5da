import clsx from "clsx";
import { Archive, ArrowLeft, Search, Tag, X } from "lucide-react";
import { type KeyboardEvent, lazy, Suspense, useDeferredValue, useRef, useState } from "react";
import { useChatTags, useFreshChatLists } from "@/api/hooks/useChatListHooks";
import { texts } from "@/lib/texts";
import { chatsTexts } from "@/lib/texts/chats";
import { ChatList } from "./ChatList";
import { ChatListSkeleton } from "./ChatListSkeleton";
import { Button } from "./ui/Button";
import { Menu } from "./ui/Menu";
import { focusFirstRow } from "./useChatListKeys";
import { useSettled } from "./useSettled";

const ChatListSearch = lazy(() => import("./ChatListSearch"));

// Messages are searched once nobody has typed for that long.
const SETTLED_MILLISECONDS = 200;

const ALL_TAGS = "";

/** The user's chats: current or archived ones, those of a tag, or what is searched for. */
export default function ChatListBrowser({ currentChatId }: { currentChatId: string | null }) {
  const browser = useRef<HTMLElement>(null);
  const [isArchived, setIsArchived] = useState(false);
  const [tag, setTag] = useState<string | null>(null);
  const [search, setSearch] = useState("");
  const words = useDeferredValue(search.trim());
  const settled = useSettled(words, SETTLED_MILLISECONDS);
  const tags = useChatTags();
  useFreshChatLists();
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === "ArrowDown") focusFirstRow(browser.current);
    else if (event.key === "Escape" && search) setSearch("");
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const filter = { isArchived, search: words, tag };
  return (
    <nav ref={browser} aria-label={texts.chats.title} className="flex min-h-0 flex-1 flex-col">
      <div className="flex items-center gap-1 px-3 pb-2">
        <div className="relative min-w-0 flex-1">
          <Search
            aria-hidden="true"
            className="pointer-events-none absolute top-2.5 left-3 size-4 text-faint"
          />
          <input
            type="search"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            onKeyDown={onKeyDown}
            aria-label={chatsTexts.search}
            placeholder={texts.chats.search}
            autoComplete="off"
            className="h-9 w-full rounded-lg border border-line bg-card pr-8 pl-9 text-sm placeholder:text-faint [&::-webkit-search-cancel-button]:hidden"
          />
          {search && (
            <button
              type="button"
              aria-label={chatsTexts.clearSearch}
              onClick={() => setSearch("")}
              className="absolute top-1 right-1 flex size-7 items-center justify-center rounded-md text-faint hover:bg-hover hover:text-ink"
            >
              <X className="size-4" />
            </button>
          )}
        </div>
        {(tags.length > 0 || tag !== null) && (
          <Menu
            trigger={
              <Button
                shape="icon"
                aria-label={chatsTexts.filterByTag}
                title={chatsTexts.filterByTag}
                className={clsx(tag !== null && "bg-tint text-accent")}
              >
                <Tag className="size-4" />
              </Button>
            }
            entries={[
              {
                kind: "choice",
                label: chatsTexts.filterByTag,
                value: tag ?? ALL_TAGS,
                choices: [
                  { value: ALL_TAGS, label: chatsTexts.allTags },
                  ...tags.map((one) => ({ value: one, label: one })),
                ],
                onChoose: (chosen) => setTag(chosen === ALL_TAGS ? null : chosen),
              },
            ]}
          />
        )}
      </div>
      {tag !== null && (
        <div className="flex px-3 pb-2">
          <span className="inline-flex max-w-full items-center rounded-full bg-tint pl-3 font-medium text-accent text-xs">
            <span className="truncate">{chatsTexts.tagged(tag)}</span>
            <button
              type="button"
              aria-label={chatsTexts.clearTag(tag)}
              onClick={() => setTag(null)}
              className="flex size-7 shrink-0 items-center justify-center rounded-full hover:bg-hover"
            >
              <X className="size-3.5" />
            </button>
          </span>
        </div>
      )}
      {isArchived && <h2 className="px-5 pb-1 font-semibold text-sm">{texts.chats.archivedTitle}</h2>}
      {words ? (
        <Suspense fallback={<ChatListSkeleton />}>
          <ChatListSearch
            key={String(isArchived)}
            filter={filter}
            words={settled}
            currentChatId={currentChatId}
          />
        </Suspense>
      ) : (
        <ChatList key={`${isArchived} ${tag}`} filter={filter} currentChatId={currentChatId} />
      )}
      <div className="shrink-0 border-line border-t p-2 pb-0.5">
        <Button shape="quiet" className="w-full justify-start" onClick={() => setIsArchived(!isArchived)}>
          {isArchived ? <ArrowLeft className="size-4" /> : <Archive className="size-4" />}
          {isArchived ? texts.chats.showCurrent : texts.chats.showArchived}
        </Button>
      </div>
    </nav>
  );
}

import { type ReactNode, useCallback, useEffect, useMemo, useRef } from "react";
import { useChatList } from "@/api/hooks/useChatListHooks";
import { type ChatFilter, sectionsOf } from "@/lib/chats";
import type { Chat } from "@/lib/database";
import { texts } from "@/lib/texts";
import { chatsTexts } from "@/lib/texts/chats";
import { monthText } from "@/lib/time";
import { inSight, layOut } from "@/lib/windowed";
import { ChatListItem } from "./ChatListItem";
import { ChatListSkeleton } from "./ChatListSkeleton";
import { ProblemNote } from "./ProblemNote";
import { Button } from "./ui/Button";
import { useChatListKeys } from "./useChatListKeys";
import { useChatListWindow } from "./useChatListWindow";

// The next page is fetched when less than this is left below.
const NEAR_END_PIXELS = 1500;

// In rem, so that they grow with the reader's text. A finger needs more room than a mouse.
const HEADING_REMS = 1.75;
const GAP_REMS = 1;
const ROW_REMS = { fine: 2.25, coarse: 2.75 };
const TAGGED_ROW_REMS = { fine: 3.25, coarse: 3.5 };

interface ChatListProps {
  filter: ChatFilter;
  currentChatId: string | null;
}

/** The chats that fit the filter, grouped by time; more of them come while one scrolls. Only those in sight are on the page. */
export function ChatList({ filter, currentChatId }: ChatListProps) {
  const list = useRef<HTMLDivElement>(null);
  const query = useChatList(filter);
  const { chats, hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = query;
  const sight = useChatListWindow(list);
  const pointer = window.matchMedia("(pointer: coarse)").matches ? "coarse" : "fine";
  const laid = useMemo(() => {
    const sections = sectionsOf(chats, new Date()).map(({ key, chats: rows }) => ({ key, rows }));
    const heightOf = (chat: Chat) => (chat.tags.length > 0 ? TAGGED_ROW_REMS : ROW_REMS)[pointer];
    return layOut(sections, { heading: HEADING_REMS, gap: GAP_REMS, of: heightOf });
  }, [chats, pointer]);
  const ids = useMemo(() => laid.sections.flatMap(({ rows }) => rows.map(({ row }) => row.id)), [laid]);
  const { activeId, ...keys } = useChatListKeys(list, ids, currentChatId);
  const loadMore = useCallback(() => {
    const element = list.current;
    if (!element || !hasNextPage || isFetching || isFetchNextPageError) return;
    const left = element.scrollHeight - element.scrollTop - element.clientHeight;
    if (left < NEAR_END_PIXELS) void fetchNextPage();
  }, [hasNextPage, isFetching, isFetchNextPageError, fetchNextPage]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: after each page, for one that does not fill the list
  useEffect(loadMore, [loadMore, chats]);
  const onScroll = () => {
    sight.onScroll();
    loadMore();
  };

  let content: ReactNode;
  if (query.isLoadingError) {
    content = <ListProblem problem={query.error} onRetry={query.refetch} />;
  } else if (query.isPending) {
    content = <ChatListSkeleton />;
  } else if (chats.length === 0) {
    const isNew = !filter.search && filter.tag === null && !filter.isArchived;
    content = (
      <div className="space-y-2 px-3 py-2 text-faint text-sm">
        <p>{emptyText(filter)}</p>
        {isNew && <p className="text-xs leading-5">{chatsTexts.emptyHint}</p>}
      </div>
    );
  } else {
    content = (
      <div className="relative" style={{ height: `${laid.height}rem` }}>
        {inSight(laid, sight.from, sight.to, (chat) => chat.id === activeId).map(
          ({ key, top, height, rows }) => (
            <section
              key={key}
              aria-labelledby={`chats-${key}`}
              className="absolute inset-x-0"
              style={{ top: `${top}rem`, height: `${height}rem` }}
            >
              <h3
                id={`chats-${key}`}
                className="sticky top-0 z-10 flex items-center bg-side px-3 font-medium text-faint text-xs"
                style={{ height: `${HEADING_REMS}rem` }}
              >
                {chatsTexts.sections[key] ?? monthText(key)}
              </h3>
              <ul aria-labelledby={`chats-${key}`}>
                {rows.map(({ row, place, top, height }) => (
                  <PlacedItem
                    key={row.id}
                    chat={row}
                    isCurrent={row.id === currentChatId}
                    isActive={row.id === activeId}
                    place={place}
                    count={laid.sections.find((section) => section.key === key)?.rows.length ?? 0}
                    top={top}
                    height={height}
                  />
                ))}
              </ul>
            </section>
          ),
        )}
      </div>
    );
  }
  return (
    <div
      ref={list}
      {...keys}
      onScroll={onScroll}
      className="min-h-0 flex-1 scroll-py-8 overflow-y-auto overscroll-contain px-2 pb-1"
    >
      {content}
      {isFetchNextPageError && <ListProblem problem={query.error} onRetry={fetchNextPage} />}
      {query.isFetchingNextPage && <p className="px-3 py-2 text-faint text-xs">{chatsTexts.moreRows}</p>}
    </div>
  );
}

interface PlacedItemProps extends Omit<Parameters<typeof ChatListItem>[0], "style"> {
  top: number;
  height: number;
}

/** Its style is the same as long as its place is: scrolling renders no row again. */
function PlacedItem({ top, height, ...props }: PlacedItemProps) {
  const style = useMemo(() => ({ top: `${top}rem`, height: `${height}rem` }), [top, height]);
  return <ChatListItem {...props} style={style} />;
}

function ListProblem({ problem, onRetry }: { problem: Error | null; onRetry: () => void }) {
  if (!problem) return null;
  return (
    <ProblemNote problem={problem} title={texts.chats.problem}>
      <Button className="h-9" onClick={() => onRetry()}>
        {texts.tryAgain}
      </Button>
    </ProblemNote>
  );
}

function emptyText({ search, isArchived, tag }: ChatFilter): string {
  if (search) return texts.chats.noMatch(search);
  if (tag !== null) return chatsTexts.noTagged(tag);
  return isArchived ? texts.chats.emptyArchive : texts.chats.empty;
}

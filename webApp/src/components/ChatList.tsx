import { type ReactNode, useCallback, useEffect, useRef } from "react";
import type { ChatFilter } from "@/api/chats";
import { useChatList } from "@/api/hooks/useChatListHooks";
import type { Chat } from "@/lib/database";
import { texts } from "@/lib/texts";
import { type Period, periodOf } from "@/lib/time";
import { ChatListItem } from "./ChatListItem";
import { ProblemNote } from "./ProblemNote";
import { Button } from "./ui/Button";
import { Skeleton } from "./ui/Skeleton";

// The next page is fetched when less than this is left below.
const NEAR_END_PIXELS = 600;

interface ChatListProps {
  filter: ChatFilter;
  currentChatId: string | null;
}

/** The chats that fit the filter, grouped by time; more of them come while one scrolls. */
export function ChatList({ filter, currentChatId }: ChatListProps) {
  const list = useRef<HTMLDivElement>(null);
  const query = useChatList(filter);
  const { chats, hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = query;
  const loadMore = useCallback(() => {
    const element = list.current;
    if (!element || !hasNextPage || isFetching || isFetchNextPageError) return;
    const left = element.scrollHeight - element.scrollTop - element.clientHeight;
    if (left < NEAR_END_PIXELS) void fetchNextPage();
  }, [hasNextPage, isFetching, isFetchNextPageError, fetchNextPage]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: after each page, for one that does not fill the list
  useEffect(loadMore, [loadMore, chats]);

  let content: ReactNode;
  if (query.isLoadingError) {
    content = <ListProblem problem={query.error} onRetry={query.refetch} />;
  } else if (query.isPending) {
    content = <ListSkeleton />;
  } else if (chats.length === 0) {
    content = <p className="px-3 py-2 text-faint text-sm">{emptyText(filter)}</p>;
  } else {
    content = groupsOf(chats, new Date()).map(({ period, chats: group }) => (
      <section key={period} aria-labelledby={`chats-${period}`} className="mb-4">
        <h3 id={`chats-${period}`} className="px-3 pb-1 font-medium text-faint text-xs">
          {texts.chats.periods[period]}
        </h3>
        <ul>
          {group.map((chat) => (
            <ChatListItem key={chat.id} chat={chat} isCurrent={chat.id === currentChatId} />
          ))}
        </ul>
      </section>
    ));
  }
  return (
    <div ref={list} onScroll={loadMore} className="flex-1 overflow-y-auto overscroll-contain px-2 py-1">
      {content}
      {isFetchNextPageError && <ListProblem problem={query.error} onRetry={fetchNextPage} />}
      {query.isFetchingNextPage && <p className="sr-only">{texts.chats.more}</p>}
    </div>
  );
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

function emptyText({ search, isArchived }: ChatFilter): string {
  if (search) return texts.chats.noMatch(search);
  return isArchived ? texts.chats.emptyArchive : texts.chats.empty;
}

/** Chats in their order, those of one period together. */
function groupsOf(chats: readonly Chat[], now: Date): { period: Period; chats: Chat[] }[] {
  const groups = new Map<Period, Chat[]>();
  for (const chat of chats) {
    const period = periodOf(chat.last_message_at ?? chat.created_at, now);
    groups.set(period, [...(groups.get(period) ?? []), chat]);
  }
  return [...groups].map(([period, group]) => ({ period, chats: group }));
}

function ListSkeleton() {
  return (
    <div className="space-y-4 px-3 py-2">
      <p className="sr-only">{texts.loading}</p>
      {["w-3/4", "w-1/2", "w-5/6", "w-2/3", "w-3/5"].map((width) => (
        <Skeleton key={width} className={`h-4 ${width}`} />
      ))}
    </div>
  );
}

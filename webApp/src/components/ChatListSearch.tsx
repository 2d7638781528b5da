import { type ReactNode, useRef, useState } from "react";
import { agentTitle, useAgents } from "@/api/hooks/useAgents";
import { useChatList, useFoundMessages } from "@/api/hooks/useChatListHooks";
import type { ChatFilter } from "@/lib/chats";
import { texts } from "@/lib/texts";
import { chatsTexts } from "@/lib/texts/chats";
import { ChatList } from "./ChatList";
import { ChatListHit } from "./ChatListHit";
import { ChatListItem } from "./ChatListItem";
import { ChatListSkeleton } from "./ChatListSkeleton";
import { ProblemNote } from "./ProblemNote";
import { Button } from "./ui/Button";
import { useChatListKeys } from "./useChatListKeys";

// Above what was found in messages; the others are one button away.
const NAMED_SHOWN = 5;

interface ChatListSearchProps {
  filter: ChatFilter;
  /** The words in `filter` may be ahead of these, which have settled: messages are searched once nobody types. */
  words: string;
  currentChatId: string | null;
}

/** Chats with the words in their names, and what was said with them, each leading to its place. */
export default function ChatListSearch({ filter, words, currentChatId }: ChatListSearchProps) {
  const [allFor, setAllFor] = useState<string | null>(null);
  if (allFor !== null && allFor === filter.search) {
    return (
      <>
        <div className="px-2">
          <Button shape="link" onClick={() => setAllFor(null)}>
            {chatsTexts.backToAll}
          </Button>
        </div>
        <ChatList filter={filter} currentChatId={currentChatId} />
      </>
    );
  }
  return (
    <Results
      filter={filter}
      words={words}
      currentChatId={currentChatId}
      onShowNamed={() => setAllFor(filter.search)}
    />
  );
}

interface ResultsProps extends ChatListSearchProps {
  onShowNamed: () => void;
}

function Results({ filter, words, currentChatId, onShowNamed }: ResultsProps) {
  const list = useRef<HTMLDivElement>(null);
  const named = useChatList(filter);
  const found = useFoundMessages(words);
  const agents = useAgents().data ?? [];
  const titles = new Map(agents.map((agent) => [agent.agent_name, agentTitle(agent)]));
  const shown = named.chats.slice(0, NAMED_SHOWN);
  const hits = found.hits.filter(
    (hit) =>
      (filter.tag === null || hit.tags.includes(filter.tag)) && (!filter.isArchived || hit.is_archived),
  );
  const ids = [...shown.map(({ id }) => id), ...hits.map((hit) => hit.message_uuid)];
  const { activeId, ...keys } = useChatListKeys(list, ids, null);
  const isSearching =
    named.isPending || found.isPending || found.isPlaceholderData || words !== filter.search;
  const hasNothing = !isSearching && ids.length === 0 && !found.isError && !named.isError;

  let passages: ReactNode = null;
  if (found.isLoadingError) {
    passages = (
      <ProblemNote problem={found.error} title={chatsTexts.hitsProblem}>
        <Button className="h-9" onClick={() => void found.refetch()}>
          {texts.tryAgain}
        </Button>
      </ProblemNote>
    );
  } else if (found.isPending) {
    passages = <ChatListSkeleton />;
  } else if (hits.length > 0 || found.hasNextPage) {
    passages = (
      <Section name={chatsTexts.inMessages}>
        <ul>
          {hits.map((hit) => (
            <ChatListHit
              key={hit.message_uuid}
              hit={hit}
              agentTitle={titles.get(hit.agent_name) ?? hit.agent_name}
              isActive={hit.message_uuid === activeId}
            />
          ))}
        </ul>
        {found.hasNextPage && (
          <Button shape="link" disabled={found.isFetching} onClick={() => void found.fetchNextPage()}>
            {found.isFetchNextPageError ? texts.tryAgain : chatsTexts.moreHits}
          </Button>
        )}
      </Section>
    );
  }
  return (
    <div
      ref={list}
      {...keys}
      className="min-h-0 flex-1 scroll-py-8 overflow-y-auto overscroll-contain px-2 pb-1"
    >
      <p role="status" className="sr-only">
        {isSearching
          ? chatsTexts.searching
          : chatsTexts.found(named.chats.length, hits.length, found.hasNextPage)}
      </p>
      {shown.length > 0 && (
        <Section name={chatsTexts.byName}>
          <ul>
            {shown.map((chat, place) => (
              <ChatListItem
                key={chat.id}
                chat={chat}
                isCurrent={chat.id === currentChatId}
                isActive={chat.id === activeId}
                place={place}
                count={shown.length}
              />
            ))}
          </ul>
          {(named.chats.length > NAMED_SHOWN || named.hasNextPage) && (
            <Button shape="link" onClick={onShowNamed}>
              {chatsTexts.allByName}
            </Button>
          )}
        </Section>
      )}
      {passages}
      {hasNothing && (
        <div className="px-3 py-2 text-sm">
          <p className="text-soft">{chatsTexts.nothingFound(filter.search)}</p>
          <p className="mt-2 text-faint text-xs leading-5">{chatsTexts.nothingFoundHint}</p>
        </div>
      )}
    </div>
  );
}

function Section({ name, children }: { name: string; children: ReactNode }) {
  return (
    <section aria-label={name} className="mb-4">
      <h3 className="sticky top-0 z-10 flex h-7 items-center bg-side px-3 font-medium text-faint text-xs">
        {name}
      </h3>
      {children}
    </section>
  );
}

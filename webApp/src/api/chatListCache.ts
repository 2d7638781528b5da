// The lists of chats as the cache has them: all that was scrolled through, of which a turn reads the beginning anew.
import type { InfiniteData, Query, QueryClient } from "@tanstack/react-query";
import { type ChatFilter, fitsFilter } from "@/lib/chats";
import type { Chat } from "@/lib/database";
import { type ChatPage, type ChatPlace, listChats } from "./chats";
import type { Tab } from "./liveRuns";
import { queryKeys } from "./queryKeys";

export type ChatPages = InfiniteData<ChatPage, ChatPlace | null>;

/** Brings in what is new at the beginning of each list that is shown; what lies further back is not read again. */
export async function refreshChatLists({ services, queryClient }: Tab): Promise<void> {
  queryClient.removeQueries({ queryKey: queryKeys.chatLists, type: "inactive" });
  void queryClient.invalidateQueries({ queryKey: queryKeys.allPinnedChats });
  const lists = loadedLists(queryClient).map(async (list) => {
    for (;;) {
      const before = list.state.dataUpdateCount;
      const head = await listChats(services.supabase, filterOf(list), null);
      // What was changed or read meanwhile is later than this.
      if (list.state.dataUpdateCount !== before) continue;
      await mend(queryClient, list, (pages) => withHead(pages, head));
      return;
    }
  });
  // What is shown stays, and the next turn or visit makes up for it.
  await Promise.allSettled(lists);
}

/** Puts a chat's new version into every list, or takes it out of those that it no longer fits. */
export async function noteChat(queryClient: QueryClient, chat: Chat): Promise<void> {
  queryClient.setQueryData<Chat | null>(queryKeys.chat(chat.id), chat);
  await editLists(queryClient, chat.id, (filter, isPinnedList) => {
    const isInPlace = filter.isArchived || chat.is_pinned === isPinnedList;
    return isInPlace && fitsFilter(chat, filter) ? chat : null;
  });
}

export async function noteDeletedChat(queryClient: QueryClient, id: string): Promise<void> {
  await editLists(queryClient, id, () => null);
}

/** As the cache knows it, in whatever list. */
export function knownChat(queryClient: QueryClient, id: string): Chat | undefined {
  const lists = queryClient.getQueriesData<ChatPages>({ queryKey: queryKeys.chatPages });
  const pinned = queryClient.getQueriesData<Chat[]>({ queryKey: queryKeys.allPinnedChats });
  const copies = [
    ...lists.flatMap(([, data]) => data?.pages.flatMap(({ chats }) => chats) ?? []),
    ...pinned.flatMap(([, chats]) => chats ?? []),
  ];
  return copies.find((chat) => chat.id === id);
}

/** The pages with their beginning as it is now. They become one page: nobody would read it again by halves. */
export function withHead(pages: ChatPages, head: ChatPage): ChatPages {
  if (head.next === null) return onePage(head.chats, null);
  const { id, last_message_at: end } = head.next;
  const inHead = new Set(head.chats.map((chat) => chat.id));
  const all = pages.pages.flatMap(({ chats }) => chats);
  const known = new Map(all.map((chat) => [chat.id, chat]));
  // Nothing of it is known: between the two there may be more, which are read when they are scrolled to.
  if (!head.chats.some((chat) => known.has(chat.id))) return onePage(head.chats, head.next);
  const behind = all.filter((chat) => {
    const at = chat.last_message_at ?? "";
    return !inHead.has(chat.id) && (at < end || (at === end && chat.id > id));
  });
  const chats = head.chats.map((chat) => sameOr(known.get(chat.id), chat));
  return onePage([...chats, ...behind], pages.pages.at(-1)?.next ?? null);
}

/** What does not fit any more is taken out; what fits is put in its place, or added: lists are put in order as they are shown. */
async function editLists(
  queryClient: QueryClient,
  id: string,
  versionFor: (filter: ChatFilter, isPinnedList: boolean) => Chat | null,
): Promise<void> {
  const replaced = (chats: readonly Chat[], version: Chat | null) => [
    ...chats.filter((chat) => chat.id !== id),
    ...(version ? [version] : []),
  ];
  await queryClient.cancelQueries({ queryKey: queryKeys.allPinnedChats, predicate: hasData });
  for (const list of queryClient.getQueryCache().findAll({ queryKey: queryKeys.allPinnedChats })) {
    const version = versionFor(filterOf(list), true);
    queryClient.setQueryData<Chat[]>(list.queryKey, (chats) => chats && replaced(chats, version));
  }
  await Promise.all(
    loadedLists(queryClient).map((list) =>
      mend(queryClient, list, ({ pages }) => {
        const chats = pages.flatMap((page) => page.chats);
        return onePage(replaced(chats, versionFor(filterOf(list), false)), pages.at(-1)?.next ?? null);
      }),
    ),
  );
}

/** A page that is being read would bring back what it began with, so it is given up: who needs it asks again. */
async function mend(
  queryClient: QueryClient,
  list: Query,
  change: (pages: ChatPages) => ChatPages,
): Promise<void> {
  await queryClient.cancelQueries({ queryKey: list.queryKey, exact: true });
  queryClient.setQueryData<ChatPages>(list.queryKey, (pages) => pages && change(pages));
}

/** Those that are being read for the first time are as new as can be. */
function loadedLists(queryClient: QueryClient): Query[] {
  return queryClient.getQueryCache().findAll({ queryKey: queryKeys.chatPages, predicate: hasData });
}

function hasData(query: Query): boolean {
  return query.state.data !== undefined;
}

function filterOf({ queryKey }: Query): ChatFilter {
  return queryKey[2] as ChatFilter;
}

function onePage(chats: Chat[], next: ChatPlace | null): ChatPages {
  return { pages: [{ chats, next }], pageParams: [null] };
}

/** The one that is known, if they say the same: its row need not be rendered again. */
function sameOr(known: Chat | undefined, chat: Chat): Chat {
  return known && JSON.stringify(known) === JSON.stringify(chat) ? known : chat;
}

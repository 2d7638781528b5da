// The list of chats, read page by page, and what is found in it.
import { focusManager, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo } from "react";
import { refreshChatLists } from "@/api/chatListCache";
import { type ChatPlace, listChats, listPinnedChats, readChatTags } from "@/api/chats";
import { HITS_PER_PAGE, searchMessages } from "@/api/foundMessages";
import { queryKeys } from "@/api/queryKeys";
import { arrangeChats, type ChatFilter } from "@/lib/chats";
import { useServices } from "@/lib/services";
import { useHiddenChatsStore } from "@/stores/useHiddenChatsStore";
import { useWithChanges } from "./useWithChanges";

/** The chats of the pages read so far, the latest first. What is being changed is shown as it will be. */
export function useChatList(filter: ChatFilter) {
  const { supabase } = useServices();
  const pages = useInfiniteQuery({
    queryKey: queryKeys.chatList(filter),
    queryFn: ({ pageParam, signal }) => listChats(supabase, filter, pageParam, signal),
    initialPageParam: null as ChatPlace | null,
    getNextPageParam: ({ next }) => next,
    placeholderData: (before) => before,
    // Kept current by refreshChatLists: reading every page again would take minutes, with thousands of chats.
    staleTime: Number.POSITIVE_INFINITY,
    // Rows that say the same are the same ones already, and comparing thousands takes its time.
    structuralSharing: false,
  });
  const pinned = useQuery({
    queryKey: queryKeys.pinnedChats(filter),
    queryFn: () => listPinnedChats(supabase, filter),
    enabled: !filter.isArchived,
    placeholderData: (before) => before,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const hiddenIds = useHiddenChatsStore((state) => state.ids);
  const withChanges = useWithChanges();
  const { isArchived, search, tag } = filter;
  const chats = useMemo(() => {
    const read = [...(pinned.data ?? []), ...(pages.data?.pages.flatMap((page) => page.chats) ?? [])];
    const shown = read.filter(({ id }) => !hiddenIds.includes(id)).map(withChanges);
    return arrangeChats(shown, { isArchived, search, tag });
  }, [pinned.data, pages.data, hiddenIds, withChanges, isArchived, search, tag]);
  const { refetch: readPages } = pages;
  const { refetch: readPinned } = pinned;
  const refetch = useCallback(
    () => Promise.all([readPages(), isArchived ? null : readPinned()]),
    [readPages, readPinned, isArchived],
  );
  return {
    ...pages,
    chats,
    // One without the other would be a list that seems whole.
    isPending: pages.isPending || (pinned.isPending && !isArchived),
    isLoadingError: pages.isLoadingError || pinned.isLoadingError,
    error: pages.error ?? pinned.error,
    refetch,
  };
}

/** Keeps the lists current while one of them is on the page. */
export function useFreshChatLists(): void {
  const services = useServices();
  const queryClient = useQueryClient();
  useEffect(() => {
    const refresh = () => void refreshChatLists({ services, queryClient });
    refresh();
    return focusManager.subscribe((isFocused) => isFocused && refresh());
  }, [services, queryClient]);
}

/** The tags in use, in the order of the alphabet. */
export function useChatTags(): readonly string[] {
  const { supabase } = useServices();
  const query = useQuery({
    queryKey: queryKeys.chatTags,
    queryFn: () => readChatTags(supabase),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return query.data ?? [];
}

/** What was said with these words in it, the newest first; nothing while there are none. */
export function useFoundMessages(words: string) {
  const { supabase } = useServices();
  const query = useInfiniteQuery({
    queryKey: queryKeys.foundMessages(words),
    queryFn: ({ pageParam, signal }) => searchMessages(supabase, words, pageParam, signal),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => (page.length < HITS_PER_PAGE ? undefined : page.at(-1)?.message_id),
    enabled: words !== "",
    placeholderData: (before) => before,
  });
  const hiddenIds = useHiddenChatsStore((state) => state.ids);
  const hits = useMemo(
    () => query.data?.pages.flat().filter(({ chat_id }) => !hiddenIds.includes(chat_id)) ?? [],
    [query.data, hiddenIds],
  );
  return { ...query, hits };
}

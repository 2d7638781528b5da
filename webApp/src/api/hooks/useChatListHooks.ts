// The list of chats: reading it page by page, and changing its chats where they stand.
import {
  type InfiniteData,
  type QueryClient,
  useInfiniteQuery,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { useMemo } from "react";
import { CHATS_PER_PAGE, type ChatFilter, changeChat, deleteChat, listChats } from "@/api/chats";
import { queryKeys } from "@/api/queryKeys";
import type { Chat } from "@/lib/database";
import { sendKeepalive } from "@/lib/keepalive";
import { asProblem } from "@/lib/problem";
import { useServices } from "@/lib/services";
import { texts } from "@/lib/texts";
import { useAuthStore } from "@/stores/useAuthStore";
import { useHiddenChatsStore } from "@/stores/useHiddenChatsStore";
import { useToastStore } from "@/stores/useToastStore";

type ChatPages = InfiniteData<Chat[], number>;

/** The chats of the pages loaded so far, latest first, each once. */
export function useChatList(filter: ChatFilter) {
  const { supabase } = useServices();
  const query = useInfiniteQuery({
    queryKey: queryKeys.chatList(filter),
    queryFn: ({ pageParam }) => listChats(supabase, filter, pageParam),
    initialPageParam: 0,
    // By what is in the cache: a chat that was taken out of it has moved those below it up.
    getNextPageParam: (page, pages) => (page.length < CHATS_PER_PAGE ? undefined : pages.flat().length),
    placeholderData: (before) => before,
  });
  const hiddenIds = useHiddenChatsStore((state) => state.ids);
  const chats = useMemo(() => {
    const shown = query.data?.pages.flat().filter((chat) => !hiddenIds.includes(chat.id)) ?? [];
    return [...new Map(shown.map((chat) => [chat.id, chat])).values()];
  }, [query.data, hiddenIds]);
  return { ...query, chats };
}

/** Renames at once, and back again if the database refuses. */
export function useRenameChatMutation() {
  const { supabase } = useServices();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ id, title }: { id: string; title: string }) => changeChat(supabase, id, { title }),
    onMutate: ({ id, title }) => edit(queryClient, id, (chat) => ({ ...chat, title })),
    onError: (error, _change, restore) => giveBack(error, restore),
    onSettled: (_data, _error, { id }) => refresh(queryClient, id),
  });
}

/** Puts a chat away, or back; the notice about it can undo it. */
export function useArchiveChatMutation() {
  const { supabase } = useServices();
  const queryClient = useQueryClient();
  const mutation = useMutation({
    mutationFn: ({ id, isArchived }: { id: string; isArchived: boolean }) =>
      changeChat(supabase, id, { is_archived: isArchived }),
    onMutate: ({ id }) => edit(queryClient, id, () => null),
    onSuccess: (_data, { id, isArchived }) =>
      useToastStore.getState().show({
        text: isArchived ? texts.chats.archived : texts.chats.unarchived,
        undo: () => mutation.mutate({ id, isArchived: !isArchived }),
      }),
    onError: (error, _change, restore) => giveBack(error, restore),
    onSettled: (_data, _error, { id }) => refresh(queryClient, id),
  });
  return mutation;
}

/** Takes a chat out of sight at once; the database deletes it when the notice about it has gone without an undo. */
export function useDeleteChat() {
  const services = useServices();
  const queryClient = useQueryClient();
  const { hide, reveal } = useHiddenChatsStore.getState();
  const deletion = useMutation({
    mutationFn: (id: string) => deleteChat(services.supabase, id),
    onSuccess: (_data, id) => edit(queryClient, id, () => null),
    onError: (error) => giveBack(error, undefined),
    onSettled: (_data, _error, id) => {
      reveal(id);
      refresh(queryClient, id);
    },
  });
  return (id: string) => {
    hide(id);
    useToastStore.getState().show({
      text: texts.chats.deleted,
      undo: () => reveal(id),
      commit: (isPageLeaving) => {
        const accessToken = useAuthStore.getState().session?.access_token;
        if (!isPageLeaving) deletion.mutate(id);
        else if (accessToken) sendKeepalive(services, { method: "DELETE", table: "chats", id, accessToken });
      },
    });
  };
}

/** Changes a chat wherever it is listed (null: takes it out); the returned function puts everything back. */
function edit(queryClient: QueryClient, id: string, change: (chat: Chat) => Chat | null): () => void {
  const before = queryClient.getQueriesData<ChatPages>({ queryKey: queryKeys.chatLists });
  void queryClient.cancelQueries({ queryKey: queryKeys.chatLists });
  queryClient.setQueriesData<ChatPages>({ queryKey: queryKeys.chatLists }, (data) => {
    if (!data) return data;
    const edited = (chat: Chat) => (chat.id === id ? change(chat) : chat);
    return { ...data, pages: data.pages.map((page) => page.map(edited).filter((chat) => chat !== null)) };
  });
  return () => {
    for (const [queryKey, data] of before) queryClient.setQueryData(queryKey, data);
  };
}

function giveBack(error: unknown, restore: (() => void) | undefined): void {
  restore?.();
  const { title, message } = asProblem(error);
  useToastStore.getState().show({ text: `${title}. ${message}` });
}

function refresh(queryClient: QueryClient, id: string): void {
  void queryClient.invalidateQueries({ queryKey: queryKeys.chatLists });
  void queryClient.invalidateQueries({ queryKey: queryKeys.chat(id) });
}

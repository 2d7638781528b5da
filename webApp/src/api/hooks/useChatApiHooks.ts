// One chat: its row, its messages, its runs, and sending.
import {
  infiniteQueryOptions,
  type QueryClient,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useCallback, useEffect, useMemo } from "react";
import { refreshChatLists } from "@/api/chatListCache";
import { ensureChat, findChat } from "@/api/chats";
import { deliver } from "@/api/deliver";
import { attachToRun, followLive, settle, stopRun } from "@/api/liveRuns";
import { noteEmptyChat } from "@/api/messageCache";
import { MESSAGES_PER_PAGE, readPage } from "@/api/messages";
import { queryKeys } from "@/api/queryKeys";
import { findLatestRun, POLL_MILLISECONDS } from "@/api/runs";
import { entriesOf } from "@/lib/messages";
import { asProblem } from "@/lib/problem";
import { type Services, useServices } from "@/lib/services";
import type { Supabase } from "@/lib/supabase";
import { announceChange, onChange } from "@/lib/tabs";
import { turnTexts } from "@/lib/texts/turn";
import { useChatStore } from "@/stores/useChatStore";
import { useLiveRunStore } from "@/stores/useLiveRunStore";
import { type OutgoingMessage, useOutboxStore } from "@/stores/useOutboxStore";
import { useToastStore } from "@/stores/useToastStore";
import { useWithChanges } from "./useWithChanges";

// Turns from other devices show up within this time; other tabs announce theirs at once.
const IDLE_POLL_MILLISECONDS = 15_000;

/** The chat's row; null when it is gone or was never the user's. */
export function useChat(chatId: string, options: { enabled: boolean }) {
  const { supabase } = useServices();
  const withChanges = useWithChanges();
  const query = useQuery({
    queryKey: queryKeys.chat(chatId),
    queryFn: () => findChat(supabase, chatId),
    enabled: options.enabled,
  });
  return { ...query, data: query.data && withChanges(query.data) };
}

/** The entries of the pages loaded so far, oldest first; the next page is the one above them. */
export function useMessages(chatId: string, options: { enabled: boolean }) {
  const { supabase } = useServices();
  const query = useInfiniteQuery({ ...messagesQuery(supabase, chatId), enabled: options.enabled });
  const entries = useMemo(() => entriesOf([...(query.data?.pages ?? [])].reverse().flat()), [query.data]);
  return { ...query, entries };
}

/** Reads the latest messages beside the chat's row, and not behind it. */
export function useMessagesAhead(chatId: string, options: { enabled: boolean }): void {
  const { supabase } = useServices();
  const queryClient = useQueryClient();
  useEffect(() => {
    if (options.enabled) void queryClient.prefetchInfiniteQuery(messagesQuery(supabase, chatId));
  }, [options.enabled, queryClient, supabase, chatId]);
}

const messagesQuery = (supabase: Supabase, chatId: string) =>
  infiniteQueryOptions({
    queryKey: queryKeys.messages(chatId),
    queryFn: ({ pageParam }) => readPage(supabase, chatId, pageParam),
    initialPageParam: null as number | null,
    getNextPageParam: (top) => (top.length < MESSAGES_PER_PAGE ? undefined : top[0]?.id),
    // What is stored never changes, and what is new is added by syncMessages: nothing is read twice.
    staleTime: Number.POSITIVE_INFINITY,
  });

/** The latest run, kept current. Its every change brings the chat's new messages in; one that runs is followed. */
export function useLatestRun(chatId: string, options: { enabled: boolean }) {
  const services = useServices();
  const queryClient = useQueryClient();
  const isFollowed = useLiveRunStore(({ runs }) => runs[chatId]?.isConnected === true);
  const query = useQuery({
    queryKey: queryKeys.latestRun(chatId),
    queryFn: () => findLatestRun(services.supabase, chatId),
    enabled: options.enabled,
    refetchInterval: ({ state }) =>
      state.data?.status === "running" && !isFollowed ? POLL_MILLISECONDS : IDLE_POLL_MILLISECONDS,
    refetchOnWindowFocus: "always",
  });
  const { id, status } = query.data ?? {};
  useEffect(() => {
    if (id && status) void settle({ services, queryClient }, chatId);
  }, [id, status, services, queryClient, chatId]);
  useEffect(() => {
    if (id && status === "running") void attachToRun({ services, queryClient }, chatId, id);
  }, [id, status, services, queryClient, chatId]);
  useEffect(
    () =>
      onChange((changed) => {
        if (changed === chatId) {
          void queryClient.invalidateQueries({ queryKey: queryKeys.latestRun(chatId) });
          void queryClient.invalidateQueries({ queryKey: queryKeys.approvals(chatId) });
        }
        void refreshChatLists({ services, queryClient });
      }),
    [services, queryClient, chatId],
  );
  return query;
}

export type MessageToSend = Pick<
  OutgoingMessage,
  "userId" | "chatId" | "agentName" | "messageId" | "text" | "isNewChat"
>;

/**
 * Sends a message and resolves when the answer is in the chat; a new chat is made first. On its way the message is
 * in the outbox; when it fails it stays there, with the reason, and may be sent again under the same id.
 */
export function useSendMessageMutation() {
  const services = useServices();
  const queryClient = useQueryClient();
  const tab = { services, queryClient };
  const { put, change, remove } = useOutboxStore.getState();
  return useMutation({
    // Offline it should fail, visibly, and not wait for the network in silence.
    networkMode: "always",
    onMutate: (message: MessageToSend) => put({ ...message, status: "sending", problem: null }),
    mutationFn: async (message: MessageToSend) => {
      const { chatId } = message;
      if (message.isNewChat) await beginChat(services, queryClient, message);
      // The message goes out whether or not the session instance can be written.
      void useChatStore.getState().heartbeat(services);
      const run = { ...message, runId: crypto.randomUUID(), signal: useLiveRunStore.getState().signal };
      const first = await deliver(services, run, {
        onWaiting: () => change(chatId, { status: "waiting" }),
        onSending: () => change(chatId, { status: "sending" }),
      });
      return await followLive(tab, { ...run, first });
    },
    onSuccess: (_end, { chatId }) => remove(chatId),
    onError: async (error, { chatId }) => {
      const { code, title, message } = asProblem(error);
      change(chatId, { status: "failed", problem: { code, title, message } });
      await settle(tab, chatId);
    },
    onSettled: (_answer, _error, { chatId }) => {
      announceChange(chatId);
      void queryClient.invalidateQueries({ queryKey: queryKeys.latestRun(chatId) });
      void queryClient.invalidateQueries({ queryKey: queryKeys.approvals(chatId) });
      void refreshChatLists(tab);
      void queryClient.invalidateQueries({ queryKey: queryKeys.chat(chatId) });
    },
  });
}

/** Stops the chat's run; what there is by then is kept. */
export function useStopRun(chatId: string): (runId: string) => void {
  const services = useServices();
  const queryClient = useQueryClient();
  return useCallback(
    (runId) => {
      stopRun({ services, queryClient }, chatId, runId).then(
        () => queryClient.invalidateQueries({ queryKey: queryKeys.latestRun(chatId) }),
        () => useToastStore.getState().show({ text: turnTexts.stopFailed }),
      );
    },
    [services, queryClient, chatId],
  );
}

/** Makes the chat's row, and tells the cache what it would only read back. */
async function beginChat(
  services: Services,
  queryClient: QueryClient,
  message: MessageToSend,
): Promise<void> {
  const { userId, chatId, agentName } = message;
  const chat = await ensureChat(services.supabase, chatId, agentName);
  noteEmptyChat(queryClient, chatId);
  queryClient.setQueryData(queryKeys.chat(chatId), chat);
  useOutboxStore.getState().change(chatId, { isNewChat: false });
  void useChatStore.getState().openSession(services, { userId, chatId, agentName });
  void refreshChatLists({ services, queryClient });
}

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { queryKeys } from "@/api/queryKeys";
import type { Rating } from "@/lib/database";
import { unwrap } from "@/lib/problem";
import { useServices } from "@/lib/services";
import { turnTexts } from "@/lib/texts/turn";
import { useToastStore } from "@/stores/useToastStore";

type Ratings = Readonly<Record<string, Rating>>;

const NONE: Ratings = {};

/** What the user thinks of a chat's messages, by their ids, and how to say it: at once, and back if it cannot be kept. */
export function useFeedback(chatId: string, options: { enabled: boolean }) {
  const { supabase } = useServices();
  const queryClient = useQueryClient();
  const queryKey = queryKeys.feedback(chatId);
  const { data = NONE } = useQuery({
    queryKey,
    queryFn: async (): Promise<Ratings> => {
      const query = supabase.from("message_feedback").select("message_uuid, rating");
      const rows = unwrap(await query.eq("chat_id", chatId));
      return Object.fromEntries(rows.map((row) => [row.message_uuid, row.rating]));
    },
    enabled: options.enabled,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const show = (messageId: string, rating: Rating | null) =>
    queryClient.setQueryData<Ratings>(queryKey, ({ [messageId]: _before, ...others } = NONE) =>
      rating ? { ...others, [messageId]: rating } : others,
    );
  const { mutate } = useMutation({
    // One after the other: of two that overtake each other the first one would be stored.
    scope: { id: "feedback" },
    networkMode: "always",
    mutationFn: async ({ messageId, rating }: { messageId: string; rating: Rating | null }) => {
      const ratings = supabase.from("message_feedback");
      const row = { chat_id: chatId, message_uuid: messageId };
      unwrap(
        rating
          ? await ratings.upsert({ ...row, rating }, { onConflict: "chat_id,message_uuid" })
          : await ratings.delete().match(row),
      );
    },
    onMutate: ({ messageId, rating }) => {
      const before = queryClient.getQueryData<Ratings>(queryKey)?.[messageId] ?? null;
      show(messageId, rating);
      return before;
    },
    onError: (_error, { messageId }, before = null) => {
      // That message's alone: others may have been rated since.
      show(messageId, before);
      useToastStore.getState().show({ text: turnTexts.feedbackFailed });
    },
  });
  // Kept the same, so that no message is rendered for it.
  const rate = useCallback(
    (messageId: string, rating: Rating | null) => mutate({ messageId, rating }),
    [mutate],
  );
  return { ratings: data, rate };
}

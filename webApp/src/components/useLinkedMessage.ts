import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useLocation } from "react-router";
import { bringInMessage } from "@/api/messageCache";
import { isUuid } from "@/lib/lastChat";
import type { Entry } from "@/lib/messages";
import { useServices } from "@/lib/services";
import { chatTexts } from "@/lib/texts/chat";
import { useToastStore } from "@/stores/useToastStore";

interface LinkedMessageOptions {
  chatId: string;
  messages: { isSuccess: boolean; entries: readonly Entry[] };
  showBlock: (id: string) => boolean;
}

/** Leads to the message that the address names (`?message=<uuid>`), however far back it is. */
export function useLinkedMessage({ chatId, messages, showBlock }: LinkedMessageOptions): void {
  const { search, key } = useLocation();
  const { supabase } = useServices();
  const queryClient = useQueryClient();
  const linked = new URLSearchParams(search).get("message");
  const messageId = isUuid(linked) ? linked : null;
  // Which visit has been led there, or is being waited for: the same address may be gone to twice.
  const visit = useRef({ key: "", isDone: false });
  const isHere = messages.entries.some(({ id }) => id === messageId);
  useEffect(() => {
    if (!messageId || !messages.isSuccess) return;
    if (visit.current.key === key && (visit.current.isDone || !isHere)) return;
    visit.current = { key, isDone: isHere && showBlock(messageId) };
    if (isHere) return;
    const say = (text: string) => useToastStore.getState().show({ text });
    bringInMessage(queryClient, supabase, chatId, messageId).then(
      (isFound) => isFound || say(chatTexts.noLongerThere),
      () => say(chatTexts.linkedProblem),
    );
  }, [messageId, messages.isSuccess, isHere, key, showBlock, chatId, queryClient, supabase]);
}

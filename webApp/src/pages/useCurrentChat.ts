import { useEffect, useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { useAgents } from "@/api/hooks/useAgents";
import { useChat, useMessagesAhead } from "@/api/hooks/useChatApiHooks";
import { useOpeningPath } from "@/api/hooks/useOpeningPath";
import { forgetLastChat, rememberLastChat } from "@/lib/lastChat";
import { type Place, placeOf } from "@/lib/places";
import { texts } from "@/lib/texts";
import { useUserId } from "@/stores/useAuthStore";
import { useOutgoingMessage } from "@/stores/useOutboxStore";
import { useMarkRead } from "@/stores/useReadStore";
import { useToastStore } from "@/stores/useToastStore";

/** The agent of a new chat when the address names none. */
const DEFAULT_AGENT = "assistant";

/** The chat that the address names, or the new one that it asks for, and whom it is with. */
export function useCurrentChat() {
  const place = placeOf(useLocation().pathname);
  const agents = useAgents();
  const opening = useOpeningPath(place.kind === "open" ? place.agentName : null, {
    enabled: place.kind === "open",
  });
  const chatId = useChatId(place);
  const outgoing = useOutgoingMessage(chatId);
  const isNewChat = place.kind === "new" || outgoing?.isNewChat === true;
  const isStored = { enabled: place.kind === "chat" && !isNewChat };
  const chat = useChat(chatId, isStored);
  useMessagesAhead(chatId, isStored);
  useMarkRead(chat.data ?? null);
  useRedirects(place, chatId, {
    hasBegun: outgoing !== null,
    isGone: place.kind === "chat" && !isNewChat && chat.data === null,
  });
  const named = place.kind === "new" ? place.agentName : (outgoing?.agentName ?? chat.data?.agent_name);
  const byDefault = agents.data?.find((agent) => agent.agent_name === DEFAULT_AGENT) ?? agents.data?.[0];
  return {
    place,
    chatId,
    chat,
    isNewChat,
    agentName: named || byDefault?.agent_name || null,
    agents,
    opening,
  };
}

/** The id in the address, else one of our own for a chat that is not begun yet. */
function useChatId(place: Place): string {
  const [newChatId, setNewChatId] = useState<string>(() => crypto.randomUUID());
  const chatId = place.kind === "chat" ? place.chatId : newChatId;
  useEffect(() => {
    // Only now that the address names it: until then this id is what keeps the chat on the page the same.
    if (place.kind === "chat" && chatId === newChatId) setNewChatId(crypto.randomUUID());
  }, [place.kind, chatId, newChatId]);
  return chatId;
}

/** A new chat gets its address with its first message; one that is gone is forgotten. */
function useRedirects(
  place: Place,
  chatId: string,
  { hasBegun, isGone }: { hasBegun: boolean; isGone: boolean },
) {
  const navigate = useNavigate();
  const userId = useUserId();
  useEffect(() => {
    if (place.kind === "new" && hasBegun) navigate(`/chat/${chatId}`, { replace: true });
  }, [place.kind, hasBegun, chatId, navigate]);
  useEffect(() => {
    if (place.kind === "chat" && !isGone) rememberLastChat({ userId, chatId });
  }, [place.kind, isGone, userId, chatId]);
  useEffect(() => {
    if (!isGone) return;
    forgetLastChat();
    useToastStore.getState().show({ text: texts.chat.gone });
    navigate("/new", { replace: true });
  }, [isGone, navigate]);
}

import { ExternalLink, SquarePen } from "lucide-react";
import { useCallback, useEffect } from "react";
import { Link } from "react-router";
import type { AgentEntry } from "@/api/agents";
import { useChat } from "@/api/hooks/useChatApiHooks";
import { ChatPanel } from "@/components/ChatPanel";
import { Button } from "@/components/ui/Button";
import { besideTexts } from "@/lib/texts/beside";
import { useBesideChatStore } from "@/stores/useBesideChatStore";
import { useOutgoingMessage } from "@/stores/useOutboxStore";
import { useMarkRead } from "@/stores/useReadStore";

/** A chat with the agent that is being changed: each message is answered by it as it is saved then. */
export default function BesideChat({ agent }: { agent: AgentEntry }) {
  const { agent_name: agentName } = agent;
  const chat = useBesideChatStore(({ chats }) => chats[agentName]);
  const renew = useBesideChatStore((store) => store.renew);
  useEffect(() => {
    if (!chat) renew(agentName);
  }, [chat, agentName, renew]);
  const setWantsFocus = useBesideChatStore((store) => store.setWantsFocus);
  const onRenew = () => {
    renew(agentName);
    setWantsFocus(true);
  };
  return chat && <Chat agent={agent} {...chat} onRenew={onRenew} />;
}

interface ChatProps {
  agent: AgentEntry;
  chatId: string;
  hasBegun: boolean;
  onRenew: () => void;
}

function Chat({ agent, chatId, hasBegun, onRenew }: ChatProps) {
  const outgoing = useOutgoingMessage(chatId);
  const isSending = outgoing !== null;
  const begin = useBesideChatStore((store) => store.begin);
  useEffect(() => {
    if (isSending) begin(agent.agent_name);
  }, [isSending, agent.agent_name, begin]);
  const stored = useChat(chatId, { enabled: hasBegun && !isSending });
  useMarkRead(stored.data ?? null);
  const { wantsFocus, setWantsFocus } = useBesideChatStore();
  useEffect(() => {
    if (wantsFocus) setWantsFocus(false);
  }, [wantsFocus, setWantsFocus]);
  const goOn = useBesideChatStore((store) => store.goOn);
  const onGoOn = useCallback((nextId: string) => goOn(agent.agent_name, nextId), [goOn, agent.agent_name]);
  // A first message that was taken back has left no chat behind.
  const isNewChat = outgoing?.isNewChat ?? (!hasBegun || stored.data === null);
  return (
    <>
      <div className="flex h-11 shrink-0 items-center gap-1 border-line border-b pr-2 pl-4">
        <h2 className="min-w-0 flex-1 truncate font-medium text-sm">{besideTexts.title}</h2>
        {!isNewChat && (
          <>
            <Link
              to={`/chat/${chatId}`}
              aria-label={besideTexts.open}
              title={besideTexts.open}
              className="inline-flex size-8 items-center justify-center rounded-lg text-faint hover:bg-hover hover:text-ink"
            >
              <ExternalLink className="size-4" aria-hidden="true" />
            </Link>
            <Button
              shape="smallIcon"
              aria-label={besideTexts.renew}
              title={besideTexts.renew}
              onClick={onRenew}
            >
              <SquarePen className="size-4" />
            </Button>
          </>
        )}
      </div>
      <ChatPanel
        key={chatId}
        chatId={chatId}
        agent={agent}
        isNewChat={isNewChat}
        takesFocus={wantsFocus}
        onGoOn={onGoOn}
      />
    </>
  );
}

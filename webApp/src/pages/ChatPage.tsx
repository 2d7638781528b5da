import { lazy, type ReactNode, Suspense } from "react";
import { Navigate } from "react-router";
import { ChatFrame } from "@/components/ChatFrame";
import { ChatHeader } from "@/components/ChatHeader";
import { ChatPanel } from "@/components/ChatPanel";
import { ProblemNote } from "@/components/ProblemNote";
import { ThreadSkeleton } from "@/components/ThreadSkeleton";
import { Button } from "@/components/ui/Button";
import type { Agent } from "@/lib/database";
import { texts } from "@/lib/texts";
import { useCurrentChat } from "./useCurrentChat";

const ForkNote = lazy(() => import("@/components/ForkNote"));

/** The chats at the side, and the one that the address names. */
export default function ChatPage() {
  const { place, chatId, chat, isNewChat, agentName, agents, opening } = useCurrentChat();
  // What was read before stays good when reading it again fails.
  const failed = [agents, chat, opening].find((query) => query.isLoadingError);
  const { forked_from: origin = null, forked_before: parting = null } = (!isNewChat && chat.data) || {};
  let content: ReactNode;
  if (place.kind === "open" && opening.data) {
    content = <Navigate to={opening.data} replace />;
  } else if (failed?.error) {
    const retry = () => Promise.all([agents.refetch(), chat.refetch(), opening.refetch()]);
    content = (
      <Failure
        problem={failed.error}
        title={agents.isLoadingError ? texts.chat.agentsProblem : texts.chat.problem}
        onRetry={retry}
      />
    );
  } else if (agents.isSuccess && agentName === null) {
    content = <NoAgents />;
  } else if (place.kind === "open" || !agentName || (!isNewChat && !chat.data)) {
    content = <Waiting />;
  } else {
    content = (
      <ChatPanel
        key={chatId}
        chatId={chatId}
        agent={agents.data?.find((agent) => agent.agent_name === agentName) ?? unknownAgent(agentName)}
        isNewChat={isNewChat}
      />
    );
  }
  return (
    <ChatFrame
      currentChatId={place.kind === "chat" ? chatId : null}
      agentName={agentName}
      header={(openList) => (
        <ChatHeader
          chat={isNewChat ? null : (chat.data ?? null)}
          agentName={agentName ?? ""}
          agents={agents.data ?? []}
          onOpenList={openList}
        />
      )}
    >
      {origin && (
        <Suspense fallback={<div className="h-9 shrink-0" />}>
          <ForkNote chatId={origin} messageId={parting} />
        </Suspense>
      )}
      {content}
    </ChatFrame>
  );
}

function Waiting() {
  return (
    <div className="mx-auto w-full max-w-3xl px-4 pt-6 sm:px-6">
      <ThreadSkeleton />
    </div>
  );
}

function Failure({ problem, title, onRetry }: { problem: Error; title: string; onRetry: () => void }) {
  return (
    <div className="mx-auto w-full max-w-3xl px-4 pt-6 sm:px-6">
      <ProblemNote problem={problem} title={title}>
        <Button className="h-9" onClick={onRetry}>
          {texts.tryAgain}
        </Button>
      </ProblemNote>
    </div>
  );
}

function NoAgents() {
  return (
    <div className="m-auto max-w-md p-6 text-center">
      <h2 className="font-semibold text-lg">{texts.chat.noAgents}</h2>
      <p className="mt-2 text-soft">{texts.chat.noAgentsHint}</p>
    </div>
  );
}

/** An agent that is gone can still be read; sending to it says what is wrong. */
function unknownAgent(agentName: string): Pick<Agent, "agent_name" | "display_name" | "description"> {
  return { agent_name: agentName, display_name: null, description: null };
}

import { PanelRight } from "lucide-react";
import { lazy, type ReactNode, Suspense } from "react";
import type { AgentDetail } from "@/api/agents";
import { agentTitle } from "@/api/hooks/useAgents";
import { PageFrame } from "@/components/PageFrame";
import { ThreadSkeleton } from "@/components/ThreadSkeleton";
import { Button } from "@/components/ui/Button";
import { besideTexts } from "@/lib/texts/beside";
import { useBesideChatStore } from "@/stores/useBesideChatStore";
import { TalkLink } from "./AgentCard";

const BesideChat = lazy(() => import("./BesideChat"));

interface AgentFrameProps {
  title: string;
  /** Null while it is loading, or when there is none. */
  agent: AgentDetail | null;
  actions?: ReactNode;
  children: ReactNode;
}

/** A page about an agent, with the way to a chat with it: beside the page where there is room, else on its own. */
export function AgentFrame({ title, agent, actions, children }: AgentFrameProps) {
  const isOpen = useBesideChatStore((store) => store.isOpen);
  const toggle = useBesideChatStore((store) => store.toggle);
  const talksTo = agent?.is_active ? agent : null;
  return (
    <PageFrame
      title={title}
      actions={
        <>
          {talksTo && (
            <>
              <TalkLink agentName={talksTo.agent_name} title={agentTitle(talksTo)} />
              <Button
                shape="quiet"
                className="aria-expanded:bg-hover aria-expanded:text-ink max-xl:hidden"
                aria-expanded={isOpen}
                aria-controls={isOpen ? "beside" : undefined}
                onClick={toggle}
              >
                <PanelRight className="size-4" />
                {besideTexts.toggle}
              </Button>
            </>
          )}
          {actions}
        </>
      }
    >
      <div className="flex h-full">
        <div className="@container h-full min-w-0 flex-1 overflow-y-auto">{children}</div>
        {talksTo && isOpen && (
          <aside
            id="beside"
            aria-label={besideTexts.aside}
            className="hidden h-full w-96 shrink-0 flex-col border-line border-l xl:flex 2xl:w-108"
          >
            <Suspense fallback={<Waiting />}>
              <BesideChat key={talksTo.agent_name} agent={talksTo} />
            </Suspense>
          </aside>
        )}
      </div>
    </PageFrame>
  );
}

function Waiting() {
  return (
    <div className="p-4">
      <ThreadSkeleton />
    </div>
  );
}

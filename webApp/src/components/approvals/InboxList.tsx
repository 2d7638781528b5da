import { ArrowUp } from "lucide-react";
import { type KeyboardEvent, useRef } from "react";
import { Link } from "react-router";
import { agentTitle, useAgents } from "@/api/hooks/useAgents";
import type { useInbox } from "@/api/hooks/useInboxHooks";
import { isTyping } from "@/components/isTyping";
import { Button } from "@/components/ui/Button";
import { type Asked, byTurn } from "@/lib/inbox";
import { approvalsTexts } from "@/lib/texts/approvals";
import { momentText } from "@/lib/time";
import { InboxItem } from "./InboxItem";

type InboxListProps = Pick<ReturnType<typeof useInbox>, "inbox" | "waiting" | "showFresh">;

/** The calls that wait, those of one turn together. J and K go from one to the next. */
export function InboxList({ inbox, waiting, showFresh }: InboxListProps) {
  const list = useRef<HTMLUListElement>(null);
  const agents = useAgents().data ?? [];
  const titleOf = (name: string) => {
    const agent = agents.find((one) => one.agent_name === name);
    return agent ? agentTitle(agent) : name;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { j: 1, k: -1 }[event.key];
    if (!step || isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const cards = [...(list.current?.querySelectorAll("section") ?? [])];
    const at = cards.findIndex((card) => card.contains(document.activeElement));
    cards[at + step]?.focus();
    event.preventDefault();
  };
  return (
    <>
      {inbox.fresh.length > 0 && (
        <div role="status" className="sticky top-3 z-10 flex justify-center">
          <Button className="rounded-full shadow-raised" onClick={showFresh}>
            <ArrowUp className="size-4" />
            {approvalsTexts.fresh(inbox.fresh.length)}
          </Button>
        </div>
      )}
      <ul ref={list} onKeyDown={onKeyDown} className="space-y-7">
        {byTurn(inbox.shown).map((turn) => (
          <li key={turn[0]?.run_id} className="space-y-2.5">
            <TurnHeading turn={turn} agentTitle={titleOf(turn[0]?.agent_name ?? "")} />
            {turn.map((asked) => (
              <InboxItem
                key={asked.id}
                asked={asked}
                isWaiting={waiting.has(asked.id)}
                agentTitle={titleOf(asked.agent_name)}
                othersWaiting={turn.filter(({ id }) => id !== asked.id && waiting.has(id)).length}
              />
            ))}
          </li>
        ))}
      </ul>
    </>
  );
}

/** Where the calls come from. */
function TurnHeading({ turn, agentTitle }: { turn: readonly Asked[]; agentTitle: string }) {
  const [asked] = turn;
  if (!asked) return null;
  const title = asked.chat_title || approvalsTexts.untitled;
  return (
    <div className="flex flex-wrap items-baseline gap-x-2 px-1 text-sm">
      <Link
        to={`/chat/${asked.chat_id}`}
        aria-label={approvalsTexts.openChatOf(title)}
        className="min-w-0 truncate rounded font-medium hover:underline"
      >
        {title}
      </Link>
      <span className="text-faint text-xs">
        {approvalsTexts.asked(agentTitle, momentText(asked.created_at))}
      </span>
      {turn.length > 1 && <p className="w-full text-soft">{approvalsTexts.of(turn.length)}</p>}
    </div>
  );
}

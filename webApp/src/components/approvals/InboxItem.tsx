import { LoaderCircle, MessageSquare } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { useOutcome } from "@/api/hooks/useInboxHooks";
import type { ActionOutcome } from "@/api/inbox";
import ApprovalCard from "@/components/ApprovalCard";
import type { Asked } from "@/lib/inbox";
import { approvalsTexts } from "@/lib/texts/approvals";
import { useLiveRun } from "@/stores/useLiveRunStore";
import { OutcomeView } from "./OutcomeView";

interface InboxItemProps {
  asked: Asked;
  /** As far as the page knows: it may have been decided elsewhere since. */
  isWaiting: boolean;
  agentTitle: string;
  /** How many other calls of the turn still wait. */
  othersWaiting: number;
}

/** A call that asks. Once it is decided, here or elsewhere, it stays in its place and tells what came of it. */
export function InboxItem({ asked, isWaiting, ...names }: InboxItemProps) {
  const [isMine, setIsMine] = useState(false);
  const { data: outcome } = useOutcome(asked.id, { enabled: !isWaiting });
  if (outcome === null) {
    return (
      <p role="status" className="rounded-xl border border-line border-dashed px-4 py-3 text-soft text-sm">
        {approvalsTexts.after.gone}
      </p>
    );
  }
  const action = outcome && !isWaiting ? { ...asked, ...outcome } : asked;
  const isDecided = isMine || action.status !== "pending";
  return (
    <ApprovalCard action={action} onDecided={() => setIsMine(true)}>
      <div role="status" className="empty:-mt-4">
        {isDecided && <Aftermath asked={asked} outcome={outcome ?? null} isMine={isMine} {...names} />}
      </div>
    </ApprovalCard>
  );
}

interface AftermathProps extends Pick<InboxItemProps, "asked" | "agentTitle" | "othersWaiting"> {
  outcome: ActionOutcome | null;
  isMine: boolean;
}

function Aftermath({ asked, outcome, isMine, agentTitle, othersWaiting }: AftermathProps) {
  const say = approvalsTexts.after;
  const run = useLiveRun(asked.chat_id);
  const status = outcome?.status ?? "pending";
  const isOver = status === "executed" || status === "failed" || status === "expired";
  const isGoing = !isOver && othersWaiting === 0 && (run ? !run.end : status === "approved");
  return (
    <div className="space-y-3">
      {!isMine && status !== "expired" && <p className="text-soft">{say.elsewhere}</p>}
      {!isOver && othersWaiting > 0 && <p className="text-soft">{say.others(othersWaiting)}</p>}
      {isGoing && (
        <p className="flex items-center gap-2 text-soft">
          <LoaderCircle aria-hidden="true" className="size-4 animate-spin text-accent" />
          {say.going(agentTitle)}
        </p>
      )}
      {outcome && <OutcomeView outcome={outcome} />}
      <Link
        to={`/chat/${asked.chat_id}`}
        className="-ml-3 inline-flex h-9 items-center gap-2 rounded-lg px-3 font-medium text-accent hover:bg-hover"
      >
        <MessageSquare aria-hidden="true" className="size-4" />
        {approvalsTexts.openChat}
      </Link>
    </div>
  );
}

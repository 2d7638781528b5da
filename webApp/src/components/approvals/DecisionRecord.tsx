import clsx from "clsx";
import { Ban, Check, CircleAlert, Clock, type LucideIcon, ShieldCheck, Square } from "lucide-react";
import { Link } from "react-router";
import { useDecisions } from "@/api/hooks/useInboxHooks";
import type { DecisionOnRecord } from "@/api/inbox";
import { ProblemNote } from "@/components/ProblemNote";
import { ReadOn } from "@/components/ReadOn";
import { Button } from "@/components/ui/Button";
import { Skeleton } from "@/components/ui/Skeleton";
import { texts } from "@/lib/texts";
import { approvalsTexts } from "@/lib/texts/approvals";
import { momentText } from "@/lib/time";
import { toolTitle } from "@/lib/toolName";
import { OutcomeView } from "./OutcomeView";

const say = approvalsTexts.decided;

const ICONS: Record<DecisionOnRecord["decision"], LucideIcon> = {
  approve: Check,
  reject: Ban,
  always_allow: ShieldCheck,
  expire: Clock,
  stop: Square,
};

/** What was decided, the latest first. */
export function DecisionRecord() {
  const { query, decisions } = useDecisions();
  return (
    <section aria-labelledby="decided" className="space-y-4">
      <div className="space-y-1">
        <h2 id="decided" className="font-semibold">
          {say.title}
        </h2>
        <p className="text-soft text-sm">{say.lead}</p>
      </div>
      {query.isPending && (
        <div role="status" aria-label={say.loading} className="space-y-3">
          <Skeleton className="h-14 rounded-xl" />
          <Skeleton className="h-14 rounded-xl" />
        </div>
      )}
      {query.isLoadingError && (
        <ProblemNote problem={query.error} title={say.problem}>
          <Button className="h-9" onClick={() => void query.refetch()}>
            {texts.tryAgain}
          </Button>
        </ProblemNote>
      )}
      {query.data && decisions.length === 0 && <p className="text-soft text-sm">{say.empty}</p>}
      {decisions.length > 0 && (
        <ol className="divide-y divide-line rounded-xl border border-line bg-card">
          {decisions.map((one) => (
            <Decision key={one.id} decision={one} />
          ))}
        </ol>
      )}
      <ReadOn query={query} problemTitle={say.problem} label={say.more} />
    </section>
  );
}

function Decision({ decision: { decision, reason, created_at, action } }: { decision: DecisionOnRecord }) {
  // What came of it belongs to the decision that let it happen.
  const isAllowed = decision === "approve";
  const isFailed = isAllowed && action.status === "failed";
  const Icon = isFailed ? CircleAlert : ICONS[decision];
  const isSaid = (decision === "approve" || decision === "reject") && reason;
  return (
    <li className="flex gap-3 px-4 py-3 text-sm">
      <Icon
        aria-hidden="true"
        className={clsx(
          "mt-0.5 size-4 shrink-0",
          isFailed ? "text-danger" : isAllowed || decision === "always_allow" ? "text-accent" : "text-faint",
        )}
      />
      <div className="min-w-0 flex-1 space-y-1">
        <p className="break-words">
          {say.by[decision]}: <span className="font-medium">{toolTitle(action.tool_name)}</span>
          {isAllowed && say.status[action.status] && (
            <span className={isFailed ? "text-danger" : "text-soft"}> · {say.status[action.status]}</span>
          )}
        </p>
        {action.summary && decision !== "always_allow" && (
          <p className="line-clamp-3 break-words text-soft">{action.summary}</p>
        )}
        {isSaid && <p className="break-words text-soft italic">{say.reason(isSaid)}</p>}
        {isAllowed && action.proposed_arguments !== null && <p className="text-soft">{say.changed}</p>}
        {isAllowed && <OutcomeView outcome={action} />}
        <p className="flex flex-wrap gap-x-3 text-faint text-xs">
          <time dateTime={created_at}>{momentText(created_at)}</time>
          <Link to={`/chat/${action.chat_id}`} className="rounded text-accent hover:underline">
            {approvalsTexts.openChat}
          </Link>
        </p>
      </div>
    </li>
  );
}

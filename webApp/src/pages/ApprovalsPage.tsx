import { Link } from "react-router";
import { useInbox } from "@/api/hooks/useInboxHooks";
import { DecisionRecord } from "@/components/approvals/DecisionRecord";
import { EmptyInbox } from "@/components/approvals/EmptyInbox";
import { InboxList } from "@/components/approvals/InboxList";
import { KeysHint } from "@/components/approvals/KeysHint";
import { PageFrame } from "@/components/PageFrame";
import { ProblemNote } from "@/components/ProblemNote";
import { ReadOn } from "@/components/ReadOn";
import { Button } from "@/components/ui/Button";
import { Skeleton } from "@/components/ui/Skeleton";
import { texts } from "@/lib/texts";
import { approvalsTexts } from "@/lib/texts/approvals";

/** All that waits for the user, and what they decided before. */
export default function ApprovalsPage() {
  const { query, inbox, waiting, showFresh } = useInbox();
  const isEmpty = query.data !== undefined && inbox.shown.length === 0 && waiting.size === 0;
  return (
    <PageFrame
      title={approvalsTexts.title}
      actions={
        <Link
          to="/settings/permissions"
          className="inline-flex h-9 items-center rounded-lg px-3 font-medium text-accent text-sm hover:bg-hover"
        >
          {approvalsTexts.always}
        </Link>
      }
    >
      <div className="mx-auto max-w-3xl space-y-12 px-4 py-6 pb-16 md:px-6">
        <section aria-labelledby="waiting" className="space-y-5">
          <div className="space-y-1">
            <h2 id="waiting" className="font-semibold">
              {approvalsTexts.waiting}
            </h2>
            <p className="text-soft text-sm">{approvalsTexts.lead}</p>
          </div>
          {query.isPending && (
            <div role="status" aria-label={approvalsTexts.loading} className="space-y-4">
              <Skeleton className="h-5 w-1/3" />
              <Skeleton className="h-52 rounded-xl" />
            </div>
          )}
          {query.isError && !query.isFetchNextPageError && (
            <ProblemNote
              problem={query.error}
              title={query.data ? approvalsTexts.stale : approvalsTexts.problem}
            >
              <Button className="h-9" onClick={() => void query.refetch()}>
                {texts.tryAgain}
              </Button>
            </ProblemNote>
          )}
          {isEmpty && <EmptyInbox />}
          {inbox.shown.length > 0 && (
            <>
              <KeysHint />
              <InboxList inbox={inbox} waiting={waiting} showFresh={showFresh} />
            </>
          )}
          <ReadOn query={query} problemTitle={approvalsTexts.problem} label={approvalsTexts.more} />
        </section>
        <DecisionRecord />
      </div>
    </PageFrame>
  );
}

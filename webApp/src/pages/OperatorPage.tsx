import { useIsAdmin } from "@/api/hooks/useIsAdmin";
import { NotForYou } from "@/components/operator/NotForYou";
import { OperatorView } from "@/components/operator/OperatorView";
import { OverviewSkeleton } from "@/components/operator/OverviewSkeleton";
import { PageFrame } from "@/components/PageFrame";
import { operatorTexts } from "@/lib/texts/operator";

/** What those who run Clarity see of it. Others are told so; the server gives them nothing in any case. */
export default function OperatorPage() {
  const { data: isAdmin, isPending, refetch } = useIsAdmin();
  // Where that cannot be found out, the server's own answer says what is wrong.
  if (isAdmin !== false && !isPending) return <OperatorView />;
  return (
    <PageFrame title={operatorTexts.title}>
      {isPending ? (
        <div className="mx-auto max-w-6xl px-4 py-6 md:px-6">
          <OverviewSkeleton />
        </div>
      ) : (
        <NotForYou onRetry={() => void refetch()} />
      )}
    </PageFrame>
  );
}

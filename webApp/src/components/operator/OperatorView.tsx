import { useState } from "react";
import { useSearchParams } from "react-router";
import { useOverview, useSamples } from "@/api/hooks/useOperatorHooks";
import { PageFrame } from "@/components/PageFrame";
import { ProblemNote } from "@/components/ProblemNote";
import { Button } from "@/components/ui/Button";
import { type PeriodDays, periodFrom } from "@/lib/operatorFigures";
import { asProblem } from "@/lib/problem";
import { texts } from "@/lib/texts";
import { operatorTexts } from "@/lib/texts/operator";
import { RefreshControls } from "./Controls";
import { NotForYou } from "./NotForYou";
import { OverviewPanels } from "./OverviewPanels";
import { OverviewSkeleton } from "./OverviewSkeleton";

/** The overview for an admin, of the time that the address names. */
export function OperatorView() {
  const [search, setSearch] = useSearchParams();
  const days = periodFrom(search.get("days"));
  const [isLive, setIsLive] = useState(true);
  const overview = useOverview(days, { isLive });
  const samples = useSamples(overview);
  const { data, error, dataUpdatedAt, isFetching, refetch } = overview;
  const setDays = (chosen: PeriodDays) => setSearch({ days: String(chosen) }, { replace: true });
  const isRefused = error !== null && asProblem(error).status === 403;
  return (
    <PageFrame
      title={operatorTexts.title}
      actions={
        !isRefused && (
          <RefreshControls
            readAt={dataUpdatedAt}
            isReading={isFetching}
            isLive={isLive}
            onLiveChange={setIsLive}
            onRefresh={() => void refetch()}
          />
        )
      }
    >
      {isRefused ? (
        <NotForYou onRetry={() => void refetch()} />
      ) : (
        <div className="mx-auto max-w-6xl space-y-6 px-4 py-6 pb-16 md:px-6">
          {error && (
            <ProblemNote problem={error} title={data ? operatorTexts.stale : operatorTexts.problem}>
              <Button onClick={() => void refetch()}>{texts.tryAgain}</Button>
            </ProblemNote>
          )}
          {data ? (
            <OverviewPanels overview={data} samples={samples} days={days} onDaysChange={setDays} />
          ) : (
            !error && <OverviewSkeleton />
          )}
        </div>
      )}
    </PageFrame>
  );
}

import { Skeleton } from "@/components/ui/Skeleton";
import { operatorTexts } from "@/lib/texts/operator";

/** The place of the overview. */
export function OverviewSkeleton() {
  return (
    <div role="status" aria-label={operatorTexts.loading} className="space-y-6">
      <div className="grid grid-cols-2 gap-3 xl:grid-cols-4">
        {["running", "waiting", "errors", "cost"].map((name) => (
          <Skeleton key={name} className="h-26 rounded-2xl" />
        ))}
      </div>
      <div className="grid gap-6 lg:grid-cols-2">
        <Skeleton className="h-64 rounded-2xl" />
        <Skeleton className="h-64 rounded-2xl" />
      </div>
    </div>
  );
}

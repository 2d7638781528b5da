import { texts } from "@/lib/texts";
import { Skeleton } from "./ui/Skeleton";

/** The shape of a conversation while it is read. */
export function ThreadSkeleton() {
  return (
    <div className="space-y-8">
      <p className="sr-only">{texts.loading}</p>
      <Skeleton className="ml-auto h-11 w-2/5 rounded-2xl" />
      <div className="space-y-2.5">
        <Skeleton className="h-4 w-11/12" />
        <Skeleton className="h-4 w-4/5" />
        <Skeleton className="h-4 w-3/5" />
      </div>
      <Skeleton className="ml-auto h-11 w-1/3 rounded-2xl" />
      <div className="space-y-2.5">
        <Skeleton className="h-4 w-5/6" />
        <Skeleton className="h-4 w-1/2" />
      </div>
    </div>
  );
}

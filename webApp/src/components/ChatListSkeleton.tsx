import { texts } from "@/lib/texts";
import { Skeleton } from "./ui/Skeleton";

export function ChatListSkeleton() {
  return (
    <div className="space-y-4 px-3 py-2">
      <p className="sr-only">{texts.loading}</p>
      {["w-3/4", "w-1/2", "w-5/6", "w-2/3", "w-3/5"].map((width) => (
        <Skeleton key={width} className={`h-4 ${width}`} />
      ))}
    </div>
  );
}

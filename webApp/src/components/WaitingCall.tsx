import { lazy, Suspense } from "react";
import type { Action } from "@/lib/database";
import { Skeleton } from "./ui/Skeleton";

const ApprovalCard = lazy(() => import("./ApprovalCard"));

/** A tool call that asks for consent. The card that asks comes when there is something to ask. */
export function WaitingCall({ action }: { action: Action }) {
  return (
    <Suspense fallback={<Skeleton className="h-40 rounded-xl" />}>
      <ApprovalCard action={action} />
    </Suspense>
  );
}

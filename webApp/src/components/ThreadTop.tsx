import type { useMessages } from "@/api/hooks/useChatApiHooks";
import { texts } from "@/lib/texts";
import { ProblemNote } from "./ProblemNote";
import { ThreadSkeleton } from "./ThreadSkeleton";
import { Button } from "./ui/Button";

type Messages = Pick<
  ReturnType<typeof useMessages>,
  | "error"
  | "fetchNextPage"
  | "isFetchingNextPage"
  | "isFetchNextPageError"
  | "isLoading"
  | "isLoadingError"
  | "refetch"
>;

/** What stands above the loaded messages: that they, or earlier ones, are being read or cannot be. */
export function ThreadTop({ messages }: { messages: Messages }) {
  const { error, isFetchNextPageError: isEarlier } = messages;
  if (messages.isLoading) return <ThreadSkeleton />;
  if (messages.isFetchingNextPage) {
    // Out of the flow, so that it moves nothing when it comes and goes.
    return (
      <p className="absolute inset-x-0 top-0 text-center text-faint text-xs leading-6">
        {texts.chat.earlier}
      </p>
    );
  }
  if (!error || !(messages.isLoadingError || isEarlier)) return null;
  const retry = () => (isEarlier ? messages.fetchNextPage() : messages.refetch());
  return (
    <ProblemNote problem={error} title={isEarlier ? texts.chat.earlierProblem : texts.chat.problem}>
      <Button className="h-9" onClick={retry}>
        {texts.tryAgain}
      </Button>
    </ProblemNote>
  );
}

import type { UseInfiniteQueryResult } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { texts } from "@/lib/texts";
import { ProblemNote } from "./ProblemNote";
import { Button } from "./ui/Button";

interface ReadOnProps {
  query: Pick<
    UseInfiniteQueryResult,
    "hasNextPage" | "isFetching" | "isFetchNextPageError" | "error" | "fetchNextPage"
  >;
  problemTitle: string;
  label: string;
}

// The next page is read when its place is this near to what is seen.
const NEAR = "600px";

/** At the end of a list that is read page by page: reads on when it comes near, or when it is pressed. */
export function ReadOn({ query, problemTitle, label }: ReadOnProps) {
  const { hasNextPage, isFetching, isFetchNextPageError, error, fetchNextPage } = query;
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!place.current || !hasNextPage || isFetching || isFetchNextPageError) return;
    const onSight = ([entry]: IntersectionObserverEntry[]) => {
      if (entry?.isIntersecting) void fetchNextPage();
    };
    const observer = new IntersectionObserver(onSight, { rootMargin: NEAR });
    observer.observe(place.current);
    return () => observer.disconnect();
  }, [hasNextPage, isFetching, isFetchNextPageError, fetchNextPage]);
  if (isFetchNextPageError && error) {
    return (
      <ProblemNote problem={error} title={problemTitle}>
        <Button onClick={() => void fetchNextPage()}>{texts.tryAgain}</Button>
      </ProblemNote>
    );
  }
  if (!hasNextPage) return null;
  return (
    <div ref={place} className="pl-5">
      <Button shape="link" onClick={() => void fetchNextPage()}>
        {label}
      </Button>
    </div>
  );
}

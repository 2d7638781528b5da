// Everything that waits for the user, what becomes of it, and what was decided before.
import { type InfiniteData, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import {
  DECISIONS_PER_PAGE,
  type DecisionOnRecord,
  type InboxPage,
  readDecisions,
  readInbox,
  readOutcome,
} from "@/api/inbox";
import { queryKeys } from "@/api/queryKeys";
import { POLL_MILLISECONDS } from "@/api/runs";
import { type Asked, afterReading, EMPTY_INBOX, withFresh } from "@/lib/inbox";
import { useServices } from "@/lib/services";

// As often as the count beside it is looked up.
const LOOK_MILLISECONDS = 30_000;

/** The inbox as the page shows it; `waiting` are the ids of what still waits, as far as it was read. */
export function useInbox() {
  const services = useServices();
  const queryClient = useQueryClient();
  const query = useInfiniteQuery({
    queryKey: queryKeys.inbox,
    queryFn: ({ pageParam }) => readInbox(services, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: ({ asked, hasMore }) => (hasMore ? asked.at(-1)?.id : undefined),
    refetchInterval: LOOK_MILLISECONDS,
    refetchOnWindowFocus: "always",
    // What this page showed when it was last open is no help now: it would be taken for what waits.
    gcTime: 0,
  });
  const { data } = query;
  const [inbox, setInbox] = useState(EMPTY_INBOX);
  useEffect(() => {
    if (!data) return;
    setInbox((before) => afterReading(before, askedOf(data)));
    queryClient.setQueryData(queryKeys.waitingCount, data.pages[0]?.pending);
  }, [data, queryClient]);
  const waiting = new Set(data && askedOf(data).map(({ id }) => id));
  return { query, inbox, waiting, showFresh: () => setInbox(withFresh) };
}

function askedOf(data: InfiniteData<InboxPage>): Asked[] {
  return data.pages.flatMap(({ asked }) => asked);
}

/** What became of a call that waits no longer; asked again while it is under way. Null when it is gone. */
export function useOutcome(actionId: string, options: { enabled: boolean }) {
  const services = useServices();
  return useQuery({
    queryKey: queryKeys.action(actionId),
    queryFn: () => readOutcome(services, actionId),
    enabled: options.enabled,
    refetchInterval: ({ state }) => state.data?.status === "approved" && POLL_MILLISECONDS,
  });
}

/** The record of decisions, the newest first. */
export function useDecisions() {
  const services = useServices();
  const query = useInfiniteQuery({
    queryKey: queryKeys.decisions,
    queryFn: ({ pageParam }) => readDecisions(services, pageParam),
    initialPageParam: null as DecisionOnRecord | null,
    getNextPageParam: (page) => (page.length < DECISIONS_PER_PAGE ? undefined : page.at(-1)),
  });
  return { query, decisions: query.data?.pages.flat() ?? [] };
}

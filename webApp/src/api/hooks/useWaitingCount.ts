// How many tool calls wait for the user, in whatever chat: part of every page, so this is all that it loads.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import * as z from "zod/mini";
import { queryKeys } from "@/api/queryKeys";
import { apiJson, readAs } from "@/lib/api";
import type { Schemas } from "@/lib/api.gen";
import { useServices } from "@/lib/services";
import { onChange } from "@/lib/tabs";

// What asks in a chat of this browser is counted at once, what asks elsewhere within this time.
const LOOK_MILLISECONDS = 30_000;

const countSchema = z.object({ pending: z.number() });

/** 0 as long as it is not known. */
export function useWaitingCount({ isWatched = false } = {}): number {
  const services = useServices();
  const { data } = useQuery({
    queryKey: queryKeys.waitingCount,
    queryFn: async () => {
      const path = "/api/approvals?status=pending&limit=1";
      return readAs(countSchema, await apiJson<Schemas["ApprovalList"]>(services, path)).pending;
    },
    refetchInterval: isWatched && LOOK_MILLISECONDS,
    refetchOnWindowFocus: "always",
    // Shown in several places, which come and go with each page.
    staleTime: LOOK_MILLISECONDS,
  });
  return data ?? 0;
}

/** Keeps the count, and the list of what waits, current: now and then, and when a chat of any tab says that something happened. */
export function useWaitingWatch(): void {
  const queryClient = useQueryClient();
  useWaitingCount({ isWatched: true });
  useEffect(
    () =>
      onChange(() => {
        void queryClient.invalidateQueries({ queryKey: queryKeys.waitingCount });
        void queryClient.invalidateQueries({ queryKey: queryKeys.inbox });
      }),
    [queryClient],
  );
}

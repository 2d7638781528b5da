import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { readOverview } from "@/api/operator";
import { queryKeys } from "@/api/queryKeys";
import { type Sample, withSample } from "@/lib/operatorFigures";
import { useServices } from "@/lib/services";

// Often enough to see turns come and go. While the page is hidden, nothing is asked for.
export const REFRESH_MILLISECONDS = 10_000;

/** The overview; while another period is on its way, that of the one before. */
export function useOverview(days: number, { isLive }: { isLive: boolean }) {
  const services = useServices();
  return useQuery({
    queryKey: queryKeys.operator(days),
    queryFn: () => readOverview(services, days),
    refetchInterval: isLive && REFRESH_MILLISECONDS,
    refetchOnWindowFocus: isLive,
    placeholderData: keepPreviousData,
  });
}

/** The turns that ran at each look since the page was opened. */
export function useSamples({
  data,
  dataUpdatedAt,
}: Pick<ReturnType<typeof useOverview>, "data" | "dataUpdatedAt">) {
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  const { running, waiting } = data ?? {};
  useEffect(() => {
    if (running === undefined || waiting === undefined || dataUpdatedAt === 0) return;
    setSamples((before) => withSample(before, { at: dataUpdatedAt, running, waiting }));
  }, [running, waiting, dataUpdatedAt]);
  return samples;
}

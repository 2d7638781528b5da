import { useCallback, useEffect, useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import { NO_FILTER, STATUSES, type TaskFilter, type TaskStatus } from "@/lib/tasks";

// Browsers refuse an address that changes with every key.
const TYPING_MILLISECONDS = 250;

/** The filter that the address names. `words` is what is typed for the search; the filter follows in a moment. */
export function useTaskFilter() {
  const [params, setParams] = useSearchParams();
  const filter = useMemo(() => filterOf(params), [params]);
  const [words, setWords] = useState(filter.search);
  const change = useCallback(
    (changed: Partial<TaskFilter>) =>
      setParams((before) => paramsOf({ ...filterOf(before), ...changed }), { replace: true }),
    [setParams],
  );
  useEffect(() => {
    if (words.trim() === filter.search) return;
    const timer = setTimeout(() => change({ search: words.trim() }), TYPING_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [words, filter.search, change]);
  const clear = () => {
    setWords("");
    change(NO_FILTER);
  };
  return { filter, words, setWords, change, clear };
}

/** What means nothing is no filter. */
function filterOf(params: URLSearchParams): TaskFilter {
  const priority = params.get("priority") ?? "";
  const status = params.get("state") as TaskStatus;
  return {
    search: params.get("q") ?? "",
    priority: /^[0-3]$/.test(priority) ? Number(priority) : null,
    category: params.get("category") || null,
    status: STATUSES.includes(status) ? status : null,
  };
}

function paramsOf({ search, priority, category, status }: TaskFilter): URLSearchParams {
  const params = new URLSearchParams();
  if (search) params.set("q", search);
  if (priority !== null) params.set("priority", String(priority));
  if (category !== null) params.set("category", category);
  if (status !== null) params.set("state", status);
  return params;
}

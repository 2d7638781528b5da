// What is known of a table's rows: the pages that were read, and apart from them what was read or written since. Pages
// are never mended: whoever shows rows takes each in its latest version.
import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import { queryKeys } from "@/api/queryKeys";
import { latestVersions } from "@/lib/latestVersions";
import type { FeedTable } from "./changes";

export interface RowCache<Row> {
  /** Takes in a version that the database gave. */
  put: (queryClient: QueryClient, row: Row) => void;
  known: (queryClient: QueryClient, id: string) => Row | undefined;
  /** Reads everything again that is shown, and forgets the rest: for rows that are gone. */
  forget: (queryClient: QueryClient) => void;
}

export function rowCache<Row extends { id: string; updated_at: string }, Page>(
  table: FeedTable,
  rowsOf: (page: Page) => readonly Row[],
): RowCache<Row> {
  return {
    put: (queryClient, row) => {
      // An answer may come behind that to a later question.
      const isLate = (known: Row) => known.id === row.id && known.updated_at > row.updated_at;
      queryClient.setQueryData<Row[]>(queryKeys.latestRows(table), (latest = []) =>
        latest.some(isLate) ? latest : [...latest.filter(({ id }) => id !== row.id), row],
      );
      // Only where it is open.
      queryClient.setQueryData<Row | null>(queryKeys.row(table, row.id), (open) =>
        open === undefined || (open && isLate(open)) ? open : row,
      );
    },
    known: (queryClient, id) => {
      const pages = queryClient.getQueriesData<InfiniteData<Page>>({ queryKey: queryKeys.pages(table) });
      const lists = queryClient.getQueriesData<Row[]>({ queryKey: queryKeys.lists(table) });
      const copies = [
        ...pages.flatMap(([, data]) => data?.pages.flatMap(rowsOf) ?? []),
        ...lists.flatMap(([, data]) => data ?? []),
      ].filter((row) => row.id === id);
      return latestVersions(copies).get(id);
    },
    forget: (queryClient) => {
      queryClient.setQueryData<Row[]>(queryKeys.latestRows(table), []);
      void queryClient.invalidateQueries({ queryKey: queryKeys.table(table) });
    },
  };
}

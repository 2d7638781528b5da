import { useEffect } from "react";
import { useWaitingCount } from "@/api/hooks/useWaitingCount";
import { texts } from "@/lib/texts";
import { navTexts } from "@/lib/texts/nav";

/** Names the browser's tab, with how much waits for an answer: seen from another tab as well. */
export function useDocumentTitle(page: string | null): void {
  const count = useWaitingCount();
  useEffect(() => {
    document.title = navTexts.documentTitle(texts.appName, page, count);
  }, [page, count]);
  useEffect(
    () => () => {
      document.title = texts.appName;
    },
    [],
  );
}

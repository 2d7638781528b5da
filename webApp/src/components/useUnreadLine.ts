import { useCallback, useLayoutEffect, useMemo, useState } from "react";
import type { Entry } from "@/lib/messages";
import { firstUnread, type Sight } from "@/lib/unread";
import { useUserId } from "@/stores/useAuthStore";
import { timeRead } from "@/stores/useReadStore";

interface UnreadLineOptions {
  chatId: string;
  /** The thread: what was said before the last question, and what since. */
  before: readonly Entry[];
  current: readonly Entry[];
  /** What is stored is among it; until then there may be what is on its way. */
  isLoaded: boolean;
  /** Leads to the beginning of a block, unless it is in sight. */
  showStart: (id: string) => void;
}

interface UnreadLine {
  /** The entry that what is new begins with. */
  unreadId: string | null;
  /** Whoever says something has read what there is. */
  forget: () => void;
}

/** Where what is new begins for whoever opens the chat, or comes back to a tab that was out of sight, and leads there. */
export function useUnreadLine(options: UnreadLineOptions): UnreadLine {
  const { chatId, before, current, isLoaded, showStart } = options;
  const userId = useUserId();
  // As it was before this visit, which counts as reading.
  const [sight, setSight] = useState<Sight | null>(() => {
    const after = timeRead(userId, chatId);
    return after === null ? null : { after, until: null };
  });
  const unreadId = useMemo(
    () => (sight ? firstUnread([...before, ...current], sight) : null),
    [before, current, sight],
  );
  const lastId = (current.at(-1) ?? before.at(-1))?.id ?? null;
  useLayoutEffect(() => {
    if (!isLoaded || lastId === null) return;
    const look = () => setSight((known) => (known?.until === null ? { ...known, until: lastId } : known));
    const onChange = () => (document.hidden ? setSight({ after: lastId, until: null }) : look());
    if (!document.hidden) look();
    document.addEventListener("visibilitychange", onChange);
    return () => document.removeEventListener("visibilitychange", onChange);
  }, [isLoaded, lastId]);

  const isLookedAt = sight !== null && sight.until !== null;
  useLayoutEffect(() => {
    if (unreadId && isLookedAt) showStart(unreadId);
  }, [unreadId, isLookedAt, showStart]);
  return { unreadId, forget: useCallback(() => setSight(null), []) };
}

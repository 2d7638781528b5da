// Who is signed in. supabase-js keeps and refreshes the session; this is what the app sees of it.
import type { Session } from "@supabase/auth-js";
import { create } from "zustand";
import { createJSONStorage, persist } from "zustand/middleware";
import type { Services } from "@/lib/services";

interface AuthStore {
  /** undefined while it is being found out; null for nobody. */
  session: Session | null | undefined;
  /** This tab was opened by the link of a forgotten password, and there is no new one yet. */
  isRecovering: boolean;
  endRecovery: () => void;
  /** Follows supabase-js until the returned function is called. */
  follow: (services: Services) => () => void;
}

export const useAuthStore = create<AuthStore>()(
  persist(
    (set) => ({
      session: undefined,
      isRecovering: false,
      endRecovery: () => set({ isRecovering: false }),
      follow({ supabase }) {
        // Every tab is told; the others go on with what they are at.
        const cameByLink = new URLSearchParams(window.location.search).has("code");
        const { data } = supabase.auth.onAuthStateChange((event, session) =>
          set(({ isRecovering }) => ({
            session,
            isRecovering: session !== null && (isRecovering || (cameByLink && event === "PASSWORD_RECOVERY")),
          })),
        );
        return () => data.subscription.unsubscribe();
      },
    }),
    {
      // A reload is still the same visit.
      name: "clarity.recovering",
      storage: createJSONStorage(() => sessionStorage),
      partialize: ({ isRecovering }) => ({ isRecovering }),
    },
  ),
);

/** The signed-in user's id. Only for what is shown to signed-in users. */
export function useUserId(): string {
  const userId = useAuthStore((state) => state.session?.user.id);
  if (!userId) throw new Error("useUserId() while nobody is signed in");
  return userId;
}

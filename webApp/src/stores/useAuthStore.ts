// Who is signed in. supabase-js keeps and refreshes the session; this is what the app sees of it.
import type { Session } from "@supabase/auth-js";
import { create } from "zustand";
import type { Services } from "@/lib/services";

interface AuthStore {
  /** undefined while it is being found out; null for nobody. */
  session: Session | null | undefined;
  /** Follows supabase-js until the returned function is called. */
  follow: (services: Services) => () => void;
}

export const useAuthStore = create<AuthStore>()((set) => ({
  session: undefined,
  follow({ supabase }) {
    const { data } = supabase.auth.onAuthStateChange((_event, session) => set({ session }));
    return () => data.subscription.unsubscribe();
  },
}));

/** The signed-in user's id. Only for what is shown to signed-in users. */
export function useUserId(): string {
  const userId = useAuthStore((state) => state.session?.user.id);
  if (!userId) throw new Error("useUserId() while nobody is signed in");
  return userId;
}

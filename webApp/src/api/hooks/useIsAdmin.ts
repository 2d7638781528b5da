import { useQuery } from "@tanstack/react-query";
import { queryKeys } from "@/api/queryKeys";
import { unwrap } from "@/lib/problem";
import { useServices } from "@/lib/services";
import { useUserId } from "@/stores/useAuthStore";

/** Whether the user is an admin, as of when this was first asked: nothing but what is shown depends on it. */
export function useIsAdmin() {
  const { supabase } = useServices();
  const userId = useUserId();
  return useQuery({
    queryKey: queryKeys.isAdmin,
    queryFn: async () => {
      const query = supabase.from("admins").select("user_id").eq("user_id", userId);
      return unwrap(await query).length > 0;
    },
    staleTime: Number.POSITIVE_INFINITY,
    // Several places ask. Each that is shown anew would set the others back to waiting, and those show it anew.
    retryOnMount: false,
  });
}

// What waits for a person in a chat, and deciding about it.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { listActions } from "@/api/approvals";
import { refreshChatLists } from "@/api/chatListCache";
import { decide } from "@/api/deliver";
import { followLive, settle } from "@/api/liveRuns";
import { queryKeys } from "@/api/queryKeys";
import type { Action } from "@/lib/database";
import { useServices } from "@/lib/services";
import { announceChange } from "@/lib/tabs";
import type { Decision } from "@/lib/transport";
import { useLiveRunStore } from "@/stores/useLiveRunStore";

/** The calls that the chat asks, or has asked, about. */
export function useActions(chatId: string, options: { enabled: boolean }) {
  const { supabase } = useServices();
  return useQuery({
    queryKey: queryKeys.approvals(chatId),
    queryFn: () => listActions(supabase, chatId),
    enabled: options.enabled,
    refetchOnWindowFocus: "always",
  });
}

/** Resolves when the decision is taken; what the agent makes of it is then followed like any other turn. */
export function useDecisionMutation(action: Pick<Action, "id" | "chat_id" | "agent_name">) {
  const { chat_id: chatId, agent_name: agentName } = action;
  const services = useServices();
  const queryClient = useQueryClient();
  const tab = { services, queryClient };
  const refresh = () => {
    void queryClient.invalidateQueries({ queryKey: queryKeys.latestRun(chatId) });
    void queryClient.invalidateQueries({ queryKey: ["approvals"] });
  };
  return useMutation({
    networkMode: "always",
    mutationFn: async (decision: Omit<Decision, "actionId">) => {
      const { signal } = useLiveRunStore.getState();
      const run = { chatId, agentName, runId: crypto.randomUUID(), signal };
      const first = await decide(services, { ...run, decision: { ...decision, actionId: action.id } });
      return { ...run, first };
    },
    onSuccess: (run, { isApproved, reason = null }) => {
      const status = isApproved ? "approved" : "rejected";
      queryClient.setQueryData<Action[]>(queryKeys.approvals(chatId), (actions) =>
        actions?.map((one) => (one.id === action.id ? { ...one, status, decision_reason: reason } : one)),
      );
      announceChange(chatId);
      // How it ends is told by the run itself: here, only that it is over.
      void followLive(tab, run)
        .catch(() => settle(tab, chatId))
        .finally(() => {
          announceChange(chatId);
          refresh();
          void refreshChatLists(tab);
        });
    },
    // It may be that somebody has decided meanwhile: then the card should say so.
    onError: refresh,
  });
}

// What the settings show and change, straight from the user's own tables under the policies.
import { type QueryKey, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { queryKeys } from "@/api/queryKeys";
import type { Database } from "@/lib/database.gen";
import { type KeepaliveRequest, sendKeepalive } from "@/lib/keepalive";
import { asProblem, unwrap } from "@/lib/problem";
import { useServices } from "@/lib/services";
import { lastDays } from "@/lib/usageChart";
import { useAuthStore, useUserId } from "@/stores/useAuthStore";
import { useHiddenRowsStore } from "@/stores/useHiddenRowsStore";
import { useToastStore } from "@/stores/useToastStore";

type Tables = Database["public"]["Tables"];
export type Profile = Pick<Tables["profiles"]["Row"], "display_name" | "timezone" | "locale">;
export type Instruction = Pick<
  Tables["user_agent_prompt_customizations"]["Row"],
  "id" | "agent_name" | "content" | "priority" | "is_active"
>;
export type Memory = Pick<
  Tables["agent_long_term_memory"]["Row"],
  "id" | "agent_name" | "content" | "kind" | "is_untrusted" | "created_at"
>;

export const USAGE_DAYS = 30;

export function useProfile() {
  const { supabase } = useServices();
  const userId = useUserId();
  return useQuery({
    queryKey: queryKeys.settings("profile"),
    queryFn: async (): Promise<Profile> => {
      const query = supabase.from("profiles").select("display_name, timezone, locale").eq("id", userId);
      return unwrap(await query.maybeSingle()) ?? { display_name: null, timezone: "UTC", locale: null };
    },
  });
}

export function useSaveProfile() {
  const { supabase } = useServices();
  const userId = useUserId();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (profile: Profile) =>
      unwrap(await supabase.from("profiles").update(profile).eq("id", userId)),
    onSuccess: (_data, profile) => queryClient.setQueryData(queryKeys.settings("profile"), profile),
  });
}

/** All of them, the weightiest first. */
export function useInstructions() {
  const { supabase } = useServices();
  return useQuery({
    queryKey: queryKeys.settings("instructions"),
    queryFn: async (): Promise<Instruction[]> =>
      unwrap(
        await supabase
          .from("user_agent_prompt_customizations")
          .select("id, agent_name, content, priority, is_active")
          .order("priority", { ascending: false })
          .order("created_at"),
      ),
    select: useSeen(),
  });
}

export function useAddInstruction() {
  const { supabase } = useServices();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (instruction: Pick<Instruction, "id" | "agent_name" | "content" | "priority">) =>
      unwrap(await supabase.from("user_agent_prompt_customizations").insert(instruction)),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: queryKeys.settings("instructions") }),
  });
}

/** Changes some at once, where they are shown first; back again if the database refuses. */
export function useChangeInstructions() {
  const { supabase } = useServices();
  const queryKey = queryKeys.settings("instructions");
  return useOptimistic(queryKey, {
    write: async (changed: Instruction[]) => {
      for (const { id, content, priority, is_active } of changed) {
        const change = { content, priority, is_active };
        unwrap(await supabase.from("user_agent_prompt_customizations").update(change).eq("id", id));
      }
    },
    show: (before: Instruction[], changed) =>
      before
        .map((one) => changed.find(({ id }) => id === one.id) ?? one)
        .sort((one, other) => other.priority - one.priority),
  });
}

// As many as the API gives at once.
export const MEMORIES_SHOWN = 1000;

/** The latest ones. */
export function useMemories() {
  const { supabase } = useServices();
  return useQuery({
    queryKey: queryKeys.settings("memory"),
    queryFn: async (): Promise<Memory[]> =>
      unwrap(
        await supabase
          .from("agent_long_term_memory")
          .select("id, agent_name, content, kind, is_untrusted, created_at")
          .order("created_at", { ascending: false })
          .limit(MEMORIES_SHOWN),
      ),
    select: useSeen(),
  });
}

export function useChangeMemory() {
  const { supabase } = useServices();
  return useOptimistic(queryKeys.settings("memory"), {
    write: async ({ id, content }: Pick<Memory, "id" | "content">) => {
      // Its meaning was computed from the old words.
      const change = { content, embedding: null };
      unwrap(await supabase.from("agent_long_term_memory").update(change).eq("id", id));
    },
    show: (before: Memory[], changed) =>
      before.map((one) => (one.id === changed.id ? { ...one, content: changed.content } : one)),
  });
}

/** Out of sight at once, and gone when the notice about it has gone without an undo. */
export function useDeleteWithUndo(section: "instructions" | "memory", text: string) {
  const services = useServices();
  const queryClient = useQueryClient();
  const table: KeepaliveRequest["table"] =
    section === "memory" ? "agent_long_term_memory" : "user_agent_prompt_customizations";
  const { hide, reveal } = useHiddenRowsStore.getState();
  return (id: string) => {
    hide(id);
    useToastStore.getState().show({
      text,
      undo: () => reveal(id),
      commit: (isPageLeaving) => {
        const accessToken = useAuthStore.getState().session?.access_token;
        if (isPageLeaving) {
          if (accessToken) sendKeepalive(services, { method: "DELETE", table, id, accessToken });
          return;
        }
        void Promise.resolve(services.supabase.from(table).delete().eq("id", id))
          .then(unwrap)
          .catch((error: unknown) => {
            reveal(id);
            tell(error);
          })
          .finally(() => queryClient.invalidateQueries({ queryKey: queryKeys.settings(section) }));
      },
    });
  };
}

/** Takes out what is about to be deleted, also when it is read again meanwhile. */
function useSeen() {
  const hiddenIds = useHiddenRowsStore((state) => state.ids);
  return useCallback(
    <Row extends { id: string }>(rows: Row[]) => rows.filter(({ id }) => !hiddenIds.includes(id)),
    [hiddenIds],
  );
}

export function useConsents() {
  const { supabase } = useServices();
  return useQuery({
    queryKey: queryKeys.settings("consents"),
    queryFn: async () =>
      unwrap(
        await supabase
          .from("tool_consents")
          .select("tool_id, tool_name, agent_name, created_at")
          .order("created_at", { ascending: false }),
      ),
  });
}

/** A row may give several tools, each allowed by itself. */
type ConsentKey = Pick<Tables["tool_consents"]["Row"], "tool_id" | "tool_name">;

export function useTakeBackConsent() {
  const { supabase } = useServices();
  return useOptimistic(queryKeys.settings("consents"), {
    write: async ({ tool_id, tool_name }: ConsentKey) => {
      unwrap(await supabase.from("tool_consents").delete().eq("tool_id", tool_id).eq("tool_name", tool_name));
    },
    show: (before: ConsentKey[], { tool_id, tool_name }) =>
      before.filter((one) => one.tool_id !== tool_id || one.tool_name !== tool_name),
  });
}

/** The tools that the user may see, which are those of their own agents, and how each is allowed. */
export function useToolPreferences() {
  const { supabase } = useServices();
  return useQuery({
    queryKey: queryKeys.settings("preferences"),
    queryFn: async () => {
      const [agents, tools, preferences] = await Promise.all([
        supabase.from("agent_configurations").select("id, agent_name, display_name").order("agent_name"),
        supabase.from("agent_tools").select("id, agent_id, name, description").order("name"),
        supabase.from("user_tool_preferences").select("tool_id, approval"),
      ]);
      const chosen = new Map(unwrap(preferences).map((one) => [one.tool_id, one.approval]));
      const rows = unwrap(tools).map((tool) => ({ ...tool, approval: chosen.get(tool.id) ?? null }));
      return unwrap(agents)
        .map((agent) => ({ ...agent, tools: rows.filter((tool) => tool.agent_id === agent.id) }))
        .filter((agent) => agent.tools.length > 0);
    },
  });
}

type AgentWithTools = NonNullable<ReturnType<typeof useToolPreferences>["data"]>[number];

export function usePreferTool() {
  const { supabase } = useServices();
  return useOptimistic(queryKeys.settings("preferences"), {
    write: async ({ toolId, approval }: { toolId: string; approval: "auto" | "ask" | null }) => {
      const table = supabase.from("user_tool_preferences");
      // In one request: broken off between two, there would be no choice at all.
      const query = approval
        ? table.upsert({ tool_id: toolId, approval }, { onConflict: "user_id,tool_id" })
        : table.delete().eq("tool_id", toolId);
      unwrap(await query);
    },
    show: (before: AgentWithTools[], { toolId, approval }) =>
      before.map((agent) => ({
        ...agent,
        tools: agent.tools.map((tool) => (tool.id === toolId ? { ...tool, approval } : tool)),
      })),
  });
}

export function useUsage() {
  const { supabase } = useServices();
  return useQuery({
    queryKey: queryKeys.settings("usage"),
    queryFn: async () => {
      const since = lastDays(USAGE_DAYS, new Date())[0] ?? "";
      const rows = unwrap(
        await supabase
          .from("user_usage")
          .select("day, agent_name, runs, input_tokens, output_tokens, cost_usd")
          .gte("day", since)
          .order("day"),
      );
      // Postgres' numeric comes as text from some gateways: it may have more digits than a number.
      return rows.map((row) => ({ ...row, cost_usd: Number(row.cost_usd) }));
    },
  });
}

interface Optimistic<Data, Change> {
  write: (change: Change) => Promise<void>;
  show: (before: Data, change: Change) => Data;
}

function useOptimistic<Data, Change>(queryKey: QueryKey, { write, show }: Optimistic<Data, Change>) {
  const queryClient = useQueryClient();
  // What is read before another one is written would take that one back on the page.
  const isLast = () => queryClient.isMutating({ mutationKey: queryKey }) === 1;
  return useMutation({
    mutationKey: queryKey,
    mutationFn: write,
    // One after the other: of two that overtake each other the first one would be stored.
    scope: { id: queryKey.join() },
    onMutate: (change: Change) => {
      // Not awaited: a tick that is not shown at once jumps back first.
      void queryClient.cancelQueries({ queryKey });
      const before = queryClient.getQueryData<Data>(queryKey);
      if (before) queryClient.setQueryData(queryKey, show(before, change));
      return before;
    },
    onError: (error, _change, before) => {
      if (before && isLast()) queryClient.setQueryData(queryKey, before);
      tell(error);
    },
    onSettled: () => (isLast() ? queryClient.invalidateQueries({ queryKey }) : undefined),
  });
}

function tell(error: unknown): void {
  const { title, message } = asProblem(error);
  useToastStore.getState().show({ text: `${title}. ${message}` });
}

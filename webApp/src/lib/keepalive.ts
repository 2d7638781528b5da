// Requests that outlive the page: what must still reach the database while a tab closes.
import type { Services } from "./services";

export interface KeepaliveRequest {
  method: "PATCH" | "DELETE";
  table:
    | "chat_sessions"
    | "chats"
    | "tasks"
    | "notes"
    | "user_agent_prompt_customizations"
    | "agent_long_term_memory";
  id: string;
  accessToken: string;
  body?: object;
}

/** Sent at once and never awaited: supabase-js first looks its token up, and by then the page is gone. */
export function sendKeepalive({ config }: Services, request: KeepaliveRequest): void {
  const url = new URL(`/rest/v1/${request.table}`, config.supabase_url);
  url.searchParams.set("id", `eq.${request.id}`);
  void fetch(url, {
    method: request.method,
    keepalive: true,
    headers: {
      apikey: config.publishable_key,
      authorization: `Bearer ${request.accessToken}`,
      "content-type": "application/json",
      prefer: "return=minimal",
    },
    ...(request.body && { body: JSON.stringify(request.body) }),
  }).catch(() => undefined);
}

// Session instances: a row of chat_sessions says that this tab is engaged with a chat.
import { sendKeepalive } from "@/lib/keepalive";
import { isDuplicate, unwrap } from "@/lib/problem";
import type { Services } from "@/lib/services";

/** Who is engaged with what. */
export interface Engagement {
  userId: string;
  chatId: string;
  agentName: string;
}

/** Inserts the instance under an id of our own: one that is there already is this one, from an attempt before. */
export async function insertSession(
  { supabase }: Services,
  id: string,
  engagement: Engagement,
): Promise<void> {
  const row = {
    id,
    chat_id: engagement.chatId,
    agent_name: engagement.agentName,
    metadata: { client: "web" },
  };
  try {
    unwrap(await supabase.from("chat_sessions").insert(row));
  } catch (error) {
    if (!isDuplicate(error)) throw error;
  }
}

/** A sign of life. False when the instance is gone, for example with its chat. */
export async function touchSession({ supabase }: Services, id: string): Promise<boolean> {
  const update = supabase.from("chat_sessions").update({ is_active: true }).eq("id", id);
  return unwrap(await update.select("id")).length > 0;
}

export async function deactivateSession({ supabase }: Services, id: string): Promise<void> {
  unwrap(await supabase.from("chat_sessions").update({ is_active: false }).eq("id", id));
}

/** The same from a page that is going away. */
export function deactivateSessionNow(services: Services, id: string, accessToken: string): void {
  sendKeepalive(services, {
    method: "PATCH",
    table: "chat_sessions",
    id,
    accessToken,
    body: { is_active: false },
  });
}

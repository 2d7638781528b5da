// How a message reaches an agent. One request and one answer: nothing else in the app knows that.

import { networkProblem, problemOf } from "./problem";
import type { Services } from "./services";

export interface Turn {
  chatId: string;
  agentName: string;
  /** The same for every attempt, so that the message is stored and answered once. */
  messageId: string;
  text: string;
}

/** Resolves when the turn is over and stored. Throws a Problem. */
export async function sendTurn(services: Services, turn: Turn): Promise<void> {
  let response = await post(services, turn, await accessToken(services));
  if (response.status === 401) {
    // The token ran out on the way, or the clock is off: one new token, one more try.
    const { data } = await services.supabase.auth.refreshSession();
    response = await post(services, turn, data.session?.access_token ?? null);
  }
  if (!response.ok) throw await problemOf(response);
}

async function accessToken({ supabase }: Services): Promise<string | null> {
  const { data } = await supabase.auth.getSession();
  return data.session?.access_token ?? null;
}

/** Throws the network Problem. */
async function post({ config }: Services, turn: Turn, token: string | null): Promise<Response> {
  const body = {
    agent_name: turn.agentName,
    message: turn.text,
    session_id: turn.chatId,
    message_id: turn.messageId,
  };
  try {
    return await fetch(`${config.api_url}/api/chat`, {
      method: "POST",
      headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
    });
  } catch {
    throw networkProblem();
  }
}

// What the addresses of the app mean.
import { matchPath } from "react-router";
import { isUuid } from "./lastChat";

export type Place =
  /** Wherever one left off: in any chat, or with one agent. */
  | { kind: "open"; agentName: string | null }
  | { kind: "new"; agentName: string | null }
  | { kind: "chat"; chatId: string };

/** An address that means nothing is as good as the front door. */
export function placeOf(pathname: string): Place {
  const chatId = matchPath("/chat/:chatId", pathname)?.params.chatId;
  if (isUuid(chatId)) return { kind: "chat", chatId: chatId.toLowerCase() };
  const begun = matchPath("/new/:agentName?", pathname);
  if (begun) return { kind: "new", agentName: begun.params.agentName ?? null };
  return { kind: "open", agentName: matchPath("/agent/:agentName", pathname)?.params.agentName ?? null };
}

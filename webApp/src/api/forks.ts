// Chats that go on from an earlier message of another.
import * as z from "zod/mini";
import { apiJson, readAs } from "@/lib/api";
import type { Schemas } from "@/lib/api.gen";
import type { Services } from "@/lib/services";

const forkSchema = z.object({ chat_id: z.string() });

interface Fork {
  chatId: string;
  /** One's own, before which the new chat parts. */
  messageId: string;
  /** Of our own choice, so that a repeated attempt makes no second one. */
  newChatId: string;
}

/** Makes a chat of what was said before the message: its id. Throws a Problem. */
export async function forkChat(services: Services, { chatId, messageId, newChatId }: Fork): Promise<string> {
  const body: Schemas["NewFork"] = { message_id: messageId, new_chat_id: newChatId };
  const path = `/api/chats/${chatId}/fork`;
  const answer = await apiJson<Schemas["ForkOut"]>(services, path, { method: "POST", body });
  return readAs(forkSchema, answer).chat_id;
}

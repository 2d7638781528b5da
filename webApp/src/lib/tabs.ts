// Tabs of one browser tell each other what happened in a chat, so that each shows the other's turns at once.
const CHANNEL = "clarity.chats";

/** To every other tab: something is new in this chat. */
export function announceChange(chatId: string): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(chatId);
  channel.close();
}

/** Calls with the id of a chat that another tab announced, until the returned function is called. */
export function onChange(listener: (chatId: string) => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = (event: MessageEvent<string>) => listener(event.data);
  return () => channel.close();
}

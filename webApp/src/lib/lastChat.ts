// The chat that was open last, so that the app opens where it was left. Healed by forgetting.
const KEY = "clarity.lastChat";

interface LastChat {
  userId: string;
  chatId: string;
}

/** Null when there is none of this user, or what is stored is something else. */
export function recallLastChat(userId: string): string | null {
  try {
    const last = JSON.parse(localStorage.getItem(KEY) ?? "null") as Partial<LastChat> | null;
    return last?.userId === userId && isUuid(last.chatId) ? last.chatId : null;
  } catch {
    return null;
  }
}

export function rememberLastChat(last: LastChat): void {
  localStorage.setItem(KEY, JSON.stringify(last));
}

export function forgetLastChat(): void {
  localStorage.removeItem(KEY);
}

export function isUuid(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(value);
}

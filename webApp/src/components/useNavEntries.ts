import type { NavEntry } from "./MainNav";

/** The pages that this user can go to, in their order. */
export function useNavEntries(): readonly NavEntry[] {
  return [];
}

// What a way to sign in that leads elsewhere (a link in an e-mail, a provider) left in the address without success.
import { signInSaying } from "./signInSaying";
import { signInTexts } from "./texts/signIn";

const LEFTOVERS = ["error", "error_code", "error_description", "code", "sb_flow_id"];

/**
 * Why it did not work, once: the address is as it was before then. Otherwise the next link would lead back to an
 * address that says that it failed, and supabase-js would believe that.
 */
export function takeRedirectProblem(): string | null {
  const url = new URL(window.location.href);
  const told = new URLSearchParams([...url.searchParams, ...new URLSearchParams(url.hash.slice(1))]);
  if (!LEFTOVERS.some((name) => told.has(name))) return null;
  for (const name of LEFTOVERS) url.searchParams.delete(name);
  url.hash = "";
  window.history.replaceState(window.history.state, "", url);
  const message = told.get("error_description") ?? told.get("error");
  // A code that nobody took: its other half is in the browser that asked.
  if (!message) return signInTexts.linkElsewhere;
  return signInSaying({ code: told.get("error_code") ?? undefined, message });
}

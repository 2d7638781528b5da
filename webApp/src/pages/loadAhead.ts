import { matchPath } from "react-router";
import { ChatPage, routes, SignInPage } from "./routes";

/** Begins to load the page that will probably be shown, beside the settings and the session that decide it. */
export function loadAhead(pathname: string, isSignedIn: boolean): void {
  const Page = isSignedIn
    ? (routes.find(({ path }) => matchPath(path, pathname))?.Page ?? ChatPage)
    : SignInPage;
  // Whoever shows it asks for it again, and tells what is wrong.
  Page.load().catch(() => undefined);
}

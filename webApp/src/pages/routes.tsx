// The pages, each loaded when it is first gone to.
import { type ComponentType, lazy } from "react";

export interface PageRoute {
  /** As react-router takes it; what follows is the page's own. */
  path: string;
  Page: Page;
}

type Page = ComponentType & { load: Load };
type Load = () => Promise<{ default: ComponentType }>;

/** For whoever is not signed in. */
export const SignInPage = page(() => import("./SignInPage"));
/** Where no other page is. */
export const ChatPage = page(() => import("./ChatPage"));

export const routes: readonly PageRoute[] = [
  { path: "/tasks/*", Page: page(() => import("./TasksPage")) },
  { path: "/notes/*", Page: page(() => import("./NotesPage")) },
  { path: "/agents/*", Page: page(() => import("./AgentsPage")) },
  { path: "/approvals/*", Page: page(() => import("./ApprovalsPage")) },
  { path: "/operator/*", Page: page(() => import("./OperatorPage")) },
  { path: "/settings/*", Page: page(() => import("./SettingsPage")) },
];

/** For a page's module, whose default export is the page. */
export function page(load: Load): Page {
  return Object.assign(lazy(load), { load });
}

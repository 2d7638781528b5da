import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import { type ReactElement, type ReactNode, StrictMode } from "react";
import { type InitialEntry, MemoryRouter } from "react-router";
import { createServices, ServicesProvider } from "@/lib/services";
import { useAuthStore } from "@/stores/useAuthStore";
import { useChatStore } from "@/stores/useChatStore";
import { useDraftStore } from "@/stores/useDraftStore";
import { useLiveRunStore } from "@/stores/useLiveRunStore";
import { useOutboxStore } from "@/stores/useOutboxStore";
import { CONFIG } from "./backend";

export const USER_ID = "00000000-0000-4000-8000-000000000001";

/** One for each test file: a browser has one as well. */
export const services = createServices(CONFIG);

/** The app's surroundings with a user signed in and every store as after a first load. */
export function createSurroundings(path: InitialEntry = "/") {
  signIn();
  useChatStore.setState(useChatStore.getInitialState(), true);
  useOutboxStore.setState({ messages: {} });
  useLiveRunStore.getState().leaveAll();
  useDraftStore.setState({ drafts: {} });
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const wrapper = ({ children }: { children: ReactNode }) => (
    <StrictMode>
      <ServicesProvider value={services}>
        <QueryClientProvider client={queryClient}>
          <MemoryRouter initialEntries={[path]}>{children}</MemoryRouter>
        </QueryClientProvider>
      </ServicesProvider>
    </StrictMode>
  );
  return { queryClient, wrapper };
}

export function renderApp(element: ReactElement, path?: InitialEntry) {
  const { wrapper } = createSurroundings(path);
  return render(element, { wrapper });
}

export function signIn(): void {
  const user = {
    id: USER_ID,
    email: "ada@example.com",
    app_metadata: {},
    user_metadata: {},
    aud: "",
    created_at: "",
  };
  const session = {
    access_token: "token",
    refresh_token: "",
    expires_in: 3600,
    token_type: "bearer" as const,
    user,
  };
  useAuthStore.setState({ session });
}

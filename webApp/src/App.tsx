import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useEffect, useState } from "react";
import { BrowserRouter, Route, Routes } from "react-router";
import "./lib/queryScheduler";
import { Toasts } from "./components/Toasts";
import { type Services, ServicesProvider } from "./lib/services";
import { ChatPage, routes, SignInPage } from "./pages/routes";
import { useAuthStore } from "./stores/useAuthStore";
import { useLiveRunStore } from "./stores/useLiveRunStore";
import { useQueueStore } from "./stores/useQueueStore";

const NewPasswordPage = lazy(() => import("./pages/NewPasswordPage"));
const QueueSender = lazy(() => import("./components/QueueSender"));

export function App({ services }: { services: Services }) {
  const session = useAuthStore((state) => state.session);
  const isRecovering = useAuthStore((state) => state.isRecovering);
  useEffect(() => useAuthStore.getState().follow(services), [services]);
  if (session === undefined) return null;
  return (
    <ServicesProvider value={services}>
      <BrowserRouter>
        {/* A cache for each user: nothing that one has read is there for the next. */}
        <UserCache key={session?.user.id ?? "nobody"}>
          <Suspense fallback={null}>
            {!session ? <SignInPage /> : isRecovering ? <NewPasswordPage /> : <Pages />}
          </Suspense>
          <Toasts />
        </UserCache>
      </BrowserRouter>
    </ServicesProvider>
  );
}

/** An address that belongs to no other page is the chat's. */
function Pages() {
  const hasQueue = useQueueStore(({ messages }) => messages.length > 0);
  return (
    <>
      <Routes>
        {routes.map(({ path, Page }) => (
          <Route key={path} path={path} element={<Page />} />
        ))}
        <Route path="*" element={<ChatPage />} />
      </Routes>
      {/* Without one, a page that is open would be hidden while this is loaded. */}
      <Suspense fallback={null}>{hasQueue && <QueueSender />}</Suspense>
    </>
  );
}

function UserCache({ children }: { children: ReactNode }) {
  const [client] = useState(
    () => new QueryClient({ defaultOptions: { queries: { retry: 1, networkMode: "always" } } }),
  );
  useEffect(() => () => useLiveRunStore.getState().leaveAll(), []);
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}

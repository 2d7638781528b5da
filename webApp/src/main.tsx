import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import "./index.css";
import { loadConfig } from "./lib/config";
import { watchHistory } from "./lib/historyGuard";
import { createServices } from "./lib/services";
import { hasSignedIn } from "./lib/supabase";
import { loadAhead } from "./pages/loadAhead";
import { RefusalPage } from "./pages/RefusalPage";

const element = document.getElementById("root");
if (!element) throw new Error("index.html has no #root");
const root = createRoot(element);

watchHistory();
loadAhead(window.location.pathname, hasSignedIn());
loadConfig().then(
  (config) =>
    root.render(
      <StrictMode>
        <App services={createServices(config)} />
      </StrictMode>,
    ),
  (error: Error) => root.render(<RefusalPage reason={error.message} />),
);

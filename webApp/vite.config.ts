import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// Where `npm run dev` finds the chat server: what `clarity status --json` calls api_url.
const chatServer = process.env["CLARITY_API_URL"] ?? "http://127.0.0.1:8000";
const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { alias: { "@": path("src") } },
  server: {
    host: "127.0.0.1",
    proxy: {
      "/api": chatServer,
      "/mcp": chatServer,
      "/config.json": chatServer,
      "/openapi.json": chatServer,
    },
  },
  build: {
    // No inlined data: URLs and no module preload polyfill: the content-security policy allows neither.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    target: "es2022",
    rolldownOptions: { input: { index: path("index.html"), docs: path("docs.html") } },
    // The documentation's one library; the app's own first load has its budget in scripts/checkBundle.ts.
    chunkSizeWarningLimit: 2000,
  },
});

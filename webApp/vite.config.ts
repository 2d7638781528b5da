import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// Where `npm run dev` finds the chat server: what `clarity status --json` calls api_url.
const chatServer = process.env["CLARITY_API_URL"] ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { alias: { "@": fileURLToPath(new URL("src", import.meta.url)) } },
  server: {
    host: "127.0.0.1",
    proxy: { "/api": chatServer, "/config.json": chatServer },
  },
  // No inlined data: URLs and no module preload polyfill: the content-security policy allows neither.
  build: { manifest: true, assetsInlineLimit: 0, modulePreload: { polyfill: false }, target: "es2022" },
  test: {
    environment: "jsdom",
    setupFiles: ["src/testing/setup.ts"],
    restoreMocks: true,
    testTimeout: 30_000,
  },
});

import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// Where `npm run dev` finds the chat server: what `clarity status --json` calls api_url.
const chatServer = process.env["CLARITY_API_URL"] ?? "http://127.0.0.1:8000";
const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

// What several pages have in common, in a few files: left alone, each icon is a file of its own, and over HTTP/1.1 a
// browser asks for six at a time. Whoever needs a part of one loads all of it, so none is much more than its pages need.
const groups = [
  // All that is loaded at once stays together; the documentation's library is no part of that.
  {
    name: "base",
    tags: ["$initial" as const],
    test: (id: string) => !/swagger-ui|docs\.(ts|html)/.test(id),
    priority: 4,
  },
  { name: "icons", test: /lucide-react/, minShareCount: 2, priority: 3 },
  { name: "query", test: /tanstack|queryKeys/, minShareCount: 2, priority: 3 },
  {
    name: "frame",
    test: /src[\\/].*[\\/](PageFrame|ProblemNote|RowsTable|ThreadSkeleton|chatListCache|time|toolName|useAgents|useChatStore|useReadStore)\.tsx?$/,
    minShareCount: 2,
    priority: 2,
  },
  {
    name: "thread",
    test: /src[\\/].*[\\/](ToolCallCard|messages|texts[\\/](chat|consent|turn)|useChatApiHooks)\.tsx?$/,
    minShareCount: 2,
    priority: 1,
  },
];

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
    rolldownOptions: {
      input: { index: path("index.html"), docs: path("docs.html") },
      output: { codeSplitting: { groups } },
    },
    // The documentation's one library; the app's own first load has its budget in scripts/checkBundle.ts.
    chunkSizeWarningLimit: 2000,
  },
});

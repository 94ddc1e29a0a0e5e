/** Three pages, one build: `/app/` (technician), `/desk/` (dispatcher) and `/schema` (the API's own page). */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** `npm run dev` serves the pages itself and asks a running server for everything else. */
const server = process.env["ONSITE_URL"] ?? "http://127.0.0.1:8000";
const api = [
  "/auth",
  "/borrowings",
  "/commitments",
  "/outlets",
  "/technicians",
  "/job-types",
  "/jobs",
  "/dispatch/",
  "/reviews",
  "/sync",
  "/units",
];

export default defineConfig({
  appType: "mpa",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2022",
    assetsInlineLimit: 0, // the content policy allows no data: scripts or styles
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1600, // swagger-ui, on the API page only
    rolldownOptions: {
      input: {
        technician: here("technician/index.html"),
        dispatcher: here("dispatcher/index.html"),
        api: here("api/index.html"),
      },
    },
  },
  server: { proxy: Object.fromEntries(api.map((path) => [path, server])) },
  test: {
    environment: "happy-dom",
    include: ["{technician,dispatcher,customer,shared,api}/**/*.test.{ts,tsx}"],
    env: { TZ: "Asia/Shanghai" },
    restoreMocks: true,
    isolate: false, // making a document for each file costs ten times what the tests do
    maxWorkers: 2,
  },
});

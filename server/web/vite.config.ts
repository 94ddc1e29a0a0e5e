/** Four pages, one build: `/app/` (technician), `/desk/` (dispatcher), `/desk/admin` (managers) and `/schema` (the API's). */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { keptOffline } from "./technician/worker/files.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** `npm run dev` serves the pages itself and asks a running server for everything else. */
const server = process.env["ONSITE_URL"] ?? "http://127.0.0.1:8000";
const api = [
  "/auth",
  "/borrowings",
  "/centres",
  "/commitments",
  "/component-groups",
  "/devices",
  "/enrolment-codes",
  "/evidence",
  "/fault-codes",
  "/judgements",
  "/label-batches",
  "/label-sheets",
  "/models",
  "/notices",
  "/outlets",
  "/product-lines",
  "/product-links",
  "/report-templates",
  "/skills",
  "/unit-imports",
  "/users",
  "/warranty-policies",
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
  plugins: [keptOffline()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2022",
    assetsInlineLimit: 0, // the content policy allows no data: scripts or styles
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1600, // swagger-ui, on the API page only
    rolldownOptions: {
      // The worker's address stays, so that a phone finds the newer one; all else is named by its content.
      output: { entryFileNames: ({ name }) => (name === "worker" ? "technician/sw.js" : "assets/[name]-[hash].js") },
      input: {
        technician: here("technician/index.html"),
        worker: here("technician/worker/sw.ts"),
        dispatcher: here("dispatcher/index.html"),
        admin: here("admin/index.html"),
        api: here("api/index.html"),
      },
    },
  },
  server: { proxy: Object.fromEntries(api.map((path) => [path, server])) },
  test: {
    environment: "happy-dom",
    include: ["{technician,dispatcher,admin,customer,shared,api}/**/*.test.{ts,tsx}"],
    env: { TZ: "Asia/Shanghai" },
    restoreMocks: true,
    setupFiles: ["shared/testing/reader.ts"],
    isolate: false, // making a document for each file costs ten times what the tests do
    maxWorkers: 2,
  },
});

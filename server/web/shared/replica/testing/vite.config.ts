/** `vite build --config shared/replica/testing/vite.config.ts --outDir FOLDER`: browser.ts as one file, replica.js. */
import { resolve } from "node:path";
import { defineConfig } from "vite";

export default defineConfig({
  build: {
    target: "es2022",
    lib: { entry: resolve(import.meta.dirname, "browser.ts"), formats: ["es"], fileName: () => "replica.js" },
  },
});

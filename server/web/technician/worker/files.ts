/** Part of the build: which files `/app/` needs without a network, and what is served beside its page. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin, Rolldown } from "vite";
import { MANIFEST } from "./manifest.ts";

const PAGE = "technician/index.html";
const WORKER = "technician/sw.js";
export const ICONS = ["icon-192.png", "icon-512.png", "icon-maskable-512.png", "apple-touch-icon.png"] as const;

/** A file as the worker keeps it; the name of one without `revision` changes with what is in it. */
export interface KeptFile {
  readonly url: string;
  readonly revision: string | null;
}

/** What the build makes of one entry, as far as it matters here. */
export type Made = Readonly<Record<string, Rolldown.OutputChunk | Rolldown.OutputAsset>>;

/** The page and everything that it loads, now or later, by whatever way: scripts, styles, pictures, other programs. */
export function filesOf(made: Made, page: string): readonly KeptFile[] {
  const html = made[page];
  if (html?.type !== "asset") throw new Error(`the build has no ${page}`);
  const words = textOf(html);
  const found = new Set<string>();
  for (const [, name = ""] of words.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)) follow(made, name, found);
  const urls = [...found].sort().map((name): KeptFile => ({ url: `/${name}`, revision: null }));
  return [{ url: "/app/", revision: digest(words) }, ...urls];
}

function follow(made: Made, name: string, found: Set<string>): void {
  const file = made[name];
  if (file === undefined || found.has(name)) return;
  found.add(name);
  if (file.type === "asset") return;
  const beside = file.viteMetadata;
  const next = [
    ...file.imports,
    ...file.dynamicImports,
    ...(beside?.importedCss ?? []),
    ...(beside?.importedAssets ?? []),
  ];
  for (const each of next) follow(made, each, found);
}

function textOf({ source }: Rolldown.OutputAsset): string {
  return typeof source === "string" ? source : new TextDecoder().decode(source);
}

function digest(words: string): string {
  return createHash("sha256").update(words).digest("hex").slice(0, 16);
}

/** Writes the list into the worker, and puts manifest and icons beside the page. */
export function keptOffline(): Plugin {
  return {
    name: "onsite-kept-offline",
    apply: "build",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const worker = bundle[WORKER];
        if (worker?.type !== "chunk" || worker.imports.length > 0 || worker.exports.length > 0)
          throw new Error("the worker must be one file that runs without modules");
        worker.code = worker.code.replace(/[\w$]+\.ONSITE_FILES\b/, () => JSON.stringify(filesOf(bundle, PAGE)));
        this.emitFile({
          type: "asset",
          fileName: "technician/manifest.webmanifest",
          source: JSON.stringify(MANIFEST, null, 2),
        });
        for (const name of ICONS)
          this.emitFile({
            type: "asset",
            fileName: `technician/${name}`,
            source: readFileSync(fileURLToPath(new URL(`../icons/${name}`, import.meta.url))),
          });
      },
    },
  };
}

// @vitest-environment node
import { describe, expect, it } from "vitest";
import { filesOf, ICONS, type Made } from "./files";
import { MANIFEST } from "./manifest";

/** A build by its names: what is loaded from where. */
function made(chunks: Record<string, { imports?: string[]; later?: string[]; beside?: string[] }>): Made {
  const page = (name: string): object => ({
    type: "asset",
    source: `<script type="module" crossorigin src="/assets/${name}.js"></script><link href="/app/icon-192.png">`,
  });
  const found: Record<string, unknown> = {
    "technician/index.html": page("app"),
    "dispatcher/index.html": page("desk"),
    "assets/look.css": { type: "asset", source: "" },
    "assets/reader.wasm": { type: "asset", source: "" },
  };
  for (const [name, { imports = [], later = [], beside = [] }] of Object.entries(chunks)) {
    found[`assets/${name}.js`] = {
      type: "chunk",
      imports: imports.map((each) => `assets/${each}.js`),
      dynamicImports: later.map((each) => `assets/${each}.js`),
      viteMetadata: { importedCss: new Set<string>(), importedAssets: new Set(beside.map((each) => `assets/${each}`)) },
    };
  }
  return found as Made;
}

describe("what is kept for a start without a network", () => {
  const build = made({
    app: { imports: ["words"], later: ["scan"], beside: ["look.css"] },
    words: {},
    scan: { imports: ["words", "app"], beside: ["reader.wasm"] },
    desk: { imports: ["words"] },
  });

  it("is the page and all it loads, at once or later, and nothing of another page", () => {
    expect(filesOf(build, "technician/index.html").map(({ url }) => url)).toEqual([
      "/app/",
      "/assets/app.js",
      "/assets/look.css",
      "/assets/reader.wasm",
      "/assets/scan.js",
      "/assets/words.js",
    ]);
  });

  it("knows a changed page by its contents; all else has another name then", () => {
    const [page, ...others] = filesOf(build, "technician/index.html");
    expect(page?.revision).toMatch(/^[0-9a-f]{16}$/);
    expect(others.every(({ revision }) => revision === null)).toBe(true);
    expect(filesOf(build, "dispatcher/index.html")[0]?.revision).not.toBe(page?.revision);
  });

  it("is not made of a build without the page", () => {
    expect(() => filesOf({}, "technician/index.html")).toThrow("the build has no");
  });
});

describe("the manifest", () => {
  it("is what browsers ask of an app that can be installed", () => {
    expect(MANIFEST).toMatchObject({ start_url: "/app/", scope: "/app/", display: "standalone", short_name: "Onsite" });
    const icons = MANIFEST.icons as readonly { src: string; sizes: string; purpose: string }[];
    expect(icons.map(({ sizes, purpose }) => `${sizes} ${purpose}`)).toEqual([
      "192x192 any",
      "512x512 any",
      "512x512 maskable",
    ]);
    expect(icons.every(({ src }) => (ICONS as readonly string[]).includes(src.replace("/app/", "")))).toBe(true);
  });
});

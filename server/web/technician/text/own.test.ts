import { describe, expect, it } from "vitest";
import { en as whole } from "../../shared/text/en";
import { en } from "./en";

const sources = import.meta.glob<string>(
  ["../**/*.{ts,tsx}", "../../shared/**/*.{ts,tsx}", "!**/*.test.*", "!**/text/{en,zh-CN}*", "!**/text/{en,zh-CN}/*"],
  { query: "?raw", import: "default", eager: true },
);

/** The app's sources, from its first on, as they name each other. */
function reached(): Map<string, string> {
  const found = new Map<string, string>();
  const next = ["../main.tsx"];
  for (let file = next.pop(); file !== undefined; file = next.pop()) {
    const source = sources[file];
    if (source === undefined || found.has(file)) continue;
    found.set(file, source);
    for (const [, named = ""] of source.matchAll(/(?:from|import)\s*\(?"(\.[^"]+)"/g)) {
      const { pathname } = new URL(named, `http://web/technician/text/${file}`);
      const path = pathname.replace("/technician/", "../").replace("/shared/", "../../shared/");
      next.push(`${path}.ts`, `${path}.tsx`);
    }
  }
  return found;
}

/** Only at the desk. */
const foreign = Object.keys(whole).filter((key) => !Object.hasOwn(en, key));

/** The texts that a source names: whole, by their beginning before a hole, or as a prefix that codes are said by. */
function namedIn(source: string): string[] {
  const literals = new Set([...source.matchAll(/"([\w.-]+)"/g)].map(([, words = ""]) => words));
  const beginnings = [
    ...[...source.matchAll(/`([\w-]+\.[\w.-]*)\$\{/g)].map(([, words = ""]) => words),
    ...[...source.matchAll(/\bsay\(\s*"([\w.-]+)"/g)].map(([, words = ""]) => `${words}.`),
  ];
  return foreign.filter((key) => literals.has(key) || beginnings.some((words) => key.startsWith(words)));
}

describe("the phone's own texts", () => {
  it("are all that its screens and what it shares with the desk name", () => {
    const app = reached();
    expect([app.has("../finish/SignedView.tsx"), app.has("../../shared/views/Login.tsx")]).toEqual([true, true]);
    expect([...app].flatMap(([file, source]) => namedIn(source).map((key) => [file, key]))).toEqual([]);
  });
});

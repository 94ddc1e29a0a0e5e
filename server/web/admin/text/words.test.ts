import { describe, expect, it } from "vitest";
import { en } from "./en";
import { zhCN } from "./zh-CN";

const holes = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{(\w+)/g)].map((found) => found[1] ?? ""))].sort();

describe("the words of the managers' desk", () => {
  it("are the same in both languages, and ask for the same values", () => {
    expect(Object.keys(zhCN).sort()).toEqual(Object.keys(en).sort());
    for (const [key, text] of Object.entries(en))
      expect([key, ...holes(zhCN[key as keyof typeof en])]).toEqual([key, ...holes(text)]);
  });

  it("stand in one place each, and none is empty", () => {
    const parts = import.meta.glob<Record<string, object>>("./en/*.ts", { eager: true });
    const keys = Object.values(parts).flatMap((part) => Object.values(part).flatMap((texts) => Object.keys(texts)));
    expect(keys.sort()).toEqual(Object.keys(en).sort());
    expect([...Object.values(en), ...Object.values(zhCN)].filter((text) => text.trim() === "")).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";
import { en } from "./en";
import { fill } from "./messages";
import { preferred } from "./language";
import { zhCN } from "./zh-CN";

const holes = (text: string): string[] => [...text.matchAll(/\{(\w+)/g)].map((found) => found[1] ?? "").sort();

describe("the catalogue", () => {
  it("has every key in both languages", () => {
    expect(Object.keys(zhCN).sort()).toEqual(Object.keys(en).sort());
  });

  it("says each thing in one place", () => {
    const parts = import.meta.glob<Record<string, object>>("./en/*.ts", { eager: true });
    const keys = Object.values(parts).flatMap((part) => Object.values(part).flatMap((texts) => Object.keys(texts)));
    expect(keys.sort()).toEqual(Object.keys(en).sort());
  });

  it("asks for the same values in both languages", () => {
    for (const [key, text] of Object.entries(en)) {
      const other = zhCN[key as keyof typeof en];
      expect([key, ...new Set(holes(other))]).toEqual([key, ...new Set(holes(text))]);
    }
  });

  it("leaves no text empty", () => {
    expect([...Object.values(en), ...Object.values(zhCN)].filter((text) => text.trim() === "")).toEqual([]);
  });
});

describe("filling a message", () => {
  it("puts values where their names stand", () => {
    expect(fill("{name}, {window}", { name: "Li", window: "9–10" }, "en")).toBe("Li, 9–10");
  });

  it("chooses the word by the number", () => {
    expect(fill("{n|job|jobs} to do", { n: 1 }, "en")).toBe("1 job to do");
    expect(fill("{n|job|jobs} to do", { n: 0 }, "en")).toBe("0 jobs to do");
  });

  it("shows a hole rather than nothing when a value is missing", () => {
    expect(fill("{a} {b}", { a: 1 }, "en")).toBe("1 {b}");
  });

  it("leaves no space between Chinese characters", () => {
    const filled = (time: string): string => fill("剩余 {time} 可用", { time }, "zh-CN");
    expect(filled("2 小时")).toBe("剩余 2 小时可用");
    expect(filled("不到 1 分钟")).toBe("剩余不到 1 分钟可用");
    expect(filled("5")).toBe("剩余 5 可用");
    expect(fill("由 {was} 改派 {to}", { was: "王伟", to: "Li" }, "zh-CN")).toBe("由王伟改派 Li");
    expect(fill("{day} {time}", { day: "今天", time: "已过" }, "zh-CN")).toBe("今天 已过");
  });

  it("does not fill holes that stand in a value", () => {
    expect(fill("{a}", { a: "{b}", b: "x" }, "en")).toBe("{b}");
  });
});

describe("the language at the first visit", () => {
  it("is the first of the browser's that we have", () => {
    expect(preferred(null, ["fr", "zh-TW", "en"])).toBe("zh-CN");
    expect(preferred(null, ["fr", "en-GB", "zh"])).toBe("en");
  });

  it("is English when we have none of them", () => {
    expect(preferred(null, ["fr"])).toBe("en");
  });

  it("is the remembered one, whatever the browser says", () => {
    expect(preferred("zh-CN", ["en"])).toBe("zh-CN");
    expect(preferred("nonsense", ["en"])).toBe("en");
  });
});

import { describe, expect, it } from "vitest";
import { isSame, onTopOf, type Terms } from "./meanwhile";

const WORDS = { title: "服务报告", intro: "", consent: "本人已确认。", footer: "" };
const START: Terms = {
  ...{ paper: "A4", accent: "#0b57a4", logo: null, sections: [{ name: "signature", fields: [] }] },
  wording: { "zh-CN": WORDS, en: { ...WORDS, title: "Service report" } },
};

const worded = (terms: Terms, change: Partial<typeof WORDS>): Terms => ({
  ...terms,
  wording: { ...terms.wording, en: { ...terms.wording.en, ...change } },
});

describe("what was typed while somebody else saved", () => {
  it("lies on top of theirs, and nothing of theirs is undone", () => {
    const theirs = worded({ ...START, paper: "Letter" }, { footer: "Keep it." });
    const found = onTopOf(START, worded(START, { title: "Report" }), theirs);
    expect(found.terms).toEqual(worded(theirs, { title: "Report" }));
    expect(found.mine).toEqual([{ name: "title", locale: "en" }]);
    expect(found.both).toEqual([]);
  });

  it("tells what both have changed", () => {
    const found = onTopOf(START, worded(START, { title: "Report" }), worded(START, { title: "Visit" }));
    expect(found.both).toEqual([{ name: "title", locale: "en" }]);
    expect(found.terms.wording.en.title).toBe("Report");
  });

  it("is nothing when they saved the same", () => {
    const typed = worded(START, { title: "Report" });
    expect(onTopOf(START, typed, typed)).toEqual({ terms: typed, mine: [], both: [] });
    expect(isSame(typed, worded(START, { title: "Report" }))).toBe(true);
    expect(isSame(typed, START)).toBe(false);
  });
});

import { describe, expect, it } from "vitest";
import type { Problem } from "../../shared/api/problem";
import { blame, ownSentence } from "./faults";

const words = { sentence: (problem: Problem) => problem.code, invalid: "look again" };
const refusal = (problem: Partial<Problem>): Problem => ({ code: "invalid", detail: "", status: 400, ...problem });

describe("a refusal", () => {
  it("stands at the field its code is about", () => {
    const told = blame(refusal({ code: "policy_code_taken" }), { policy_code_taken: "code" }, words);
    expect(told).toEqual({ faults: { code: "policy_code_taken" }, general: false });
  });

  it("stands at the field its reason is about", () => {
    const fieldOf = { link_invalid: "link_type", "link_invalid.url_loops": "url" };
    const because = (reason: string): string[] =>
      Object.keys(blame(refusal({ code: "link_invalid", extra: { reason } }), fieldOf, words).faults);
    expect(because("url_loops")).toEqual(["url"]);
    expect(because("scope_doubled")).toEqual(["link_type"]);
  });

  it("is told in the server's own words where it has both languages", () => {
    const told = refusal({ code: "link_invalid", detail: "Not valid.", extra: { text_zh: "无效。" } });
    expect(ownSentence(told)).toEqual({ zh: "无效。", en: "Not valid." });
    expect(ownSentence(refusal({ detail: "only for programs" }))).toBeNull();
  });

  it("stands at the condition the server names", () => {
    const told = blame(refusal({ code: "policy_matches_nothing", extra: { condition: "job_type" } }), {}, words);
    expect(told.faults).toEqual({ job_type: "policy_matches_nothing" });
  });

  it("of the form's rules stands at each field they name", () => {
    const faults = [
      { key: "data.code", message: "Expected `str` of length >= 1" },
      { message: "Expected `int` <= 10000 - at `$.rank`" },
      { message: "Object missing required field `name`" },
    ];
    expect(Object.keys(blame(refusal({ extra: { faults } }), {}, words).faults)).toEqual(["code", "rank", "name"]);
  });

  it("that no field is to blame for is said above the form", () => {
    expect(blame(refusal({ code: "forbidden" }), {}, words)).toEqual({ faults: {}, general: true });
    expect(blame(refusal({ extra: { faults: "nonsense" } }), {}, words).general).toBe(true);
  });
});

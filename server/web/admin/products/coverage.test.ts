import { describe, expect, it } from "vitest";
import { coverings, inForce } from "./coverage";
import type { Term, Warranty } from "./warranty";

const term = (component: string, months: number, parts: readonly string[] = []): Term => ({
  rule: `${component}.${months}`,
  component,
  name: { zh: component, en: component },
  covers: ["parts"],
  months,
  parts: [...parts],
});

function policy(
  code: string,
  version: number,
  from: string,
  terms: readonly Term[],
  to: string | null = null,
): Warranty {
  const name = { zh: code, en: code };
  const rest = { exclusions: [], windows: [], slow_repairs: [], without_proof: "excluded" as const, grace_days: 0 };
  const whose = { code, version, name, source: "promise" as const, country: "" };
  return { ...whose, effective_from: from, effective_to: to, terms: [...terms] as Warranty["terms"], ...rest };
}

const ours = [
  policy("ours", 1, "2020-01-01", [term("whole_unit", 12)]),
  policy("ours", 2, "2026-01-01", [term("whole_unit", 24), term("main_parts", 36, ["compressor"])]),
  policy("ours", 3, "2026-01-01", [term("whole_unit", 24), term("main_parts", 48, ["compressor"])]),
  policy("ours", 4, "2030-01-01", [term("whole_unit", 6)]),
  policy("law", 1, "2000-01-01", [term("compressor", 60)]),
  policy("over", 1, "2000-01-01", [term("compressor", 120)], "2019-12-31"),
];

describe("the policies in force on a day", () => {
  it("are one version of each: the latest begun, and of those the highest", () => {
    const told = inForce(ours, "2026-11-23").map((one) => `${one.code} ${one.version}`);
    expect(told.sort()).toEqual(["law 1", "ours 3"]);
    expect(inForce(ours, "2019-12-31").map((one) => one.code)).toContain("over");
  });
});

describe("what covers a component", () => {
  it("is a term that names it, then its group's, then the whole unit's", () => {
    const told = coverings(ours, "compressor", "2026-11-23").map(({ term: one, reach }) => [one.months, reach]);
    expect(told).toEqual([
      [60, "itself"],
      [48, "group"],
      [24, "whole"],
    ]);
  });

  it("is, for one that no term names, what holds for the whole unit", () => {
    expect(coverings(ours, "hose", "2026-11-23").map(({ reach }) => reach)).toEqual(["whole"]);
  });
});

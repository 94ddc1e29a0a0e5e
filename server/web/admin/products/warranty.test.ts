import { describe, expect, it } from "vitest";
import { faultsIn, nextOf, requestOf, termsOf, type Warranty } from "./warranty";

const LAST: Warranty = {
  code: "company",
  version: 4,
  source: "promise",
  name: { zh: "公司承诺", en: "Our promise" },
  effective_from: "2024-01-01",
  without_proof: "manufacture_plus_grace",
  country: "",
  slow_repairs: [],
  grace_days: 90,
  terms: [
    {
      rule: "promise.whole",
      component: "whole_unit",
      name: { zh: "整机", en: "whole unit" },
      months: 24,
      covers: ["parts", "labour", "travel"],
      starts: "invoice",
      extended_by_repairs: true,
      product_lines: ["fridge"],
    },
    {
      rule: "promise.life",
      component: "compressor",
      name: { zh: "压缩机", en: "compressor" },
      life: true,
      covers: ["parts"],
    },
  ],
  windows: [{ rule: "promise.refund", remedies: ["refund"], days: 15, severity: "major" }],
  repair_guarantee: { rule: "promise.repaired", days: 30, covers: ["parts"] },
  exclusions: ["misuse"],
};

describe("a warranty's next version", () => {
  const draft = { ...nextOf(LAST), effective_from: "2027-01-01" };

  it("has the next number and its own first day; the rest stays", () => {
    const asked = requestOf(LAST, draft);
    expect([asked.version, asked.effective_from, asked.exclusions]).toEqual([5, "2027-01-01", ["misuse"]]);
    expect(asked.terms[0]).toMatchObject({ months: 24, product_lines: ["fridge"], extended_by_repairs: true });
    expect(asked.terms[1]).toMatchObject({ life: true, months: 0 });
    expect(asked.windows).toEqual([LAST.windows[0]]);
  });

  it("takes what was typed at its rule", () => {
    const asked = requestOf(LAST, {
      ...draft,
      terms: draft.terms.map((term) => (term.rule === "promise.whole" ? { ...term, months: "36" } : term)),
      guarantee_days: "60",
    });
    expect([termsOf(asked)[0]?.months, asked.repair_guarantee?.days]).toEqual([36, 60]);
  });

  it("leaves out a term that was removed", () => {
    expect(requestOf(LAST, { ...draft, terms: draft.terms.slice(1) }).terms.length).toBe(1);
  });

  it("has a first day, which is not before the last version's", () => {
    expect(Object.keys(faultsIn(LAST, nextOf(LAST)))).toEqual(["effective_from"]);
    expect(Object.keys(faultsIn(LAST, { ...draft, effective_from: "2023-01-01" }))).toEqual(["effective_from"]);
    expect(faultsIn(LAST, draft)).toEqual({});
  });

  it("covers something with every term", () => {
    const nothing = draft.terms.map((term) => ({ ...term, covers: [] }));
    expect(Object.keys(faultsIn(LAST, { ...draft, terms: nothing }))).toEqual(["term0", "term1"]);
  });
});

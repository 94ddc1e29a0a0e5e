import { describe, expect, it } from "vitest";
import { choicesOf, sidesOf } from "./sides";

describe("the sides of a review", () => {
  const sides = sidesOf({
    office: { state: "cancelled", technician_id: "t", reason: "", version: 7, window_end: null },
    technician_id: "t",
    operations: [{ op_id: "o", kind: "job.complete", at: "2026-11-07T09:00:00+00:00", grade: "estimated" }],
    completion_id: "o",
    disputed: { contact_phone: { office: "1", field: "2" } },
  });

  it("say what the office holds, without what is empty or bookkeeping", () => {
    expect(sides.office).toEqual([
      ["state", "cancelled"],
      ["technician_id", "t"],
    ]);
  });

  it("say what was done in the field, and when", () => {
    expect(sides.steps).toEqual([
      { key: "o", action: "complete", at: Date.parse("2026-11-07T09:00:00Z"), grade: "estimated", reason: "" },
    ]);
    expect(sides.signed).toBe(true);
  });

  it("set disputed values side by side", () => {
    expect(sides.disputed).toEqual([{ field: "contact_phone", office: "1", fieldValue: "2" }]);
  });

  it("bear anything", () => {
    expect(sidesOf({ office: null, operations: 7, disputed: [] })).toEqual({
      office: [],
      technicianId: null,
      steps: [],
      signed: false,
      fault: "",
      disputed: [],
      products: new Map(),
      officeProduct: null,
      fieldProduct: null,
      officePrice: null,
      fieldPrice: null,
      parts: [],
      papers: [],
    });
  });

  it("show what was signed for a job that nobody knows", () => {
    const signed = { completion_id: "o", text: "done", signer: "李梅", finished_at: "2026-11-07T09:00:00Z", photos: 2 };
    expect(sidesOf({ signed: [signed] }).papers).toEqual([
      { key: "o", text: "done", signer: "李梅", finishedAt: Date.parse("2026-11-07T09:00:00Z"), photos: 2 },
    ]);
  });

  it("show the product and the price of either side", () => {
    const product = { unit_id: "u", serial: "S1", model_name: "清风", model_name_en: "Breeze" };
    const read = sidesOf({
      products: { office: { ...product, sentence: { zh: "保修", en: "Covered" } }, field: null },
      price: { office: 200, field: 150 },
      parts: { "CP-1": -2 },
    });
    expect([read.officeProduct, read.fieldProduct, read.officePrice, read.fieldPrice]).toEqual(["u", null, 200, 150]);
    expect(read.products.get("u")).toEqual({
      serial: "S1",
      name: { zh: "清风", en: "Breeze" },
      warranty: { zh: "保修", en: "Covered" },
    });
    expect(read.parts).toEqual([["CP-1", -2]]);
  });
});

describe("the choices", () => {
  it("keep their order and both languages", () => {
    expect(choicesOf({ b: { zh: "乙", en: "B" }, a: {} })).toEqual([
      { choice: "b", zh: "乙", en: "B" },
      { choice: "a", zh: "", en: "" },
    ]);
  });
});

import { describe, expect, it } from "vitest";
import type { FaultCode } from "../../shared/api/types";
import { faultsOf } from "./faults";

const UNIT = { model_id: "m1", line_code: "washer" };

function aFault(code: string, fields: Partial<FaultCode> = {}): FaultCode {
  return {
    ...{ id: `${code} ${fields.model_id ?? ""}`, line_code: "washer", model_id: null, code, component: "motor" },
    ...{ severity: "major", text: code, text_en: code, advice: "", advice_en: "", version: 1, retired: false },
    ...fields,
  };
}

const codes = (faults: FaultCode[], typed = ""): string[] => faultsOf(faults, UNIT, typed).map(({ id }) => id.trim());

describe("the fault codes of a product", () => {
  it("are its line's, counted as people count", () => {
    expect(codes([aFault("E10"), aFault("E2"), aFault("F1", { line_code: "fridge" })])).toEqual(["E2", "E10"]);
  });

  it("are its model's where that has its own", () => {
    expect(codes([aFault("E1", { model_id: "m1" }), aFault("E1"), aFault("E1", { model_id: "m2" })])).toEqual([
      "E1 m1",
    ]);
  });

  it("are found by how they begin, however that is typed", () => {
    expect(codes([aFault("E-10"), aFault("E2")], " ｅ1")).toEqual(["E-10"]);
  });

  it("are none when they are retired", () => {
    expect(codes([aFault("E1", { retired: true })])).toEqual([]);
  });
});

/** Builders for tests: a whole record with only the telling fields named. */
import type { Unit } from "../phone/bodies";

export function aUnit(fields: Partial<Unit> = {}): Unit {
  return {
    ...{ id: "unit", version: 1, model_id: "model", customer_id: null, gtin: "09506000134352", serial: "SN" },
    ...{ model_name: "空调", model_name_en: "Air conditioner", line_code: "ac", lot: "", country: "CN" },
    ...{ manufactured_on: null, sold_on: null, installed_on: null, registered_on: null, proof: "missing" },
    ...{ exchanged_on: null, withdrawn_on: null, withdrawal: "" },
    ...fields,
  };
}

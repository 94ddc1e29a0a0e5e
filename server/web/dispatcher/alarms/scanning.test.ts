import { describe, expect, it } from "vitest";
import type { ScanAlarm, ScanPlace } from "../../shared/api/types";
import { switchLanguage } from "../../shared/text/language";
import { placeWords, subjectOf } from "./scanning";

switchLanguage("en");

const named = (gtin: string, serial: string, model_name_en: string): ScanAlarm =>
  ({ gtin, serial, model_name: "", model_name_en }) as ScanAlarm;

const seen = (lat: number, lon: number, name_en = ""): ScanPlace => ({
  lat,
  lon,
  name: "",
  name_en,
  at: "2026-11-24T02:00:00Z",
  source: "page",
  scans: 1,
});

describe("what an alarm about scans is about", () => {
  it("is a unit by its model and serial", () => {
    expect(subjectOf(named("06901234567892", "A1", "Breeze"))).toBe("Breeze · A1");
  });

  it("is a model as a whole without a serial", () => {
    expect(subjectOf(named("06901234567892", "", "Breeze"))).toBe("Breeze as a whole");
  });

  it("is the product number where no model is known", () => {
    expect(subjectOf(named("06901234567892", "A1", ""))).toBe("06901234567892 · A1");
  });
});

describe("a place", () => {
  it("has the region's name, else whole degrees on their sides of the globe", () => {
    expect(placeWords(seen(31, 121, "Shanghai"))).toBe("Shanghai");
    expect(placeWords(seen(31, 121))).toBe("31° N 121° E");
    expect(placeWords(seen(-23, -46))).toBe("23° S 46° W");
  });
});

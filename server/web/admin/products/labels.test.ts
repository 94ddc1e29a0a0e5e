import { describe, expect, it } from "vitest";
import { BLANK, faultsIn, requestOf, type LabelsDraft } from "./labels";

const TODAY = "2026-11-23";
const made: LabelsDraft = { ...BLANK, gtin: "1", outlet_id: "o" };
const wrong = (draft: LabelsDraft, places = 24): string[] => Object.keys(faultsIn(draft, places, TODAY));

describe("what is wrong with a batch of labels", () => {
  it("is a model or outlet that is missing for new units, or nothing named of those there are", () => {
    expect(wrong(made)).toEqual([]);
    expect(wrong(BLANK)).toEqual(["gtin", "outlet_id"]);
    expect(wrong({ ...BLANK, what: "units" })).toEqual(["gtin"]);
    expect(wrong({ ...BLANK, what: "units", lot: "L7" })).toEqual([]);
  });

  it("is a size of which one edge is missing, or that no printer has; a sheet has its own", () => {
    expect(wrong({ ...made, width: "40" })).toEqual(["height"]);
    expect(wrong({ ...made, width: "5", height: "30" })).toEqual(["width"]);
    expect(wrong({ ...made, width: "5", sheet: "A4-24" })).toEqual([]);
  });

  it("is a place beyond the sheet, a lot no code can hold, a day to come", () => {
    expect(wrong({ ...made, sheet: "A4-24", place: "25" })).toEqual(["place"]);
    expect(wrong({ ...made, lot: "批次", manufactured_on: "2026-11-24" })).toEqual(["lot", "manufactured_on"]);
  });
});

describe("a batch of labels", () => {
  it("says a sheet's place only where there is a sheet", () => {
    expect(requestOf({ ...made, sheet: "A4-24", place: "7", width: "40" })).toMatchObject({
      ...{ sheet: "A4-24", place: 7, form: { width: null } },
    });
    expect(requestOf({ ...made, format: "zpl", sheet: "A4-24", place: "7" })).toMatchObject({ sheet: null, place: 1 });
  });
});

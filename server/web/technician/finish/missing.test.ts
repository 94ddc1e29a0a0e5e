import { describe, expect, it } from "vitest";
import { aDraft, aVisit } from "./builders";
import { lacks, stops } from "./missing";

const kinds = (...of: Parameters<typeof lacks>): string[] => lacks(...of).map(({ kind }) => kind);

describe("what a report lacks", () => {
  it("is nothing when the work is done", () => {
    expect(kinds(aVisit(), aDraft())).toEqual([]);
  });

  it("is named, the customer's own answers left out", () => {
    const seen = aVisit({ checklist: {}, arrival: null }, { photos: [] });
    expect(lacks(seen, aDraft())).toEqual([
      { kind: "items", items: [{ zh: "断电并确认安全", en: "Made safe" }] },
      { kind: "photos", needed: 1, there: 0 },
      { kind: "arrival" },
    ]);
    expect(lacks(seen, aDraft()).some(stops)).toBe(false);
  });

  it("stops only what nobody could sign", () => {
    const fees = [{ name: "x", amount: "a lot" }];
    expect(lacks(aVisit({ result: " " }), aDraft({ fees })).filter(stops)).toEqual([
      { kind: "result" },
      { kind: "fee", index: 0 },
    ]);
  });

  it("is only the reason where it cannot be done", () => {
    const seen = aVisit({ checklist: {}, result: "" }, { photos: [] });
    expect(kinds(seen, aDraft({ outcome: "cannot_complete" }))).toEqual(["reason"]);
    expect(kinds(seen, aDraft({ outcome: "cannot_complete", reason: "无人在家" }))).toEqual([]);
  });
});

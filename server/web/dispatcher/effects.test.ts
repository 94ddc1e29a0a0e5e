import { describe, expect, it } from "vitest";
import { countdown, effectsOf, obstaclesOf } from "./effects";

describe("what a choice will do", () => {
  const told = effectsOf({
    fields: [
      { field: "billing_held", before: true, after: false },
      { field: "completion_id", before: null, after: "c" },
      { field: "parts_used/CP-1", before: -2, after: 0 },
      { field: "state", before: "cancelled", after: "completed" },
    ],
    visits: [{ id: null, technician_id: "t", before: null, after: "done" }],
    promise: { before: "void", after: "met" },
    warranty: null,
  });

  it("starts with the state, ends with the bill, and leaves bookkeeping out", () => {
    expect(told.map((each) => (each.kind === "field" ? each.field : each.kind))).toEqual([
      "state",
      "parts_used",
      "visit",
      "promise",
      "billing_held",
    ]);
  });

  it("names the entry of a collection", () => {
    expect(told[1]).toEqual({ kind: "field", field: "parts_used", item: "CP-1", from: -2, to: 0 });
  });
});

describe("what stands in the way of an undo", () => {
  it("is named by field, visit or review, and bears anything", () => {
    const way = [{ field: "readings/bar" }, { visit: "v" }, { review: "r" }, 7];
    expect(obstaclesOf({ in_the_way: way })).toEqual(["readings", "visit", "review"]);
    expect(obstaclesOf(undefined)).toEqual([]);
    expect(obstaclesOf({ in_the_way: "x" })).toEqual([]);
  });
});

describe("the time that is left", () => {
  it("counts down to nothing and never below", () => {
    expect([600_000, 545_001, 999, 0, -5].map(countdown)).toEqual(["10:00", "9:06", "0:01", "0:00", "0:00"]);
  });
});

import { describe, expect, it } from "vitest";
import { partNumber, partsOf } from "./parts";

const PUMP = { component: "drain_pump", part_number: "WM-DP-08", name: "排水泵", name_en: "Drain pump" };
const MOTOR = { component: "motor", part_number: "WM-MT-30", name: "电机" };

describe("the parts of a job", () => {
  it("are those it needs, then what was used besides, with their names", () => {
    const job = { parts_needed: { "WM-DP-08": 1 }, parts_used: { "X-1": 2 } };
    expect(partsOf(job, [PUMP, MOTOR]).chosen).toEqual([
      { number: "WM-DP-08", name: { zh: "排水泵", en: "Drain pump" }, needed: 1, used: 0 },
      { number: "X-1", name: { zh: "", en: "" }, needed: 0, used: 2 },
    ]);
  });

  it("offers the others that fit the product", () => {
    const { others } = partsOf({ parts_used: { "WM-DP-08": 1 } }, [PUMP, MOTOR]);
    expect(others.map(({ number }) => number)).toEqual(["WM-MT-30"]);
  });

  it("shows what went below nothing, and forgets what was put back", () => {
    const { chosen } = partsOf({ parts_used: { "WM-DP-08": -1, "WM-MT-30": 0 } }, [PUMP, MOTOR]);
    expect(chosen.map(({ number, used }) => [number, used])).toEqual([["WM-DP-08", -1]]);
  });

  it("takes a name that every object has as a number like any other", () => {
    const part = { ...PUMP, part_number: "toString" };
    expect(partsOf({ parts_used: {} }, [part]).others).toEqual([
      { number: "toString", name: { zh: "排水泵", en: "Drain pump" }, needed: 0, used: 0 },
    ]);
  });
});

describe("a part number that was typed", () => {
  it("is sent without the spaces around it, in plain letters", () => {
    expect(partNumber("  ＷＭ-DP-08 ")).toBe("WM-DP-08");
  });

  it("is none when it is empty or too long", () => {
    expect([partNumber(" "), partNumber("x".repeat(61))]).toEqual([null, null]);
  });
});

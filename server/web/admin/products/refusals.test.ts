import { describe, expect, it } from "vitest";
import { readDetail } from "./refusals";

const NOTHING = { field: null, value: null, line: null };

describe("the detail of a refused line", () => {
  it("names the column and what stands in it", () => {
    const day = { ...NOTHING, field: "manufactured_on" };
    expect(readDetail("manufactured_on: '01/05/2026' is no day as '%Y-%m-%d'")).toEqual({
      ...day,
      value: "01/05/2026",
    });
    expect(readDetail("manufactured_on: 2099-01-01 is still to come")).toEqual({ ...day, value: "2099-01-01" });
  });

  it("names what was found, or the line that has it already", () => {
    expect(readDetail("'Nowhere'")).toEqual({ ...NOTHING, value: "Nowhere" });
    expect(readDetail("'09': The check digit should be 8.")).toEqual({ ...NOTHING, value: "09" });
    expect(readDetail("line 5 has it")).toEqual({ ...NOTHING, line: 5 });
  });

  it("is nothing where it is only a sentence", () => {
    expect(readDetail("without it a repeat could not be told from a new unit")).toEqual(NOTHING);
    expect(readDetail("")).toEqual(NOTHING);
  });
});

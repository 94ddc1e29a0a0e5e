import { describe, expect, it } from "vitest";
import { inShownOrder, SHOWN_CODE } from "./faultcodes";

describe("fault codes", () => {
  it("stand line by line, by the number in them, the line's before a model's, retired ones last", () => {
    const code = (line_code: string, code: string, model_id: string | null = null, retired = false) => ({
      ...{ line_code, code, model_id, retired },
    });
    const listed = [
      code("tv", "E1"),
      code("ac", "E1", null, true),
      code("ac", "E10"),
      code("ac", "E2", "m"),
      code("ac", "E2"),
    ];
    const told = inShownOrder(listed).map((one) => [one.line_code, one.code, one.model_id, one.retired].join(" "));
    expect(told).toEqual(["ac E2  false", "ac E2 m false", "ac E10  false", "tv E1  false", "ac E1  true"]);
  });

  it("are what a display can show", () => {
    for (const shown of ["E6", "F-12", "E 4/7", "0"]) expect(shown).toMatch(SHOWN_CODE);
    for (const wrong of ["", "故障", " E6", "-E6", "E".repeat(21)]) expect(wrong).not.toMatch(SHOWN_CODE);
  });
});

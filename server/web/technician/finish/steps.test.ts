import { describe, expect, it } from "vitest";
import { handsBack, resumed, STEPS, THEIRS, type StepName } from "./steps";

const NAMES = Object.keys(STEPS) as StepName[];

describe("the way to a signature", () => {
  it("goes back from everywhere to the report, and from there to the job", () => {
    for (const name of NAMES) {
      let [at, left]: [StepName | null, number] = [name, NAMES.length];
      while (at !== null && left > 0) [at, left] = [STEPS[at].back, left - 1];
      expect([name, at]).toEqual([name, null]);
    }
  });

  it("is the customer's from reading to signing", () => {
    expect(NAMES.filter((name) => STEPS[name].hands === "customer")).toEqual(THEIRS);
  });

  it("asks before it comes back to the technician", () => {
    expect([handsBack("sign", "report"), handsBack("sign", "refuse"), handsBack("sign", "judge")]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it("goes on after a reload where it was, unless there is nothing to show", () => {
    expect([resumed("sign", true), resumed("sign", false)]).toEqual(["sign", "report"]);
  });
});

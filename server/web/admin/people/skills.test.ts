import { describe, expect, it } from "vitest";
import { skillsAfter } from "./skills";

describe("skills that were edited", () => {
  it("are what was ticked, where nobody else changed them", () => {
    const start = ["repair", "gas"];
    expect(skillsAfter(start, ["repair", "gas"], start)).toEqual(["repair", "gas"]);
    expect(skillsAfter(start, ["repair", "fridge"], start)).toEqual(["repair", "fridge"]);
    expect(skillsAfter(start, [], start)).toEqual([]);
  });

  it("keep what somebody else added or took away meanwhile", () => {
    const start = ["repair", "gas"];
    expect(skillsAfter(start, ["repair", "gas", "fridge"], ["repair", "gas", "boiler"])).toEqual([
      ...["repair", "gas", "boiler", "fridge"],
    ]);
    expect(skillsAfter(start, ["repair"], ["repair", "gas", "boiler"])).toEqual(["repair", "boiler"]);
    expect(skillsAfter(start, ["repair", "gas", "fridge"], ["repair"])).toEqual(["repair", "fridge"]);
    expect(skillsAfter(start, ["repair", "gas", "fridge"], ["repair", "gas", "fridge"])).toEqual([
      ...["repair", "gas", "fridge"],
    ]);
  });
});

import { describe, expect, it } from "vitest";
import { givenBy, may, opens, placesOf } from "./rights";

describe("at the managers' desk", () => {
  it("an auditor changes nothing and gives no role", () => {
    const rights = ["promise", "approve", "people", "skills", "catalogue", "units", "outlets", "centres"] as const;
    expect(rights.filter((right) => may("auditor", right))).toEqual([]);
    expect(givenBy("auditor")).toEqual([]);
  });

  it("an outlet's manager looks after people and units, not after promises or the catalogue", () => {
    expect(may("outlet_manager", "people") && may("outlet_manager", "units")).toBe(true);
    expect(may("outlet_manager", "promise") || may("outlet_manager", "catalogue")).toBe(false);
  });

  it("labels are shown to those only who may print them", () => {
    expect(opens("auditor", "labels")).toBe(false);
    expect(opens("outlet_manager", "labels")).toBe(true);
    expect(opens("auditor", "imports")).toBe(true);
  });

  it("nobody gives a role above their own, and each role has its height", () => {
    expect(givenBy("centre_manager")).not.toContain("hq_manager");
    expect(givenBy("outlet_manager")).not.toContain("centre_manager");
    expect(placesOf("outlet_manager")).toEqual(["outlet"]);
  });
});

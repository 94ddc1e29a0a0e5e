import { describe, expect, it } from "vitest";
import { callerAsked } from "./callers";

const HOST = "onsite.example.org";

describe("what a search for the caller asks for", () => {
  it("is nothing before two signs are typed", () => {
    expect(callerAsked(" 1 ", HOST)).toBeNull();
  });

  it("is customers by a short word, and products too by what may be a serial", () => {
    expect(callerAsked("李梅", HOST)).toEqual({ customers: "李梅", units: null, gtin: null });
    expect(callerAsked("SN-77", HOST)).toEqual({ customers: "SN-77", units: "SN-77", gtin: null });
    expect(callerAsked("+86 138 0000", HOST)).toMatchObject({ units: null });
  });

  it("is the one product of a scanned code, and no customer", () => {
    const asked = { customers: null, units: "SN-77", gtin: "06901234567892" };
    expect(callerAsked(`https://${HOST}/01/06901234567892/21/SN-77`, HOST)).toEqual(asked);
    expect(callerAsked("(01)06901234567892(21)SN-77", HOST)).toEqual(asked);
  });

  it("is never longer than the server takes", () => {
    expect(callerAsked("梅".repeat(200), HOST)?.customers?.length).toBe(80);
  });
});

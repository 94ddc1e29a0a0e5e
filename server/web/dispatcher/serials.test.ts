import { describe, expect, it } from "vitest";
import { serialIn } from "./serials";

const HOST = "onsite.example.org";

describe("the serial in a search", () => {
  it("is what was typed, where it may be one", () => {
    expect(serialIn(" 0123 4567 ", HOST)).toBe("0123 4567");
    expect(serialIn("SN-77A", HOST)).toBe("SN-77A");
  });

  it("is that of a scanned code", () => {
    expect(serialIn(`https://${HOST}/01/06901234567892/21/SN-77`, HOST)).toBe("SN-77");
  });

  it("is none in names, short numbers and sentences", () => {
    for (const search of ["", "李梅", "Wang Fang", "1234", "南京路 12345", "a".repeat(50)]) {
      expect(serialIn(search, HOST)).toBeNull();
    }
  });
});

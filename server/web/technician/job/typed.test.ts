import { describe, expect, it } from "vitest";
import { beginningOf, fit } from "./typed";

describe("a text that was typed", () => {
  it("keeps its words and lines", () => {
    expect(fit("  走货梯\n<b>二楼</b> 👍 ", 400)).toBe("走货梯\n<b>二楼</b> 👍");
  });

  it("loses what would turn or end what is around it", () => {
    expect(fit("a\u202eb\u0000c\ud800d\u2066e", 400)).toBe("abcde");
  });

  it("is as long as the server takes, in whole characters", () => {
    expect(fit("👍👍👍", 2)).toBe("👍👍");
  });
});

describe("a long text", () => {
  it("is begun, in whole characters", () => {
    expect(beginningOf("👍".repeat(400))).toBe("👍".repeat(240));
    expect(beginningOf("a\n".repeat(20))).toBe("a\na\na\na\na\na");
  });

  it("is told whole where little is missing", () => {
    const text = "x".repeat(300);
    expect([beginningOf(text), beginningOf("走货梯")]).toEqual([text, "走货梯"]);
  });
});

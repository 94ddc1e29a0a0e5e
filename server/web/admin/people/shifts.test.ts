import { describe, expect, it } from "vitest";
import type { Technician } from "../../shared/api/types";
import { copied, daysOn, hoursIn, merged, mondayOf, overlaps, seen, shiftOn, weekFrom, type Shift } from "./shifts";

const CN = "Asia/Shanghai";
const NOW = Date.parse("2026-11-20T00:00:00Z");
const shift = (id: string, starts_at: string, ends_at: string): Shift => ({ id, starts_at, ends_at });
const monday = shift("1", "2026-11-23T00:30:00Z", "2026-11-23T09:30:00Z");

describe("a week", () => {
  it("begins on Monday, also over the end of a month and a year", () => {
    expect([mondayOf("2026-11-23"), mondayOf("2026-11-29"), mondayOf("2027-01-01")]).toEqual([
      "2026-11-23",
      "2026-11-23",
      "2026-12-28",
    ]);
    expect(weekFrom("2026-12-28").at(-1)).toBe("2027-01-03");
    expect(daysOn("2028-02-28", 1)).toBe("2028-02-29");
  });
});

describe("a shift", () => {
  it("is seen by the outlet's clock", () => {
    expect(seen(monday, CN)).toEqual({ id: "1", day: "2026-11-23", from: "08:30", to: "17:30" });
    expect(seen(monday, "Europe/Berlin").from).toBe("01:30");
  });

  it("that ends before it starts ends on the next day", () => {
    expect(shiftOn("2026-11-23", "22:00", "06:00", CN)).toEqual({
      starts_at: "2026-11-23T14:00:00.000Z",
      ends_at: "2026-11-23T22:00:00.000Z",
    });
    expect(shiftOn("2026-11-23", "", "06:00", CN)).toBeNull();
  });

  it("overlaps another only when both go on", () => {
    const next = shift("2", monday.ends_at, "2026-11-23T12:00:00Z");
    expect([overlaps(monday, next), overlaps(monday, monday)]).toEqual([false, true]);
  });
});

describe("copying a week", () => {
  it("keeps the times of day", () => {
    expect(copied([monday], [], 7, CN, NOW)).toEqual([
      { starts_at: "2026-11-30T00:30:00.000Z", ends_at: "2026-11-30T09:30:00.000Z" },
    ]);
  });

  it("keeps them where the clocks change between", () => {
    const berlin = shift("1", "2026-10-19T06:00:00Z", "2026-10-19T14:00:00Z");
    expect(copied([berlin], [], 7, "Europe/Berlin", 0)[0]?.starts_at).toBe("2026-10-26T07:00:00.000Z");
  });

  it("leaves out what is there already, and what is over", () => {
    const there = shift("9", "2026-11-30T05:00:00Z", "2026-11-30T06:00:00Z");
    expect(copied([monday], [there], 7, CN, NOW)).toEqual([]);
    expect(copied([monday], [], 7, CN, Date.parse("2026-12-01T00:00:00Z"))).toEqual([]);
  });
});

describe("the shifts of several days", () => {
  const technician = (id: string, shifts: readonly Shift[]): Technician => ({ id, shifts }) as Technician;

  it("are told once, though a night belongs to two days", () => {
    const found = merged([
      [technician("a", [monday]), technician("b", [])],
      [technician("a", [monday, shift("2", "", "")])],
    ]);
    expect(found.map((one) => [one.id, one.shifts.map((s) => s.id)])).toEqual([
      ["a", ["1", "2"]],
      ["b", []],
    ]);
  });

  it("add up to the hours of the week they begin in", () => {
    const before = shift("0", "2026-11-22T14:00:00Z", "2026-11-23T00:00:00Z");
    expect(hoursIn([monday, before], weekFrom("2026-11-23"), CN)).toBe(9);
  });
});

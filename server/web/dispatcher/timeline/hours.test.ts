import { describe, expect, it } from "vitest";
import { atX, dayAfter, dayOf, HOUR, isDay, MINUTE, sharedZone, snap, spanOf, ticks, xOf } from "./hours";
import { DAY, SPAN, ZONE } from "./builders";

describe("a day on the timeline", () => {
  it("begins at midnight of its zone and shows the morning after", () => {
    expect(new Date(SPAN.from).toISOString()).toBe("2026-11-22T16:00:00.000Z");
    expect(SPAN.midnight - SPAN.from).toBe(24 * HOUR);
    expect(SPAN.to - SPAN.midnight).toBe(6 * HOUR);
  });

  it("is 23 or 25 hours long where clocks are changed", () => {
    const lengths = ["2026-03-29", "2026-10-25"].map((day) => spanOf(day, "Europe/Berlin"));
    expect(lengths.map((span) => (span.midnight - span.from) / HOUR)).toEqual([23, 25]);
    expect(lengths.map((span) => ticks(span, 1).length)).toEqual([29, 31]);
  });

  it("puts an instant at a place, and a place back at its instant", () => {
    const noon = SPAN.from + 12 * HOUR;
    expect(xOf(noon, SPAN, 60)).toBe(720);
    expect(atX(xOf(noon, SPAN, 96), SPAN, 96)).toBe(noon);
  });

  it("takes whole steps of five minutes", () => {
    expect(snap(SPAN.from + 7 * MINUTE) - SPAN.from).toBe(5 * MINUTE);
    expect(snap(SPAN.from + 8 * MINUTE) - SPAN.from).toBe(10 * MINUTE);
  });

  it("is today unless the address names another", () => {
    expect(dayOf(null, SPAN.from + HOUR, ZONE)).toBe(DAY);
    expect(dayOf("2026-02-28", SPAN.from, ZONE)).toBe("2026-02-28");
    expect(dayOf("2026-02-30", SPAN.from, ZONE)).toBe(DAY);
    expect(isDay("tomorrow")).toBe(false);
  });

  it("is followed by another one, also over a year's end", () => {
    expect(dayAfter("2026-12-31", 1)).toBe("2027-01-01");
    expect(dayAfter("2028-03-01", -1)).toBe("2028-02-29");
  });

  it("is told in the zone all outlets share, else in the viewer's", () => {
    expect(sharedZone([ZONE, ZONE])).toBe(ZONE);
    expect(sharedZone([ZONE, "Europe/Berlin"])).toBeUndefined();
    expect(sharedZone([])).toBeUndefined();
  });
});

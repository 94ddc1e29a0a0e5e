import { beforeEach, describe, expect, it } from "vitest";
import { switchLanguage } from "../text/language";
import {
  clockTime,
  dayName,
  daysFrom,
  foreign,
  fromLocalInput,
  plainDate,
  relativeDay,
  shortTime,
  span,
  timeWindow,
  toLocalInput,
} from "./format";

// The tests run in Asia/Shanghai (see vite.config.ts): 04:00 UTC is noon there.
const noon = Date.parse("2026-11-07T04:00:00Z");
const hour = 3_600_000;

describe("times in English", () => {
  beforeEach(() => {
    switchLanguage("en");
  });

  it("are in the viewer's zone", () => {
    expect(clockTime(noon)).toBe("12:00");
    expect(dayName(noon)).toBe("Sat 7 Nov");
  });

  it("name the day only when it is not today", () => {
    expect(shortTime(noon, noon + hour)).toBe("13:00");
    expect(shortTime(noon, noon + 24 * hour)).toBe("tomorrow 12:00");
    expect(shortTime(noon, noon - 24 * hour)).toBe("yesterday 12:00");
    expect(shortTime(noon, noon + 72 * hour)).toBe("Tue 10 Nov 12:00");
  });

  it("make a window", () => {
    expect(timeWindow(noon, noon, noon + hour)).toBe("12:00–13:00");
    expect(timeWindow(noon, noon, null)).toBe("12:00");
  });

  it("keep dates without a zone as they are", () => {
    expect(plainDate("2026-11-07")).toBe("7 Nov 2026");
  });

  it("give midnight as 00:00", () => {
    expect(clockTime(noon + 12 * hour)).toBe("00:00");
  });
});

describe("days", () => {
  it("turn at the viewer's midnight", () => {
    expect(daysFrom(noon, noon + 11.9 * hour)).toBe(0);
    expect(daysFrom(noon, noon + 12 * hour)).toBe(1);
    expect(daysFrom(noon, noon - 12.1 * hour)).toBe(-1);
  });
});

describe("spans", () => {
  it("have two units at most", () => {
    switchLanguage("en");
    const all = [30_000, 5 * 60_000, hour, 2.25 * hour, 24 * hour, 30 * hour, 20.5 * 24 * hour].map(span);
    expect(all).toEqual(["under 1 min", "5 min", "1 h", "2 h 15 min", "1 d", "1 d 6 h", "20 d"]);
  });

  it("have no sign", () => {
    expect(span(-hour)).toBe(span(hour));
  });
});

describe("times in Chinese", () => {
  it("read as Chinese", () => {
    switchLanguage("zh-CN");
    expect(relativeDay(noon, noon)).toBe("今天");
    expect(dayName(noon)).toBe("11月7日周六");
    expect(span(2.25 * hour)).toBe("2 小时 15 分");
    expect(plainDate("2026-11-07")).toBe("2026年11月7日");
  });
});

describe("a time for an input", () => {
  it("is local to the minute", () => {
    expect(toLocalInput(noon)).toBe("2026-11-07T12:00");
  });
});

describe("times of a place elsewhere", () => {
  beforeEach(() => {
    switchLanguage("en");
  });

  it("name its zone", () => {
    expect(shortTime(noon, noon, "Europe/London")).toMatch(/^04:00 \((UK|United Kingdom) time\)$/i);
    expect(timeWindow(noon, noon, noon + hour, "Europe/London")).toMatch(/^04:00–05:00 \(.+ time\)$/i);
  });

  it("name nothing where the clocks agree, or the zone is not known", () => {
    expect(shortTime(noon, noon, "Asia/Singapore")).toBe("12:00");
    expect(shortTime(noon, noon, "Mars/Olympus")).toBe("12:00");
    expect(foreign(undefined, noon)).toBeUndefined();
  });

  it("count days as they are counted there", () => {
    expect(daysFrom(noon, noon + 10 * hour)).toBe(0);
    expect(daysFrom(noon, noon + 10 * hour, "America/New_York")).toBe(1);
    expect(shortTime(noon, noon + 10 * hour, "Pacific/Auckland")).toMatch(/^tomorrow 03:00 /);
  });

  it("are entered as they are shown, in summer and in winter", () => {
    for (const at of [noon, Date.parse("2026-07-07T04:30:00Z")])
      expect(fromLocalInput(toLocalInput(at, "Europe/London"), "Europe/London")).toBe(at);
    expect(fromLocalInput("2026-11-07T12:00")).toBe(noon);
    expect(fromLocalInput("", "Europe/London")).toBeNaN();
  });
});

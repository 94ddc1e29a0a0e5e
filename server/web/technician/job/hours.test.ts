import { afterEach, describe, expect, it } from "vitest";
import { switchLanguage } from "../../shared/text/language";
import { hoursOf } from "./hours";

afterEach(() => {
  switchLanguage("en");
});

describe("the hours of a site", () => {
  it("name their days in the reader's language", () => {
    const windows = [{ days: [1, 5], from: "08:00", to: "12:00" }];
    expect(hoursOf(windows)).toEqual(["Mon Fri 08:00–12:00"]);
    switchLanguage("zh-CN");
    expect(hoursOf(windows)).toEqual(["周一 周五 08:00–12:00"]);
  });

  it("may be of one date, or of any day", () => {
    expect(hoursOf([{ on: "2026-11-07", from: "22:00", to: "06:00" }])).toEqual(["7 Nov 2026 22:00–06:00"]);
    expect(hoursOf([{ from: "00:00", to: "24:00" }])).toEqual(["00:00–24:00"]);
  });

  it("bear what they do not know", () => {
    expect(hoursOf([{ days: "all" }, { days: [9], from: "08:00", to: "09:00" }])).toEqual(["08:00–09:00"]);
  });
});

import { describe, expect, it } from "vitest";
import {
  blocksOf,
  copiedDown,
  DAYS,
  EMPTY,
  faultsIn,
  minutesOpen,
  nextOf,
  overlapping,
  requestOf,
  type CalendarDraft,
  type Window,
} from "./week";
import type { Calendar } from "../office";

const at = (day: number, ...windows: Window[]): readonly (readonly Window[])[] =>
  DAYS.map((one) => (one === day ? windows : []));
const draft = (fields: Partial<CalendarDraft>): CalendarDraft => ({
  ...EMPTY,
  code: "office",
  name: "工作日",
  ...fields,
});

describe("a week", () => {
  it("is drawn in blocks of a day, nights cut at midnight, Sunday's into Monday", () => {
    expect(blocksOf(at(6, { from: "22:00", to: "06:00" }))).toEqual([
      { day: 6, from: 1320, to: 1440 },
      { day: 0, from: 0, to: 360 },
    ]);
  });

  it("opens to the end of a day, and all day long", () => {
    expect(blocksOf(at(1, { from: "08:00", to: "24:00" }))).toEqual([{ day: 1, from: 480, to: 1440 }]);
    expect(minutesOpen(at(1, { from: "00:00", to: "00:00" }))).toBe(1440);
  });

  it("tells the days whose windows run into one another", () => {
    expect(overlapping(at(2, { from: "08:00", to: "12:00" }, { from: "11:59", to: "14:00" }))).toEqual([2]);
    expect(overlapping(at(2, { from: "13:00", to: "14:00" }, { from: "08:00", to: "13:00" }))).toEqual([]);
    const night = DAYS.map((day) =>
      day === 2 ? [{ from: "22:00", to: "06:00" }] : day === 3 ? [{ from: "05:00", to: "12:00" }] : [],
    );
    expect(overlapping(night)).toEqual([3]);
  });

  it("copies Monday to the other working days alone", () => {
    const week = copiedDown(at(0, { from: "09:00", to: "18:00" }));
    expect(week.map((windows) => windows.length)).toEqual([1, 1, 1, 1, 1, 0, 0]);
  });
});

describe("a calendar's next version", () => {
  const calendar: Calendar = {
    id: "c",
    code: "office",
    version: 2,
    name: "工作日",
    name_en: "Working days",
    always_open: false,
    weekly: {
      "0": [
        ["08:30", "12:00"],
        ["13:00", "17:30"],
      ],
    },
    closed: ["2027-01-01"],
    extra: { "2027-02-06": [["09:00", "12:00"]], "2027-02-07": [] },
    holidays_of: "CN",
    make_up: [["09:00", "17:00"]],
    centre_id: null,
    effective_from: null,
    effective_to: null,
    made_by: null,
    made_at: "2026-01-01T00:00:00Z",
    unknown_years: [2027],
  };

  it("that nobody touched says what the last one says", () => {
    const { effective_from, ...asked } = requestOf(nextOf(calendar));
    expect(effective_from).toBeNull();
    for (const [field, value] of Object.entries(asked))
      expect([field, calendar[field as keyof Calendar]]).toEqual([field, value]);
  });

  it("that is always open names no hours", () => {
    const asked = requestOf({ ...nextOf(calendar), always_open: true });
    expect([asked.weekly, asked.closed, asked.extra, asked.make_up, asked.holidays_of]).toEqual([{}, [], {}, [], ""]);
  });
});

describe("what is wrong with a calendar", () => {
  it("stands at its windows", () => {
    expect(
      Object.keys(faultsIn(draft({ week: at(0, { from: "8", to: "12:00" }, { from: "13:00", to: "25:00" }) }))).sort(),
    ).toEqual(["w0_0", "w0_1", "weekly"]);
  });

  it("is that it never opens, or opens twice at once", () => {
    expect(Object.keys(faultsIn(draft({ week: at(0) })))).toEqual(["weekly"]);
    expect(
      Object.keys(faultsIn(draft({ week: at(0, { from: "08:00", to: "12:00" }, { from: "10:00", to: "12:00" }) }))),
    ).toEqual(["day0"]);
  });

  it("is nothing for office hours, nor around the clock", () => {
    expect(faultsIn(draft({}))).toEqual({});
    expect(faultsIn(draft({ always_open: true, week: at(0) }))).toEqual({});
  });

  it("may be a day without a date", () => {
    expect(Object.keys(faultsIn(draft({ closed: [""], extra: [{ day: "", from: "", to: "" }] })))).toEqual([
      "closed0",
      "extra0",
    ]);
  });
});

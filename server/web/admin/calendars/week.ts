/** A calendar's week as it is typed and as it is drawn. Pure but for the words of what is wrong.
 *
 * Windows are `HH:MM` pairs by weekday (0 = Monday); `24:00` ends a day, an end not after its start lies on the next. */
import type { components } from "../../shared/api/schema";
import { code, faultsOf, needed, type Check } from "../forms/checks";
import type { Faults } from "../forms/faults";
import { wired } from "../moments";
import type { Calendar } from "../office";
import { w } from "../text/words";

type NewCalendar = components["schemas"]["NewCalendar"];

export interface Window {
  readonly from: string;
  readonly to: string;
}

export type Week = readonly (readonly Window[])[];

export const DAYS = [0, 1, 2, 3, 4, 5, 6] as const;
export type Weekday = (typeof DAYS)[number];
const WHOLE_DAY = 24 * 60;

export interface ExtraDay extends Window {
  readonly day: string;
}

export interface CalendarDraft {
  readonly code: string;
  readonly name: string;
  readonly name_en: string;
  readonly always_open: boolean;
  readonly week: Week;
  readonly closed: readonly string[];
  readonly extra: readonly ExtraDay[];
  readonly holidays_of: string;
  readonly make_up: Window;
  readonly effective_from: string;
}

const NO_WINDOW: Window = { from: "", to: "" };
const OFFICE: Window = { from: "08:30", to: "17:30" };

export const EMPTY: CalendarDraft = {
  code: "",
  name: "",
  name_en: "",
  always_open: false,
  week: DAYS.map((day) => (day < 5 ? [OFFICE] : [])),
  closed: [],
  extra: [],
  holidays_of: "",
  make_up: NO_WINDOW,
  effective_from: "",
};

export function nextOf(calendar: Calendar): CalendarDraft {
  return {
    code: calendar.code,
    name: calendar.name,
    name_en: calendar.name_en,
    always_open: calendar.always_open,
    week: weekOf(calendar.weekly),
    closed: calendar.closed,
    extra: Object.entries(calendar.extra).flatMap(([day, windows]) =>
      windows.length === 0 ? [{ day, ...NO_WINDOW }] : windows.map((one) => ({ day, ...windowOf(one) })),
    ),
    holidays_of: calendar.holidays_of,
    make_up: calendar.make_up[0] === undefined ? NO_WINDOW : windowOf(calendar.make_up[0]),
    effective_from: "",
  };
}

export function weekOf(weekly: Readonly<Record<string, readonly (readonly string[])[]>>): Week {
  return DAYS.map((day) => (weekly[String(day)] ?? []).map(windowOf));
}

function windowOf([from = "", to = ""]: readonly string[]): Window {
  return { from, to };
}

const pair = ({ from, to }: Window): string[] => [from, to];

export function requestOf(draft: CalendarDraft): NewCalendar {
  const open = draft.always_open ? [] : draft.week;
  const extra: Record<string, string[][]> = {};
  for (const one of draft.always_open ? [] : draft.extra)
    (extra[one.day] ??= []).push(...(one.from === "" && one.to === "" ? [] : [pair(one)]));
  return {
    code: draft.code.trim(),
    name: draft.name.trim(),
    name_en: draft.name_en.trim(),
    always_open: draft.always_open,
    weekly: Object.fromEntries(
      open.flatMap((windows, day) => (windows.length === 0 ? [] : [[String(day), windows.map(pair)]])),
    ),
    closed: draft.always_open ? [] : draft.closed.toSorted(),
    extra,
    holidays_of: draft.always_open ? "" : draft.holidays_of.trim().toUpperCase(),
    make_up: draft.always_open || draft.make_up.from === "" ? [] : [pair(draft.make_up)],
    effective_from: wired(draft.effective_from) ?? null,
  };
}

const CLOCK = /^(?:[01]\d|2[0-3]):[0-5]\d$/;

/** Minutes from the day's beginning; null for what is no time of day. */
export function minuteOf(text: string, isEnd = false): number | null {
  if (isEnd && text === "24:00") return WHOLE_DAY;
  return CLOCK.test(text) ? Number(text.slice(0, 2)) * 60 + Number(text.slice(3)) : null;
}

/** From and to in minutes; to may reach into the next day. Null where it cannot be read. */
export function spanOf(window: Window): readonly [number, number] | null {
  const [from, to] = [minuteOf(window.from), minuteOf(window.to, true)];
  if (from === null || to === null) return null;
  return [from, to > from ? to : to + WHOLE_DAY];
}

export interface Block {
  readonly day: Weekday;
  /** Minutes of that day. */
  readonly from: number;
  readonly to: number;
}

/** What of the week is open, cut at midnights, for drawing. What cannot be read is left out. */
export function blocksOf(week: Week): readonly Block[] {
  return DAYS.flatMap((day) =>
    (week[day] ?? []).flatMap((window): Block[] => {
      const span = spanOf(window);
      if (span === null) return [];
      const [from, to] = span;
      if (to <= WHOLE_DAY) return [{ day, from, to }];
      const next = ((day + 1) % 7) as Weekday;
      return [
        { day, from, to: WHOLE_DAY },
        { day: next, from: 0, to: to - WHOLE_DAY },
      ];
    }),
  );
}

export function minutesOpen(week: Week): number {
  return blocksOf(week).reduce((sum, block) => sum + block.to - block.from, 0);
}

/** Weekdays whose windows run into one another, also over the midnight before. */
export function overlapping(week: Week): readonly Weekday[] {
  const blocks = blocksOf(week);
  return DAYS.filter((day) => {
    const mine = blocks.filter((block) => block.day === day).sort((a, b) => a.from - b.from);
    return mine.some((block, place) => (mine[place + 1]?.from ?? Infinity) < block.to);
  });
}

export function copiedDown(week: Week): Week {
  return week.map((windows, day) => (day > 0 && day < 5 ? (week[0] ?? []) : windows));
}

/** What is wrong, by field, as far as it can be told here. */
export function faultsIn(draft: CalendarDraft): Faults {
  const checks: Record<string, Check> = {
    code: code(draft.code, 60),
    name: needed(draft.name),
    effective_from: wired(draft.effective_from) === undefined ? w("form.time_needed") : undefined,
  };
  if (draft.always_open) return faultsOf(checks);
  for (const day of DAYS)
    (draft.week[day] ?? []).forEach((window, place) => {
      if (spanOf(window) === null) checks[`w${day}_${place}`] = w("calendar.window_bad");
    });
  for (const day of overlapping(draft.week)) checks[`day${day}`] = w("calendar.windows_overlap");
  if (minutesOpen(draft.week) === 0) checks["weekly"] = w("calendar.never_open");
  draft.closed.forEach((day, place) => {
    if (day === "") checks[`closed${place}`] = w("form.needed");
  });
  draft.extra.forEach((one, place) => {
    if (one.day === "") checks[`extra${place}`] = w("form.needed");
    else if (spanOf(one) === null && (one.from !== "" || one.to !== ""))
      checks[`extra${place}_from`] = w("calendar.window_bad");
  });
  if (spanOf(draft.make_up) === null && (draft.make_up.from !== "" || draft.make_up.to !== ""))
    checks["make_up"] = w("calendar.window_bad");
  if (!/^(?:[A-Za-z]{2}[A-Za-z0-9-]{0,8})?$/.test(draft.holidays_of.trim()))
    checks["holidays_of"] = w("calendar.holidays_of_hint");
  return faultsOf(checks);
}

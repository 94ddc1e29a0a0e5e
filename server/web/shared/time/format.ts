/** Instants and spans in words, in the viewer's language. In the viewer's zone, or in the zone of a place (IANA name):
 * the zone is then named wherever its clocks show another time than the viewer's. */
import { language, t, type Language } from "../text/language";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making a format costs far more than using it, and lists use the same few thousands of times. */
function format(locale: Language, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${name}`;
  const known = formats.get(key) ?? new Intl.DateTimeFormat(locale === "en" ? "en-GB" : locale, options);
  formats.set(key, known);
  return known;
}

/** The zone, where its clocks differ from the viewer's at that instant; undefined where there is nothing to say. */
export function foreign(zone: string | undefined, at: number): string | undefined {
  if (zone === undefined) return undefined;
  try {
    return offsetOf(zone, at) === -new Date(at).getTimezoneOffset() * MINUTE ? undefined : zone;
  } catch {
    return undefined; // a zone this browser does not know: the viewer's own clock is better than none
  }
}

/** Milliseconds that the clocks of `zone` are ahead of UTC. RangeError for a zone the browser does not know. */
function offsetOf(zone: string, at: number): number {
  const options: Intl.DateTimeFormatOptions = {
    ...{ year: "numeric", month: "numeric", day: "numeric" },
    ...{ hour: "numeric", minute: "numeric", hourCycle: "h23", timeZone: zone },
  };
  const parts = format("en", `offset ${zone}`, options).formatToParts(at);
  const of = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.find((part) => part.type === type)?.value);
  const wall = Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"));
  return wall - Math.floor(at / MINUTE) * MINUTE;
}

/** `China Time` · `中国时间` */
export function zoneName(zone: string, at: number): string {
  const parts = format(language.value, `zone ${zone}`, { timeZoneName: "shortGeneric", timeZone: zone }).formatToParts(
    at,
  );
  return parts.find((part) => part.type === "timeZoneName")?.value ?? zone;
}

function inZone(words: string, zone: string | undefined, at: number): string {
  return zone === undefined ? words : t("time.in_zone", { time: words, zone: zoneName(zone, at) });
}

/** `14:30` */
export function clockTime(at: number, zone?: string): string {
  const options: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...zoned(zone) };
  return format(language.value, `time ${zone ?? ""}`, options).format(at);
}

/** `Tue 7 Nov` · `11月7日周二` */
export function dayName(at: number, zone?: string): string {
  const options: Intl.DateTimeFormatOptions = { weekday: "short", day: "numeric", month: "short", ...zoned(zone) };
  return format(language.value, `day ${zone ?? ""}`, options).format(at);
}

function zoned(zone: string | undefined): { readonly timeZone?: string } {
  return zone === undefined ? {} : { timeZone: zone };
}

/** `7 Nov 2026` · `2026年11月7日`; for dates without a time (`2026-11-07`), which have no zone. */
export function plainDate(iso: string): string {
  const options: Intl.DateTimeFormatOptions = { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" };
  return format(language.value, "date", options).format(Date.parse(`${iso}T00:00:00Z`));
}

/** Whole days between the calendar days of two instants: 0 for today, 1 for tomorrow. */
export function daysFrom(present: number, at: number, zone?: string): number {
  const midnight = (instant: number): number => {
    if (zone !== undefined) return Math.floor((instant + offsetOf(zone, instant)) / DAY) * DAY;
    const day = new Date(instant);
    return Date.UTC(day.getFullYear(), day.getMonth(), day.getDate());
  };
  return Math.round((midnight(at) - midnight(present)) / DAY);
}

/** `Today`, `Tomorrow`, `Yesterday`, else the day's name. */
export function relativeDay(present: number, at: number): string {
  const words = { [-1]: "time.yesterday", 0: "time.today", 1: "time.tomorrow" } as const;
  const days = daysFrom(present, at);
  return days === 0 || days === 1 || days === -1 ? t(words[days]) : dayName(at);
}

/** The time alone when it is today, else with its day; reads well within a sentence. */
export function shortTime(present: number, at: number, zone?: string): string {
  const other = foreign(zone, at);
  return inZone(dayAndTime(present, at, other), other, at);
}

function dayAndTime(present: number, at: number, zone?: string): string {
  const time = clockTime(at, zone);
  const days = daysFrom(present, at, zone);
  if (days === 0) return time;
  if (days === 1) return t("time.at_tomorrow", { time });
  return days === -1 ? t("time.at_yesterday", { time }) : `${dayName(at, zone)} ${time}`;
}

/** `09:00–10:30`, with the day in front when it is not today. */
export function timeWindow(present: number, start: number, end: number | null, zone?: string): string {
  if (end === null) return shortTime(present, start, zone);
  const other = foreign(zone, start);
  return inZone(`${dayAndTime(present, start, other)}–${clockTime(end, other)}`, other, start);
}

/** A span in the two largest units that matter; minutes under a day, hours above. Sign is the caller's to say. */
export function span(ms: number): string {
  const length = Math.abs(ms);
  if (length < MINUTE) return t("time.now");
  if (length < HOUR) return t("time.minutes", { n: Math.floor(length / MINUTE) });
  if (length < DAY) {
    const [h, m] = [Math.floor(length / HOUR), Math.floor((length % HOUR) / MINUTE)];
    return m === 0 ? t("time.hours_only", { h }) : t("time.hours", { h, m });
  }
  const [d, h] = [Math.floor(length / DAY), Math.floor((length % DAY) / HOUR)];
  return h === 0 || d > 6 ? t("time.days_only", { d }) : t("time.days", { d, h });
}

/** An instant of the wire as epoch milliseconds; null stays null. */
export function instant(iso: string): number;
export function instant(iso: string | null): number | null;
export function instant(iso: string | null): number | null {
  return iso === null ? null : Date.parse(iso);
}

/** For `<input type="datetime-local">`: the time by the viewer's clock, or by that of `zone`, to the minute. */
export function toLocalInput(at: number, zone?: string): string {
  const other = foreign(zone, at);
  const ahead = other === undefined ? -new Date(at).getTimezoneOffset() * MINUTE : offsetOf(other, at);
  return new Date(at + ahead).toISOString().slice(0, 16);
}

/** The instant somebody entered there; NaN when they did not. */
export function fromLocalInput(entered: string, zone?: string): number {
  const here = Date.parse(entered);
  const other = Number.isNaN(here) ? undefined : foreign(zone, here);
  if (other === undefined) return here;
  const wall = Date.parse(`${entered}Z`);
  return wall - offsetOf(other, wall - offsetOf(other, wall));
}

/** For `<input type="date">`: the day it is there. */
export function toDateInput(at: number, zone?: string): string {
  return toLocalInput(at, zone).slice(0, 10);
}

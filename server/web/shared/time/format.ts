/** Instants and spans in words: the viewer's zone, the viewer's language. */
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

/** `14:30` */
export function clockTime(at: number): string {
  return format(language.value, "time", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
}

/** `Tue 7 Nov` · `11月7日周二` */
export function dayName(at: number): string {
  return format(language.value, "day", { weekday: "short", day: "numeric", month: "short" }).format(at);
}

/** `7 Nov 2026` · `2026年11月7日`; for dates without a time (`2026-11-07`), which have no zone. */
export function plainDate(iso: string): string {
  const options: Intl.DateTimeFormatOptions = { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" };
  return format(language.value, "date", options).format(Date.parse(`${iso}T00:00:00Z`));
}

/** Whole days between the calendar days of two instants in the viewer's zone: 0 for today, 1 for tomorrow. */
export function daysFrom(present: number, at: number): number {
  const midnight = (instant: number): number => {
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
export function shortTime(present: number, at: number): string {
  const time = clockTime(at);
  const days = daysFrom(present, at);
  if (days === 0) return time;
  if (days === 1) return t("time.at_tomorrow", { time });
  return days === -1 ? t("time.at_yesterday", { time }) : `${dayName(at)} ${time}`;
}

/** `09:00–10:30`, with the day in front when it is not today. */
export function timeWindow(present: number, start: number, end: number | null): string {
  return end === null ? shortTime(present, start) : `${shortTime(present, start)}–${clockTime(end)}`;
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

/** For `<input type="datetime-local">`: local time to the minute. */
export function toLocalInput(at: number): string {
  const local = new Date(at - new Date(at).getTimezoneOffset() * MINUTE);
  return local.toISOString().slice(0, 16);
}

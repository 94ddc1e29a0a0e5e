/** When a site can be entered, in words. */
import { language } from "../../shared/text/language";
import { plainDate } from "../../shared/time/format";

/** Windows as the office entered them: every week on `days` (1 is Monday), or once `on` a date. */
export function hoursOf(windows: readonly Readonly<Record<string, unknown>>[]): readonly string[] {
  return windows.flatMap((window) => {
    const [from, to] = [window["from"], window["to"]];
    if (typeof from !== "string" || typeof to !== "string") return [];
    return [[daysOf(window), `${from}–${to}`].filter((words) => words !== "").join(" ")];
  });
}

function daysOf({ on, days }: Readonly<Record<string, unknown>>): string {
  if (typeof on === "string") return plainDate(on);
  return Array.isArray(days)
    ? (days as unknown[])
        .map(weekday)
        .filter((name) => name !== "")
        .join(" ")
    : "";
}

/** `Mon` · `周一` */
function weekday(day: unknown): string {
  if (typeof day !== "number" || day < 1 || day > 7) return "";
  // 1 November 2021 was a Monday.
  const format = new Intl.DateTimeFormat(language.value, { weekday: "short", timeZone: "UTC" });
  return format.format(Date.UTC(2021, 10, day));
}

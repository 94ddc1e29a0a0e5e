/** Calendars by their code. Pure. */
import type { Calendar } from "../office";

export interface CalendarSeries {
  readonly code: string;
  /** The newest first. */
  readonly versions: readonly Calendar[];
  /** In force, else the last. */
  readonly shown: Calendar;
}

export function isInForce(calendar: Calendar, now: number): boolean {
  const { effective_from: from, effective_to: to } = calendar;
  return (from === null || Date.parse(from) <= now) && (to === null || Date.parse(to) > now);
}

export function seriesOf(calendars: readonly Calendar[], now: number): readonly CalendarSeries[] {
  const codes = [...new Set(calendars.map((one) => one.code))];
  return codes.map((code) => {
    const versions = calendars.filter((one) => one.code === code).sort((a, b) => b.version - a.version);
    const shown = versions.find((one) => isInForce(one, now)) ?? versions[0];
    if (shown === undefined) throw new Error("a code has one version at least");
    return { code, versions, shown };
  });
}

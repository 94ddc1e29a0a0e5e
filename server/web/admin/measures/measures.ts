/** The firm's figures: shares, sums, the period before, and a table for a spreadsheet. Pure. */
import type { components } from "../../shared/api/schema";

export type OutletMeasures = components["schemas"]["OutletMeasures"];
type Counts = components["schemas"]["KeptCounts"];

/** 0 to 1; null where nothing was judged. */
export function keptShare({ met, missed }: { readonly met: number; readonly missed: number }): number | null {
  return met + missed === 0 ? null : met / (met + missed);
}

export function firstTimeShare(one: { readonly finished: number; readonly first_time: number }): number | null {
  return one.finished === 0 ? null : one.first_time / one.finished;
}

export interface Total {
  readonly jobs: number;
  readonly response: Counts;
  readonly resolution: Counts;
  readonly slack_seconds: number | null;
  readonly finished: number;
  readonly first_time: number;
}

/** Over all outlets. The mean slack is weighted by the responses judged, as the arrivals themselves are not told. */
export function totalOf(outlets: readonly OutletMeasures[]): Total {
  const sum = (valueOf: (one: OutletMeasures) => number): number => outlets.reduce((all, one) => all + valueOf(one), 0);
  const counts = (clock: "response" | "resolution"): Counts => ({
    met: sum((one) => one[clock].met),
    missed: sum((one) => one[clock].missed),
    open: sum((one) => one[clock].open),
  });
  const weighed = outlets.filter((one) => one.slack_seconds !== null && weight(one) > 0);
  const weights = weighed.reduce((all, one) => all + weight(one), 0);
  return {
    jobs: sum((one) => one.jobs),
    response: counts("response"),
    resolution: counts("resolution"),
    slack_seconds:
      weights === 0 ? null : weighed.reduce((all, one) => all + (one.slack_seconds ?? 0) * weight(one), 0) / weights,
    finished: sum((one) => one.finished),
    first_time: sum((one) => one.first_time),
  };
}

const weight = (one: OutletMeasures): number => one.response.met + one.response.missed;

/** Percentage points by which a share changed; null where one of the two is unknown. */
export function points(now: number | null, before: number | null): number | null {
  return now === null || before === null ? null : Math.round((now - before) * 1000) / 10;
}

/** Where promises are kept least comes first; outlets without a judged promise last. */
export function byNeed(outlets: readonly OutletMeasures[]): readonly OutletMeasures[] {
  const share = (one: OutletMeasures): number => keptShare(one.response) ?? 2;
  return outlets.toSorted((a, b) => share(a) - share(b) || b.jobs - a.jobs);
}

export const PERIODS = [7, 30, 90, 365] as const;
export type Period = (typeof PERIODS)[number];

/** The period of so many days that ends now, and the one before it. */
export function periodsOf(
  days: number,
  now: number,
): { readonly from: string; readonly to: string; readonly before: string } {
  const length = days * 86_400_000;
  const iso = (at: number): string => new Date(at).toISOString();
  return { from: iso(now - length), to: iso(now), before: iso(now - 2 * length) };
}

/** A table for a spreadsheet: RFC 4180, with a byte order mark for Excel. What a spreadsheet would take for a formula
 * stands after an apostrophe. */
export function csv(rows: readonly (readonly (string | number | null)[])[]): string {
  return `\uFEFF${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

function cell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

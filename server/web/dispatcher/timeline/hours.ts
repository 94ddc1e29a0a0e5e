/** The hours a timeline shows, and where an instant lies on it. Pure: a day and a zone in, instants and pixels out. */
import { daysFrom, fromLocalInput, toDateInput } from "../../shared/time/format";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** Visits begin at whole steps when they are dragged: nobody promises 10:03. */
export const STEP_MS = 5 * MINUTE;

/** So much of the next day is shown as well, so that a night shift is seen to its end. */
const MORNING_AFTER_MS = 6 * HOUR;

/** Pixels per hour, from a whole day at a glance to single minutes. */
export const ZOOMS = [36, 60, 96, 160] as const;
export const USUAL_ZOOM = 1;

/** [from, to): what is drawn. [from, midnight): the day itself, 23 to 25 hours long. Epoch milliseconds. */
export interface Span {
  readonly day: string;
  readonly from: number;
  readonly midnight: number;
  readonly to: number;
}

/** `day`: `2026-11-23`, by the clocks of `zone`; by the viewer's when left out. */
export function spanOf(day: string, zone: string | undefined): Span {
  const from = fromLocalInput(`${day}T00:00`, zone);
  const midnight = fromLocalInput(`${dayAfter(day, 1)}T00:00`, zone);
  return { day, from, midnight, to: midnight + MORNING_AFTER_MS };
}

export function dayAfter(day: string, days: number): string {
  const [year = 1970, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(Date.UTC(year, month - 1, date + days)).toISOString().slice(0, 10);
}

/** The day an address names, if it is one; else the one that is there now. */
export function dayOf(named: string | null, now: number, zone: string | undefined): string {
  return named !== null && isDay(named) ? named : toDateInput(now, zone);
}

export function isDay(named: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(named) && dayAfter(named, 0) === named;
}

/** 0 today, 1 tomorrow. */
export function daysAway(span: Span, now: number, zone: string | undefined): number {
  return daysFrom(now, span.from + 12 * HOUR, zone);
}

export function pixels(ms: number, scale: number): number {
  return Math.round((ms / HOUR) * scale * 100) / 100;
}

export function xOf(at: number, span: Span, scale: number): number {
  return pixels(at - span.from, scale);
}

export function atX(x: number, span: Span, scale: number): number {
  return span.from + (x / scale) * HOUR;
}

export function snap(at: number): number {
  return Math.round(at / STEP_MS) * STEP_MS;
}

/** Whole hours of the span; `every`: so many apart. Hours are real ones: a day that loses one has 23. */
export function ticks(span: Span, every: number): readonly number[] {
  const found: number[] = [];
  for (let at = span.from; at < span.to; at += every * HOUR) found.push(at);
  return found;
}

/** The zone everybody lives in; undefined (the viewer's own) where several do not agree. */
export function sharedZone(zones: Iterable<string>): string | undefined {
  const all = new Set(zones);
  return all.size === 1 ? [...all][0] : undefined;
}

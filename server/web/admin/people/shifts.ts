/** A week of shifts, as it is seen and as it is copied. Pure. Days and times are those of the outlet's zone. */
import { fromLocalInput, toLocalInput } from "../../shared/time/format";
import type { Technician } from "../../shared/api/types";

export interface Shift {
  readonly id: string;
  readonly starts_at: string;
  readonly ends_at: string;
}

export interface NewShift {
  readonly starts_at: string;
  readonly ends_at: string;
}

export interface SeenShift {
  readonly id: string;
  readonly day: string;
  readonly from: string;
  readonly to: string;
}

const DAY_MS = 86_400_000;

/** `2026-11-30` and 2 are `2026-12-02`. */
export function daysOn(day: string, by: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + by * DAY_MS).toISOString().slice(0, 10);
}

/** The Monday of the week a day lies in. */
export function mondayOf(day: string): string {
  const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
  return daysOn(day, -weekday);
}

export function weekFrom(monday: string): readonly string[] {
  return [0, 1, 2, 3, 4, 5, 6].map((by) => daysOn(monday, by));
}

/** A shift belongs to the day it begins on. */
export function seen(shift: Shift, zone: string): SeenShift {
  const [from, to] = [toLocalInput(Date.parse(shift.starts_at), zone), toLocalInput(Date.parse(shift.ends_at), zone)];
  return { id: shift.id, day: from.slice(0, 10), from: from.slice(11), to: to.slice(11) };
}

/** From a day and two times of day; an end that is not after the start lies on the next day. Null for nonsense. */
export function shiftOn(day: string, from: string, to: string, zone: string): NewShift | null {
  const ends = to > from ? day : daysOn(day, 1);
  const [start, end] = [fromLocalInput(`${day}T${from}`, zone), fromLocalInput(`${ends}T${to}`, zone)];
  if (Number.isNaN(start) || Number.isNaN(end)) return null;
  return { starts_at: new Date(start).toISOString(), ends_at: new Date(end).toISOString() };
}

export function overlaps(one: NewShift, other: NewShift): boolean {
  return Date.parse(one.starts_at) < Date.parse(other.ends_at) && Date.parse(other.starts_at) < Date.parse(one.ends_at);
}

/** The shifts of one week at the same times of day in a week that begins `by` days later; what would overlap a shift
 * that is there, or has begun, is left out. */
export function copied(
  from: readonly Shift[],
  there: readonly Shift[],
  by: number,
  zone: string,
  now: number,
): readonly NewShift[] {
  return from.flatMap((shift): NewShift[] => {
    const { day, from: begins, to } = seen(shift, zone);
    const moved = shiftOn(daysOn(day, by), begins, to, zone);
    if (moved === null || Date.parse(moved.ends_at) <= now) return [];
    return there.some((one) => overlaps(one, moved)) ? [] : [moved];
  });
}

/** Technicians with the shifts of several days, each shift once. */
export function merged(days: readonly (readonly Technician[])[]): readonly Technician[] {
  const found = new Map<string, Technician>();
  for (const technician of days.flat()) {
    const known = found.get(technician.id);
    const fresh = technician.shifts.filter((shift) => known?.shifts.every((one) => one.id !== shift.id) ?? true);
    found.set(technician.id, known === undefined ? technician : { ...known, shifts: [...known.shifts, ...fresh] });
  }
  return [...found.values()];
}

/** Hours of the shifts that begin in a week. */
export function hoursIn(shifts: readonly Shift[], days: readonly string[], zone: string): number {
  const mine = shifts.filter((shift) => days.includes(seen(shift, zone).day));
  return mine.reduce((sum, shift) => sum + (Date.parse(shift.ends_at) - Date.parse(shift.starts_at)) / 3_600_000, 0);
}

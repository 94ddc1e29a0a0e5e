/** Where the technicians of a subtree stand at an instant: at work, away, silent, without a phone. Pure. */
import type { Absence, Borrowing, Device, Job, JobState, Technician } from "../../shared/api/types";

export type Standing =
  | { readonly kind: "away"; readonly until: number; readonly absence: Absence }
  | { readonly kind: "here"; readonly until: number }
  | { readonly kind: "later"; readonly from: number }
  | { readonly kind: "over"; readonly at: number }
  | { readonly kind: "off" };

export interface Person {
  readonly technician: Technician;
  readonly standing: Standing;
  /** The newest first; locked ones among them. */
  readonly devices: readonly Device[];
  /** The last thing heard of a phone that is not locked; null: never, or there is none. */
  readonly heard: number | null;
  /** How long no phone was heard while somebody is at work, ms; null when there is nothing to say. */
  readonly silent: number | null;
  readonly loan: Borrowing | null;
  /** Open jobs whose visit is theirs. */
  readonly load: number;
}

export interface Known {
  readonly technicians: Iterable<Technician>;
  readonly devices: readonly Device[];
  readonly absences: readonly Absence[];
  readonly borrowings: readonly Borrowing[];
  readonly jobs: Iterable<Job>;
}

export function peopleOf(known: Known, now: number): readonly Person[] {
  const devices = grouped(known.devices, (device) => device.technician_id);
  const absences = grouped(
    known.absences.filter((absence) => absence.withdrawn_at === null),
    (absence) => absence.technician_id,
  );
  const loads = loadsOf(known.jobs);
  return [...known.technicians].map((technician) => {
    const standing = standingOf(technician, absences.get(technician.id) ?? [], now);
    const phones = [...(devices.get(technician.id) ?? [])].sort((a, b) => b.enrolled_at.localeCompare(a.enrolled_at));
    const heard = heardOf(phones);
    return {
      technician,
      standing,
      devices: phones,
      heard,
      silent: silenceOf(standing, phones, heard, now),
      loan: known.borrowings.find((loan) => loan.technician_id === technician.id && covers(loan, now)) ?? null,
      load: loads.get(technician.id) ?? 0,
    };
  });
}

/** An absence is stronger than a shift: it is what somebody said last. */
export function standingOf(technician: Technician, absences: readonly Absence[], now: number): Standing {
  const away = absences.find((absence) => absence.withdrawn_at === null && within(absence, now));
  if (away !== undefined) return { kind: "away", until: Date.parse(away.ends_at), absence: away };
  const shifts = [...technician.shifts].sort((a, b) => a.starts_at.localeCompare(b.starts_at));
  const here = shifts.find((shift) => within(shift, now));
  if (here !== undefined) return { kind: "here", until: Date.parse(here.ends_at) };
  const next = shifts.find((shift) => Date.parse(shift.starts_at) > now);
  if (next !== undefined) return { kind: "later", from: Date.parse(next.starts_at) };
  const last = shifts.at(-1);
  return last === undefined ? { kind: "off" } : { kind: "over", at: Date.parse(last.ends_at) };
}

interface Period {
  readonly starts_at: string;
  readonly ends_at: string;
}

/** [starts_at, ends_at). */
function within(period: Period, now: number): boolean {
  return Date.parse(period.starts_at) <= now && now < Date.parse(period.ends_at);
}

function covers(loan: Borrowing, now: number): boolean {
  return loan.state === "active" && within(loan, now);
}

function heardOf(devices: readonly Device[]): number | null {
  const times = devices
    .filter((device) => device.revoked_at === null && device.last_seen_at !== null)
    .map((device) => Date.parse(device.last_seen_at ?? ""));
  return times.length === 0 ? null : Math.max(...times);
}

/** As long as an outlet waits before it takes a phone for silent, when it has not said otherwise. */
export const SILENT_AFTER_MS = 60 * 60_000;

function silenceOf(standing: Standing, devices: readonly Device[], heard: number | null, now: number): number | null {
  if (standing.kind !== "here" || devices.every((device) => device.revoked_at !== null)) return null;
  const since = heard ?? Math.min(...devices.map((device) => Date.parse(device.enrolled_at)));
  return now - since >= SILENT_AFTER_MS ? now - since : null;
}

const OVER: ReadonlySet<JobState> = new Set(["completed", "closed", "cancelled", "cannot_complete"]);

function loadsOf(jobs: Iterable<Job>): ReadonlyMap<string, number> {
  const loads = new Map<string, number>();
  for (const job of jobs) {
    if (job.technician_id === null || OVER.has(job.state)) continue;
    loads.set(job.technician_id, (loads.get(job.technician_id) ?? 0) + 1);
  }
  return loads;
}

function grouped<T>(things: readonly T[], of: (thing: T) => string | null): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const thing of things) {
    const key = of(thing);
    if (key === null) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [thing]);
    else group.push(thing);
  }
  return groups;
}

// ------------------------------------------------------------------------------------------------------------- the list

export const SHOWN = ["all", "here", "away", "silent", "phoneless"] as const;
export type Shown = (typeof SHOWN)[number];

const SHOWS: Readonly<Record<Shown, (person: Person) => boolean>> = {
  all: () => true,
  here: ({ standing }) => standing.kind === "here",
  away: ({ standing }) => standing.kind === "away",
  silent: ({ silent }) => silent !== null,
  phoneless: ({ devices }) => devices.every((device) => device.revoked_at !== null),
};

export function shows(shown: Shown, person: Person): boolean {
  return SHOWS[shown](person);
}

export function finds(search: string, { technician }: Person, skillName: (code: string) => string): boolean {
  const { name, name_en: english, skills } = technician;
  const hay = [name, english, ...skills, ...skills.map(skillName)].join("\n").toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => hay.includes(word));
}

const ORDER: Readonly<Record<Standing["kind"], number>> = { here: 0, later: 1, away: 2, over: 3, off: 4 };

/** Who is silent at work first, then who is at work; within that by name. */
export function inOrder(people: readonly Person[], nameOf: (person: Person) => string): readonly Person[] {
  return [...people].sort(
    (a, b) =>
      Number(b.silent !== null) - Number(a.silent !== null) ||
      ORDER[a.standing.kind] - ORDER[b.standing.kind] ||
      nameOf(a).localeCompare(nameOf(b)),
  );
}

/** Open visits of somebody that share an instant with the period. */
export function visitsWithin(jobs: Iterable<Job>, technicianId: string, starts: number, ends: number): readonly Job[] {
  return [...jobs].filter((job) => {
    if (job.technician_id !== technicianId || OVER.has(job.state) || job.window_start === null) return false;
    const start = Date.parse(job.window_start);
    const end = job.window_end === null ? start + job.duration_minutes * 60_000 : Date.parse(job.window_end);
    return start < ends && starts < end;
  });
}

/** A technician's day as a row. Pure: jobs, people and present in, rows out; all instants in epoch milliseconds. */
import type { Job, JobState, Technician } from "../../shared/api/types";
import { instant } from "../../shared/time/format";
import type { Span } from "./hours";
import { MINUTE } from "./hours";
import { estimate, type Place } from "./travel";

export interface Interval {
  readonly start: number;
  readonly end: number;
}

export interface Absence extends Interval {
  readonly reason: string;
}

/** What is known of a technician's phones. */
export interface Contact {
  /** When one last spoke to the server; null: never since it was enrolled. */
  readonly last: number | null;
  /** Photos of signed completions that have not come: they are still on a phone. */
  readonly awaited: number;
}

export interface Person {
  readonly technician: Technician;
  readonly shifts: readonly Interval[];
  readonly absences: readonly Absence[];
  /** Null: no phone is enrolled. */
  readonly contact: Contact | null;
}

/** `planned`: the window people were told; `under_way` and `done` begin with the arrival where one is known. */
export type Standing = "planned" | "under_way" | "done";

export interface Visit extends Interval {
  readonly job: Job;
  readonly standing: Standing;
}

export interface Placed extends Visit {
  /** Visits that overlap stand in lanes below each other. */
  readonly lane: number;
}

/** The way to a visit: a straight-line estimate. `tight`: longer than the time there is for it. */
export interface Travel {
  readonly jobId: string;
  readonly arrive: number;
  readonly ms: number;
  readonly tight: boolean;
  readonly lane: number;
}

/** Of the day itself, without the morning after. */
export interface Load {
  readonly booked: number;
  readonly shift: number;
}

export interface TechnicianRow {
  readonly person: Person;
  readonly visits: readonly Placed[];
  readonly travels: readonly Travel[];
  readonly breaks: readonly Interval[];
  readonly lanes: number;
  readonly load: Load;
}

const NOBODYS: ReadonlySet<JobState> = new Set(["new", "declined", "cancelled"]);
const HERE: ReadonlySet<JobState> = new Set(["on_site", "working"]);
const OVER: ReadonlySet<JobState> = new Set(["completed", "closed", "cannot_complete"]);

/** When a job takes its technician's time; null when it takes nobody's. What happened counts more than what was told:
 * work that goes on is drawn to the present. */
export function visitOf(job: Job, now: number): Visit | null {
  if (job.technician_id === null || job.window_start === null || NOBODYS.has(job.state) || job.deleted_at !== null)
    return null;
  const start = instant(job.window_start);
  const lasts = job.duration_minutes * MINUTE;
  const end = instant(job.window_end) ?? start + lasts;
  const arrived = arrivalOf(job);
  if (HERE.has(job.state)) {
    const began = arrived ?? start;
    return { job, start: began, end: Math.max(began + lasts, now), standing: "under_way" };
  }
  if (OVER.has(job.state)) {
    const began = arrived ?? start;
    const finished = instant(job.finished_at);
    return {
      job,
      start: began,
      end: finished !== null && finished > began ? finished : began + lasts,
      standing: "done",
    };
  }
  return { job, start, end, standing: job.state === "en_route" ? "under_way" : "planned" };
}

function arrivalOf(job: Job): number | null {
  const at = job.arrival?.["at"];
  if (typeof at !== "string" || job.arrival?.["technician_id"] !== job.technician_id) return null;
  const read = Date.parse(at);
  return Number.isNaN(read) ? null : read;
}

export function touches(a: Interval, b: Interval): boolean {
  return a.start < b.end && b.start < a.end;
}

/** Technician → visits that touch the span, in the order of their beginning. */
export function visitsBy(jobs: Iterable<Job>, span: Span, now: number): ReadonlyMap<string, readonly Visit[]> {
  const found = new Map<string, Visit[]>();
  const shown = { start: span.from, end: span.to };
  for (const job of jobs) {
    const visit = visitOf(job, now);
    if (visit === null || !touches(visit, shown)) continue;
    const mine = found.get(job.technician_id ?? "");
    if (mine === undefined) found.set(job.technician_id ?? "", [visit]);
    else mine.push(visit);
  }
  for (const visits of found.values()) visits.sort((a, b) => a.start - b.start || a.job.number - b.job.number);
  return found;
}

export function rowOf(person: Person, visits: readonly Visit[], span: Span): TechnicianRow {
  const placed = inLanes(visits);
  return {
    person,
    visits: placed,
    travels: travelsOf(person.technician, placed),
    breaks: breaksOf(person.shifts),
    lanes: Math.max(1, ...placed.map((visit) => visit.lane + 1)),
    load: loadOf(person.shifts, visits, span),
  };
}

/** Each in the first lane that is free by then. */
function inLanes(visits: readonly Visit[]): readonly Placed[] {
  const ends: number[] = [];
  return visits.map((visit) => {
    const free = ends.findIndex((end) => end <= visit.start);
    const lane = free === -1 ? ends.length : free;
    ends[lane] = visit.end;
    return { ...visit, lane };
  });
}

/** Before every visit that is still to be made: from the one before it, or from home. What is done has no number. */
function travelsOf(technician: Technician, visits: readonly Placed[]): readonly Travel[] {
  const found: Travel[] = [];
  let before: Visit | null = null;
  for (const visit of visits) {
    if (visit.standing === "planned" || visit.job.state === "en_route") {
      const ms = estimate(before?.job ?? homeOf(technician), visit.job);
      const tight = before !== null && visit.start - before.end < ms;
      if (ms >= MINUTE) found.push({ jobId: visit.job.id, arrive: visit.start, ms, tight, lane: visit.lane });
    }
    if (before === null || visit.end >= before.end) before = visit;
  }
  return found;
}

export function homeOf(technician: Technician): Place {
  return { lat: technician.home_lat, lon: technician.home_lon };
}

const LONGEST_BREAK_MS = 4 * 60 * MINUTE;

/** Between two shifts that are close: more than that is leisure. */
function breaksOf(shifts: readonly Interval[]): readonly Interval[] {
  return shifts.flatMap((shift, n) => {
    const next = shifts[n + 1];
    return next !== undefined && next.start > shift.end && next.start - shift.end <= LONGEST_BREAK_MS
      ? [{ start: shift.end, end: next.start }]
      : [];
  });
}

function loadOf(shifts: readonly Interval[], visits: readonly Visit[], span: Span): Load {
  const within = ({ start, end }: Interval): number =>
    Math.max(0, Math.min(end, span.midnight) - Math.max(start, span.from));
  return {
    booked: visits.reduce((sum, visit) => sum + within(visit), 0),
    shift: shifts.reduce((sum, shift) => sum + within(shift), 0),
  };
}

/** Rows that keep their identity as long as nothing of them changes, so that a live change redraws one row. */
export function keptRows(): (
  people: readonly Person[],
  visits: ReadonlyMap<string, readonly Visit[]>,
  span: Span,
) => readonly TechnicianRow[] {
  let kept = new Map<string, { readonly row: TechnicianRow; readonly span: Span }>();
  return (people, visits, span) => {
    const next = new Map<string, { readonly row: TechnicianRow; readonly span: Span }>();
    const rows = people.map((person) => {
      const mine = visits.get(person.technician.id) ?? [];
      const before = kept.get(person.technician.id);
      const same =
        before?.row.person === person && before.span.from === span.from && sameVisits(before.row.visits, mine);
      const row = same ? before.row : rowOf(person, mine, span);
      next.set(person.technician.id, { row, span });
      return row;
    });
    kept = next;
    return rows;
  };
}

function sameVisits(a: readonly Visit[], b: readonly Visit[]): boolean {
  return (
    a.length === b.length &&
    a.every((visit, n) => {
      const other = b[n];
      return other?.job === visit.job && other.start === visit.start && other.end === visit.end;
    })
  );
}

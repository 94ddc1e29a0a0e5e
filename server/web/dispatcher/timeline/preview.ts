/** What would become of a visit put here: what the desk can tell at once. Pure; instants in epoch milliseconds.
 *
 * | remark | what it does |
 * | --- | --- |
 * | `kept`, `late`, `no_promise` | says whether the promise holds |
 * | `held` | says what of the visit is fixed, and what may be changed |
 * | `delays` | a later visit in the way makes room, when it may |
 * | `booked`, `fixed`, `absent`, `locked` | nothing is asked of the server: it would refuse |
 * | `taken_back`, `past`, `outside_shift`, `no_shift`, `skill`, `outlet`, `travel` | a word of caution; the server decides |
 */
import type { Job, Lock } from "../../shared/api/types";
import { readPromise } from "../../shared/promise/promise";
import { instant } from "../../shared/time/format";
import { HOUR, MINUTE, STEP_MS } from "./hours";
import { homeOf, touches, type Interval, type TechnicianRow, type Visit } from "./rows";
import { estimate } from "./travel";

export type Remark =
  | { readonly kind: "kept"; readonly left: number }
  | { readonly kind: "late"; readonly by: number }
  | { readonly kind: "no_promise" | "past" | "outside_shift" | "no_shift" | "absent" | "outlet" | "taken_back" }
  | { readonly kind: "skill"; readonly skill: string }
  | { readonly kind: "held" | "locked"; readonly lock: Fixed }
  | { readonly kind: "booked"; readonly number: number; readonly until: number }
  | { readonly kind: "fixed"; readonly number: number }
  | { readonly kind: "travel"; readonly number: number | null; readonly needed: number; readonly there: number }
  | { readonly kind: "delays"; readonly number: number; readonly by: number; readonly breaks: boolean };

/** What of a visit is fixed. */
export type Fixed = Exclude<Lock, "none">;

export type Tone = "good" | "caution" | "refused";

const TONES: Readonly<Record<Remark["kind"], Tone>> = {
  kept: "good",
  no_promise: "good",
  held: "good",
  late: "caution",
  taken_back: "caution",
  past: "caution",
  outside_shift: "caution",
  no_shift: "caution",
  outlet: "caution",
  skill: "caution",
  travel: "caution",
  delays: "caution",
  absent: "refused",
  locked: "refused",
  booked: "refused",
  fixed: "refused",
};

export function toneOf(remark: Remark): Tone {
  return TONES[remark.kind];
}

/** A visit that makes room, and its new window. */
export interface Delayed extends Interval {
  readonly visit: Visit;
}

export interface Preview extends Interval {
  readonly remarks: readonly Remark[];
  readonly delays: readonly Delayed[];
  readonly tone: Tone;
}

export interface Place {
  readonly row: TechnicianRow;
  readonly start: number;
  readonly now: number;
  /** Of the outlet: visits of others that start sooner than this are not moved. */
  readonly freezeMs: number;
}

export function lastingOf(job: Job): number {
  const [start, end] = [instant(job.window_start), instant(job.window_end)];
  return start !== null && end !== null && end > start ? end - start : job.duration_minutes * MINUTE;
}

export function previewOf(job: Job, place: Place): Preview {
  const { row, start, now } = place;
  const end = start + lastingOf(job);
  const here = { start, end };
  const others = row.visits.filter((visit) => visit.job.id !== job.id);
  const room = makeRoom(job, here, others, place);
  const remarks = [
    ...promiseRemark(job, here, now),
    ...lockRemark(job, row.person.technician.id, start),
    ...dutyRemarks(job, here, row, now),
    ...room.remarks,
    ...(room.remarks.length === 0 ? travelRemarks(job, here, others, row) : []),
  ];
  return { ...here, remarks, delays: room.delays, tone: worst(remarks) };
}

/** What becomes of a visit that is put into the queue: nobody has it then. One that was fixed stays. */
export function takenBackOf(job: Job, start: number): Preview {
  const lock = fixedOf(job);
  const remarks: readonly Remark[] = lock === null ? [{ kind: "taken_back" }] : [{ kind: "locked", lock }];
  return { start, end: start + lastingOf(job), remarks, delays: [], tone: worst(remarks) };
}

function worst(remarks: readonly Remark[]): Tone {
  const tones = remarks.map(toneOf);
  return tones.includes("refused") ? "refused" : tones.includes("caution") ? "caution" : "good";
}

function promiseRemark(job: Job, { start, end }: Interval, now: number): readonly Remark[] {
  const { goal, due, state } = readPromise(job, now);
  if (due === null || state === "void") return [{ kind: "no_promise" }];
  if (state === "met" || state === "missed" || state === "paused") return [];
  const left = due - (goal === "arrive" ? start : end);
  return left >= 0 ? [{ kind: "kept", left }] : [{ kind: "late", by: -left }];
}

/** What of the job's visit is fixed; null for one that may be planned freely. */
export function fixedOf({ lock, visit_id: visit }: Job): Fixed | null {
  return lock === undefined || lock === "none" || visit === null ? null : lock;
}

/** Over no row: what will be refused anywhere is said before. */
export function inHandOf(job: Job): readonly Remark[] {
  const lock = fixedOf(job);
  return lock === null ? [] : [{ kind: "held", lock }];
}

/** As the server holds it (`bookable.locked`). */
function lockRemark(job: Job, technicianId: string, start: number): readonly Remark[] {
  const lock = fixedOf(job);
  if (lock === null) return [];
  const person = job.technician_id !== technicianId;
  const time = instant(job.window_start) !== start;
  const moved = { person, time, both: person || time }[lock];
  return [{ kind: moved ? "locked" : "held", lock }];
}

function dutyRemarks(job: Job, here: Interval, row: TechnicianRow, now: number): readonly Remark[] {
  const { technician, shifts, absences } = row.person;
  const found: Remark[] = [];
  if (here.start < now - STEP_MS) found.push({ kind: "past" });
  if (absences.some((absence) => touches(absence, here))) found.push({ kind: "absent" });
  if (shifts.length === 0) found.push({ kind: "no_shift" });
  else if (!shifts.some((shift) => shift.start <= here.start && here.end <= shift.end))
    found.push({ kind: "outside_shift" });
  if (job.skill !== "" && !technician.skills.includes(job.skill)) found.push({ kind: "skill", skill: job.skill });
  if (technician.outlet_id !== job.outlet_id) found.push({ kind: "outlet" });
  return found;
}

interface Room {
  readonly remarks: readonly Remark[];
  readonly delays: readonly Delayed[];
}

/** Later visits in the way move behind it, one pushing the next; an earlier one that is not over is in the way. */
function makeRoom(job: Job, here: Interval, others: readonly Visit[], { now, freezeMs }: Place): Room {
  const before = others.find((visit) => visit.start < here.start && visit.end > here.start);
  if (before !== undefined && before.standing !== "done")
    return { remarks: [{ kind: "booked", number: before.job.number, until: before.end }], delays: [] };
  const delays: Delayed[] = [];
  let last: { readonly end: number; readonly job: Job } = { end: here.end, job };
  for (const visit of others) {
    if (visit.start < here.start || visit.standing === "done" || visit.start >= last.end) continue;
    if (!movable(visit, now, freezeMs)) return { remarks: [{ kind: "fixed", number: visit.job.number }], delays: [] };
    const start = upToStep(last.end + estimate(last.job, visit.job));
    const moved = { visit, start, end: start + (visit.end - visit.start) };
    delays.push(moved);
    last = { end: moved.end, job: visit.job };
  }
  return { remarks: delays.map(delayRemark), delays };
}

function upToStep(at: number): number {
  return Math.ceil(at / STEP_MS) * STEP_MS;
}

function movable({ job, standing, start }: Visit, now: number, freezeMs: number): boolean {
  const locked = job.lock === "time" || job.lock === "both";
  const frozen = freezeMs > 0 && start >= now && start <= now + freezeMs;
  return standing === "planned" && job.state !== "paused" && !locked && !frozen;
}

function delayRemark({ visit, start }: Delayed): Remark {
  const due = visit.job.arrival === null ? instant(visit.job.respond_by) : null;
  const breaks = due !== null && visit.start <= due && start > due;
  return { kind: "delays", number: visit.job.number, by: start - visit.start, breaks };
}

/** Whether there is time to come here and to go on; by estimate, so it only warns. */
function travelRemarks(job: Job, here: Interval, others: readonly Visit[], row: TechnicianRow): readonly Remark[] {
  const before = others.findLast((visit) => visit.end <= here.start);
  const next = others.find((visit) => visit.start >= here.end && visit.standing !== "done");
  const shift = row.person.shifts.find((each) => each.start <= here.start && here.start < each.end);
  const found: Remark[] = [];
  if (before !== undefined) {
    const needed = estimate(before.job, job);
    const there = here.start - before.end;
    if (needed > there) found.push({ kind: "travel", number: before.job.number, needed, there });
  } else if (shift !== undefined) {
    const needed = estimate(homeOf(row.person.technician), job);
    const there = here.start - shift.start;
    if (needed > there) found.push({ kind: "travel", number: null, needed, there });
  }
  if (next !== undefined) {
    const needed = estimate(job, next.job);
    const there = next.start - here.end;
    if (needed > there) found.push({ kind: "travel", number: next.job.number, needed, there });
  }
  return found;
}

const LOOKS_AHEAD_MS = 16 * HOUR;

/** The first start from `from` at which nothing is in the way, in the shift where there is one; else `from`. */
export function earliestFree(job: Job, row: TechnicianRow, from: number): number {
  const lasts = lastingOf(job);
  const others = row.visits.filter((visit) => visit.job.id !== job.id && visit.standing !== "done");
  const shift = row.person.shifts.find((each) => each.end - lasts >= from);
  let start = upToStep(Math.max(from, shift?.start ?? from));
  for (const visit of others) {
    if (visit.end <= start || visit.start - start >= lasts) continue;
    start = upToStep(visit.end + estimate(visit.job, job));
  }
  return start - from > LOOKS_AHEAD_MS ? upToStep(from) : start;
}

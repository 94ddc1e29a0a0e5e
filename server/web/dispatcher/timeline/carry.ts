/** A job in the hand of a dispatcher, by pointer or by keys. Pure: where it is held, and where a step takes it. */
import type { Job } from "../../shared/api/types";
import { instant } from "../../shared/time/format";
import { offersIn } from "../offers";
import { snap, STEP_MS, type Span } from "./hours";
import { earliestFree } from "./preview";
import type { TechnicianRow } from "./rows";

export interface Carry {
  /** As it was when it was picked up. */
  readonly job: Job;
  readonly by: "pointer" | "touch" | "keys";
  /** Null: over no technician's row, so that letting go does nothing, or over the queue. */
  readonly technicianId: string | null;
  /** Over the queue: letting go takes the visit back. */
  readonly toQueue: boolean;
  readonly start: number;
}

export type Step = "earlier" | "later" | "hour_earlier" | "hour_later" | "up" | "down" | "day_before" | "day_after";

const MINUTES: Readonly<Partial<Record<Step, number>>> = {
  earlier: -STEP_MS,
  later: STEP_MS,
  hour_earlier: -12 * STEP_MS,
  hour_later: 12 * STEP_MS,
};

/** By keys: where the visit is, or in the first free time of the first row in sight. */
export function pickUp(job: Job, rows: readonly TechnicianRow[], first: string | null, span: Span, now: number): Carry {
  const own = rows.find((row) => row.person.technician.id === job.technician_id);
  const window = instant(job.window_start);
  if (own !== undefined && window !== null)
    return { job, by: "keys", technicianId: own.person.technician.id, toQueue: false, start: snap(window) };
  const row = rows.find((each) => each.person.technician.id === first) ?? rows[0];
  const from = Math.max(now, span.from);
  const start = row === undefined ? snap(from) : earliestFree(job, row, from);
  return { job, by: "keys", technicianId: row?.person.technician.id ?? null, toQueue: false, start };
}

export function stepped(carry: Carry, step: Step, rows: readonly TechnicianRow[], day: number): Carry {
  if (carry.toQueue) return { ...carry, toQueue: false, technicianId: carry.job.technician_id };
  const minutes = MINUTES[step];
  if (minutes !== undefined) return { ...carry, start: snap(carry.start + minutes) };
  if (step === "day_before" || step === "day_after")
    return { ...carry, start: carry.start + (step === "day_after" ? day : -day) };
  const at = rows.findIndex((row) => row.person.technician.id === carry.technicianId);
  const next = rows[Math.min(rows.length - 1, Math.max(0, at + (step === "down" ? 1 : -1)))];
  return { ...carry, technicianId: next?.person.technician.id ?? null };
}

const STEPS: Readonly<Record<string, Step>> = {
  ArrowLeft: "earlier",
  ArrowRight: "later",
  "Shift+ArrowLeft": "hour_earlier",
  "Shift+ArrowRight": "hour_later",
  ArrowUp: "up",
  ArrowDown: "down",
  PageUp: "day_before",
  PageDown: "day_after",
};

/** What a key does to what is carried. */
export function stepOf(event: Pick<KeyboardEvent, "key" | "shiftKey">): Step | null {
  return STEPS[event.shiftKey ? `Shift+${event.key}` : event.key] ?? null;
}

/** Over the queue, by key. From there every step leads back to the row it came from. */
export function overQueue(carry: Carry): Carry {
  return { ...carry, toQueue: true, technicianId: null };
}

/** Whether it is a visit that can be taken back. */
export function mayGoBack(job: Job): boolean {
  return job.visit_id !== null && offersIn(job.state).includes("unassign");
}

/** Whether letting go here would change anything. */
export function isElsewhere({ job, technicianId, toQueue, start }: Carry): boolean {
  if (toQueue) return mayGoBack(job);
  if (technicianId === null) return false;
  const window = instant(job.window_start);
  return job.technician_id !== technicianId || window === null || snap(window) !== start;
}

/** The block the arrows go to: before or after in the row, or the nearest in time of the next row that has any. */
export function neighbourBlock(
  rows: readonly TechnicianRow[],
  current: string | null,
  towards: "left" | "right" | "up" | "down",
): string | null {
  const at = rows.findIndex((row) => row.visits.some((visit) => visit.job.id === current));
  const visits = rows[at]?.visits ?? [];
  const here = visits.findIndex((visit) => visit.job.id === current);
  const visit = visits[here];
  if (visit === undefined) return rows.find((row) => row.visits.length > 0)?.visits[0]?.job.id ?? null;
  if (towards === "left" || towards === "right")
    return visits[here + (towards === "right" ? 1 : -1)]?.job.id ?? visit.job.id;
  const by = towards === "down" ? 1 : -1;
  for (let n = at + by; n >= 0 && n < rows.length; n += by) {
    const nearest = nearestTo(visit.start, rows[n]);
    if (nearest !== null) return nearest;
  }
  return visit.job.id;
}

function nearestTo(at: number, row: TechnicianRow | undefined): string | null {
  let best: { readonly id: string; readonly far: number } | null = null;
  for (const visit of row?.visits ?? []) {
    const far = Math.abs(visit.start - at);
    if (best === null || far < best.far) best = { id: visit.job.id, far };
  }
  return best?.id ?? null;
}

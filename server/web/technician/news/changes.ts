/** What the office changed on a technician's jobs: each job as it was last told, against what it is now. Pure. */
import type { Job } from "../../shared/api/types";
import { isObject, type Json } from "../../shared/replica/json";
import type { Operation } from "../../shared/replica";

/** What a technician cares for. */
const FIELDS = [
  "window",
  "appointment_at",
  "address",
  "title",
  "state",
  "parts_needed",
  "lock",
  "priority",
  "contact_name",
  "contact_phone",
  "access_notes",
  "unit_id",
  "sign_again",
] as const;

export type WatchedField = (typeof FIELDS)[number];

export interface Watched {
  readonly id: string;
  readonly number: number;
  readonly title: string;
  readonly values: Readonly<Record<WatchedField, Json>>;
}

export interface Change {
  readonly field: WatchedField;
  readonly from: Json;
  readonly to: Json;
}

/** `came`: it is this technician's now. `gone`: it is not any more. */
export interface JobNews {
  readonly kind: "came" | "changed" | "gone";
  readonly job_id: string;
  readonly number: number;
  readonly title: string;
  readonly changes: readonly Change[];
}

export function watched(job: Job): Watched {
  const { id, number, title, window_start, window_end } = job;
  const values = Object.fromEntries(
    FIELDS.map((field) => [field, field === "window" ? [window_start, window_end] : (job[field] as Json)]),
  );
  return { id, number, title, values: values as Record<WatchedField, Json> };
}

/** States that only a technician's own step leads to. */
const OWN_STATES = new Set<Json>([
  "accepted",
  "declined",
  "en_route",
  "on_site",
  "working",
  "paused",
  "completed",
  "cannot_complete",
]);
const OVER = new Set<Json>(["completed", "closed", "cannot_complete", "cancelled", "declined"]);

/** `own`: the technician's steps on this job that the phone still keeps: what they did is no news to them. */
export function newsOf(
  before: Watched | undefined,
  after: Job | undefined,
  technician_id: string | null,
  own: readonly Operation[],
): JobNews | null {
  const held = after !== undefined && isMine(after, technician_id) ? after : null;
  if (before === undefined) return held !== null && !OVER.has(held.state) ? told("came", watched(held)) : null;
  if (held === null) {
    const ended = OVER.has(before.values.state) || own.some(({ kind }) => kind === "job.decline");
    return ended ? null : told("gone", before);
  }
  const now = watched(held);
  const changes = FIELDS.flatMap((field): Change[] => {
    const [from, to] = [before.values[field], now.values[field]];
    return toldAlike(field, from, to) || isOwn(field, to, own) ? [] : [{ field, from, to }];
  });
  return changes.length === 0 ? null : told("changed", now, changes);
}

export function isMine(job: Job, technician_id: string | null): boolean {
  return job.technician_id === technician_id && job.deleted_at === null;
}

function told(kind: JobNews["kind"], { id, number, title }: Watched, changes: readonly Change[] = []): JobNews {
  return { kind, job_id: id, number, title, changes };
}

function isOwn(field: WatchedField, to: Json, own: readonly Operation[]): boolean {
  if (field === "state") return OWN_STATES.has(to) && own.length > 0;
  if (field === "sign_again") return to === null;
  if (field === "unit_id") return own.some(({ kind, args }) => kind === "job.scan" && args["unit_id"] === to);
  return own.some(({ kind, args }) => kind === "job.patch" && same(args[field], to));
}

/** Times are told by the minute; two that read the same are no news. */
function toldAlike(field: WatchedField, from: Json, to: Json): boolean {
  const timed = field === "window" || field === "appointment_at";
  return timed ? same(minutes(from), minutes(to)) : same(from, to);
}

function minutes(value: Json): Json {
  if (Array.isArray(value)) return value.map(minutes);
  return typeof value === "string" ? Math.floor(Date.parse(value) / 60_000) : value;
}

function same(one: Json | undefined, other: Json | undefined): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function sorted(value: Json | undefined): Json | undefined {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

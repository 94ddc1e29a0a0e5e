/** Everything that was done on this phone and is still kept, by job, and where it stands. Pure. */
import type { Job, Review } from "../../shared/api/types";
import type { Judged, Operation, Undoable } from "../../shared/replica";
import type { HandedIn, Photo } from "../photos/photo";

/** `waiting`: kept here, for the office. `undo`: it can still be taken back. `received`, `merged`: the office has it as it
 * is, or with other values in places. `held`: the office decides; `settled`: it has. `refused`: it counts for nothing.
 * `sealed`: signed, and for good. */
export type EntryState = "waiting" | "undo" | "received" | "merged" | "held" | "settled" | "refused" | "sealed";

/** `at_ms`: by this phone's clock; `answered_ms`: by the server's. `photos`: those that it names. */
export interface Entry {
  readonly operation: Operation;
  readonly state: EntryState;
  readonly at_ms: number;
  readonly answered_ms: number | null;
  readonly code: string | null;
  readonly review: Review | null;
  readonly handedIn: HandedIn | null;
  readonly photos: readonly Photo[];
  /** Something of it is still to come. */
  readonly open: boolean;
}

/** What was done to one record. `drafts`: photos that nothing signed names yet. `mine`: the job is still on this phone. */
export interface Group {
  readonly type: string;
  readonly id: string;
  readonly job: Job | null;
  readonly mine: boolean;
  readonly entries: readonly Entry[];
  readonly drafts: readonly Photo[];
  readonly open: number;
  readonly last_ms: number;
}

export interface Kept {
  readonly waiting: readonly Operation[];
  readonly judged: readonly Judged[];
  readonly undoable: Undoable | null;
  readonly photos: readonly Photo[];
  readonly handedIn: ReadonlyMap<string, HandedIn>;
  readonly reviews: ReadonlyMap<string, Review>;
  readonly jobs: ReadonlyMap<string, Job>;
  readonly technician_id: string | null;
}

/** What is open first, and then the latest; within a record the latest first. */
export function groups(kept: Kept): Group[] {
  const found = new Map<string, { type: string; id: string; entries: Entry[]; drafts: Photo[] }>();
  const of = (type: string, id: string): { entries: Entry[]; drafts: Photo[] } => {
    const name = `${type}/${id}`;
    const known = found.get(name) ?? { type, id, entries: [], drafts: [] };
    found.set(name, known);
    return known;
  };
  for (const entry of entries(kept)) of(entry.operation.record.type, entry.operation.record.id).entries.unshift(entry);
  for (const photo of kept.photos) if (photo.state === "draft") of("job", photo.job_id).drafts.push(photo);
  return [...found.values()]
    .map((group) => asGroup(group, kept))
    .sort((one, other) => Number(other.open > 0) - Number(one.open > 0) || other.last_ms - one.last_ms);
}

function asGroup(group: { type: string; id: string; entries: Entry[]; drafts: Photo[] }, kept: Kept): Group {
  const job = group.type === "job" ? (kept.jobs.get(group.id) ?? null) : null;
  const taken = group.drafts.map(({ taken_at }) => Date.parse(taken_at));
  return {
    ...group,
    job,
    mine:
      group.type !== "job" ||
      (job !== null && (job.technician_id === null || job.technician_id === kept.technician_id)),
    open: group.entries.filter(({ open }) => open).length + group.drafts.length,
    last_ms: Math.max(0, ...group.entries.map(({ at_ms }) => at_ms), ...taken),
  };
}

function entries(kept: Kept): Entry[] {
  const pending = new Set(kept.waiting.map(({ op_id }) => op_id));
  const heard = kept.judged.filter(({ operation }) => !pending.has(operation.op_id));
  return [
    ...heard.map((judged) => entry(judged.operation, judged, kept)),
    ...kept.waiting.map((operation) => entry(operation, null, kept)),
  ];
}

function entry(operation: Operation, judged: Judged | null, kept: Kept): Entry {
  const { op_id, at } = operation;
  const photos = kept.photos.filter((photo) => photo.op_id === op_id);
  const handedIn = kept.handedIn.get(op_id) ?? null;
  const review = judged === null ? null : reviewOf(judged, kept.reviews);
  const state =
    judged === null ? (kept.undoable?.op_id === op_id ? "undo" : "waiting") : stateOf(judged, handedIn, review);
  return {
    ...{ operation, state, review, handedIn, photos },
    at_ms: at.wall_ms,
    answered_ms: judged?.answered_ms ?? null,
    code: judged?.outcome.code ?? handedIn?.fault ?? null,
    open: ["waiting", "undo", "held"].includes(state) || photos.some((photo) => photo.state === "signed"),
  };
}

function stateOf({ outcome }: Judged, handedIn: HandedIn | null, review: Review | null): EntryState {
  if (outcome.status === "rejected") return "refused";
  if (handedIn !== null && handedIn.sealed_at !== null) return "sealed";
  if (outcome.status === "held") return review !== null && review.settled_at !== null ? "settled" : "held";
  return outcome.status === "merged" ? "merged" : "received";
}

function reviewOf({ operation, outcome }: Judged, reviews: ReadonlyMap<string, Review>): Review | null {
  const named = outcome.review_id === null ? undefined : reviews.get(outcome.review_id);
  return named ?? [...reviews.values()].find(({ op_id }) => op_id === operation.op_id) ?? null;
}

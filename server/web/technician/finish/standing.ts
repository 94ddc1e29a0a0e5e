/** How far what was signed has come: saved on this phone → received → photos → sealed. Pure. */
import type { Review } from "../../shared/api/types";
import { at, isObject, type JsonObject } from "../../shared/replica/json";
import type { Judged, Operation, Outcome } from "../../shared/replica";
import type { HandedIn, Photo } from "../photos/photo";
import { WANTS_A_PERSON } from "../uploads/order";

/** `outcome` null: the office has not answered. */
export interface Statement {
  readonly op_id: string;
  readonly kind: "completed" | "cannot_complete" | "addendum";
  readonly manifest: JsonObject;
  readonly outcome: Outcome | null;
}

const KINDS: Readonly<Record<string, Statement["kind"]>> = {
  "job.complete": "completed",
  "job.cannot_complete": "cannot_complete",
  "job.addendum": "addendum",
};

/** What was signed for a job on this phone, of the last 30 days, the oldest first. */
export function statementsOf(
  jobId: string,
  judged: readonly Judged[],
  waiting: readonly Operation[],
): readonly Statement[] {
  const pending = new Set(waiting.map(({ op_id }) => op_id));
  const heard = judged.filter(({ operation }) => !pending.has(operation.op_id));
  return [
    ...heard.flatMap(({ operation, outcome }) => statement(operation, outcome)),
    ...waiting.flatMap((operation) => statement(operation, null)),
  ].filter((each) => each.jobId === jobId);
}

function statement(
  { op_id, kind, record, args }: Operation,
  outcome: Outcome | null,
): (Statement & { jobId: string })[] {
  const known = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  const manifest = at(args, "manifest");
  return known === undefined
    ? []
    : [{ jobId: record.id, op_id, kind: known, manifest: isObject(manifest) ? manifest : {}, outcome }];
}

/** What closes the visit: the last one that is no addendum. */
export function latestOf(statements: readonly Statement[]): Statement | null {
  return statements.findLast(({ kind }) => kind !== "addendum") ?? null;
}

const LIVE = new Set(["new", "scheduled", "accepted", "en_route", "on_site", "working", "paused"]);

/** Whether the job is signed for, so that there is nothing to finish: not when the office asks for another signature, when
 * it refused this one, or when it opened the job again. */
export function isSigned(
  job: { readonly state: string; readonly sign_again: string | null } | undefined,
  latest: Statement | null,
): boolean {
  if (latest === null) return false;
  if (job === undefined || latest.outcome === null) return true;
  if (job.sign_again !== null || latest.outcome.status === "rejected") return false;
  return latest.outcome.status === "held" || !LIVE.has(job.state);
}

export type StageName = "saved" | "received" | "photos" | "sealed";
/** `now`: it goes on without anybody doing anything. `later`: its turn has not come. */
export type StageState = "done" | "now" | "later" | "trouble";

export interface Stage {
  readonly name: StageName;
  readonly state: StageState;
}

/** `refused`: it counts for nothing. `held`: the office is asked, and what was signed is kept. `settled`: they have
 * decided. `invalid`: what was signed does not hold, and the office decides. */
export type Trouble = "refused" | "held" | "settled" | "invalid";

export interface Standing {
  readonly stages: readonly Stage[];
  readonly trouble: Trouble | null;
  /** The code of what is wrong; null where there is none. */
  readonly code: string | null;
  readonly review: Review | null;
  /** `refused`: of those on this phone, what the office does not take as it is; such a photo does not follow by itself. */
  readonly photos: { readonly named: number; readonly received: number; readonly refused: number };
  readonly handedIn: HandedIn | null;
}

export function standingOf(
  { op_id, manifest, outcome }: Statement,
  handedIn: HandedIn | undefined,
  reviews: Iterable<Review>,
  photosHere: readonly Pick<Photo, "op_id" | "state" | "trouble">[] = [],
): Standing {
  const review = reviewOf(op_id, outcome, reviews);
  const named = namedIn(manifest);
  const refused = photosHere.filter((photo) => photo.op_id === op_id && isRefused(photo)).length;
  const received = handedIn?.photos.filter(({ state }) => state !== "awaited").length ?? 0;
  const trouble = troubleOf(outcome, handedIn, review);
  const [taken, sealed] = [outcome !== null, typeof handedIn?.sealed_at === "string"];
  const bad = trouble === "refused" || trouble === "invalid";
  const arrived = named === 0 || received >= named;
  const coming = arrived ? "done" : refused > 0 ? "trouble" : bad ? "later" : "now";
  const photos: Stage[] = named === 0 ? [] : [{ name: "photos", state: taken ? coming : "later" }];
  return {
    stages: [
      { name: "saved", state: "done" },
      { name: "received", state: !taken ? "now" : trouble === "refused" ? "trouble" : "done" },
      ...photos,
      { name: "sealed", state: sealed ? "done" : bad ? "trouble" : taken && arrived ? "now" : "later" },
    ],
    trouble,
    code: outcome?.code ?? handedIn?.fault ?? null,
    review,
    photos: { named, received, refused },
    handedIn: handedIn ?? null,
  };
}

/** So that it is not sent again by itself. */
function isRefused({ state, trouble }: Pick<Photo, "state" | "trouble">): boolean {
  return state === "signed" && trouble !== null && WANTS_A_PERSON.has(trouble);
}

function namedIn(manifest: JsonObject): number {
  const photos = at(manifest, "photos");
  return Array.isArray(photos) ? new Set(photos.filter(isObject).map((photo) => at(photo, "sha256"))).size : 0;
}

function reviewOf(op_id: string, outcome: Outcome | null, reviews: Iterable<Review>): Review | null {
  for (const review of reviews) if (review.op_id === op_id || review.id === outcome?.review_id) return review;
  return null;
}

function troubleOf(outcome: Outcome | null, handedIn: HandedIn | undefined, review: Review | null): Trouble | null {
  if (outcome?.status === "rejected") return "refused";
  if (handedIn?.valid === false) return "invalid";
  if (review !== null) return review.settled_at === null ? "held" : "settled";
  return outcome?.status === "held" ? "held" : null;
}

/** What a card says beside its state: the few things that must not be missed. Pure. */
import type { Job, Review } from "../../shared/api/types";
import type { Operation } from "../../shared/replica";
import { isTheirs } from "../job/steps";

export type MarkKind = "unsent" | "photos" | "parts" | "recall" | "changed" | "review" | "sign_again" | "not_mine";

/** `n`: how many, where that says something. */
export interface Mark {
  readonly kind: MarkKind;
  readonly n: number;
}

export interface MarkFacts {
  readonly technician_id: string | null;
  readonly waiting: readonly Operation[];
  /** Photos of this job that were signed and the server has not. */
  readonly photos: number;
  readonly recalled: boolean;
  /** By the office, and nobody has looked yet. */
  readonly changed: boolean;
  readonly reviews: Iterable<Review>;
}

/** The most pressing first. */
export function marksOf(
  job: Job,
  { technician_id, waiting, photos, recalled, changed, reviews }: MarkFacts,
): readonly Mark[] {
  const unsent = waiting.filter(({ record }) => record.type === "job" && record.id === job.id).length;
  const found: readonly (readonly [MarkKind, number | boolean])[] = [
    ["sign_again", job.sign_again !== null],
    ["not_mine", job.state !== "declined" && !isTheirs(job, technician_id)],
    ["recall", recalled],
    ["changed", changed],
    ["parts", job.hold_cause === "waiting_for_parts"],
    ["review", openReview(job, reviews) !== null || job.billing_held],
    ["unsent", unsent],
    ["photos", photos],
  ];
  return found.flatMap(([kind, n]) => (Number(n) > 0 ? [{ kind, n: Number(n) }] : []));
}

/** The oldest question about the job that nobody has settled. */
export function openReview(job: Pick<Job, "id">, reviews: Iterable<Review>): Review | null {
  const open = [...reviews].filter((review) => review.record_id === job.id && review.settled_at === null);
  return open.sort((one, other) => one.opened_at.localeCompare(other.opened_at))[0] ?? null;
}

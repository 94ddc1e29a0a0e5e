/** The news in one list, the latest first. Pure. */
import type { Review } from "../../shared/api/types";
import type { Judged, Operation } from "../../shared/replica";
import type { JobNews } from "./changes";

/** What was told of a job, as it is kept on the phone. */
export interface StoredNews extends JobNews {
  readonly id: string;
  readonly at_ms: number;
  readonly seen: 0 | 1;
}

interface Item {
  readonly id: string;
  readonly at_ms: number;
  readonly unseen: boolean;
}

/** `merged`: own values met others. `refused`: a step that counts for nothing. `review`: the office has to decide, or
 * has; `operation`: what of this phone it is about. */
export type NewsItem =
  | (Item & { readonly kind: "job"; readonly news: StoredNews })
  | (Item & { readonly kind: "merged" | "refused"; readonly judged: Judged })
  | (Item & { readonly kind: "review"; readonly review: Review; readonly operation: Operation | null });

export interface Told {
  readonly judged: readonly Judged[];
  readonly reviews: Iterable<Review>;
  readonly stored: readonly StoredNews[];
  /** Marks of reviews that were seen, as they stood then. */
  readonly marks: ReadonlySet<string>;
}

const THIRTY_DAYS_MS = 30 * 24 * 60 * 60 * 1000;

export function markOf({ id, settled_at }: Pick<Review, "id" | "settled_at">): string {
  return `${id} ${settled_at ?? "open"}`;
}

export function newsItems({ judged, reviews, stored, marks }: Told, now_ms: number): NewsItem[] {
  const found: NewsItem[] = [
    ...stored.map((news): NewsItem => ({
      ...asItem(`job ${news.id}`, news.at_ms, news.seen === 0),
      kind: "job",
      news,
    })),
    ...judged.flatMap((each): NewsItem[] => {
      const { operation, outcome, answered_ms, seen } = each;
      const kind = outcome.status === "rejected" ? "refused" : outcome.merges.length > 0 ? "merged" : null;
      const item = asItem(operation.op_id, answered_ms ?? operation.at.wall_ms, !seen);
      return kind === null ? [] : [{ ...item, kind, judged: each }];
    }),
    ...[...reviews].map((review): NewsItem => {
      const about = judged.find(({ operation, outcome }) => isAbout(review, operation, outcome.review_id));
      const item = asItem(review.id, Date.parse(review.settled_at ?? review.opened_at), !marks.has(markOf(review)));
      return { ...item, kind: "review", review, operation: about?.operation ?? null };
    }),
  ];
  return found
    .filter(({ at_ms, unseen, kind }) => now_ms - at_ms < THIRTY_DAYS_MS || (kind === "review" && unseen))
    .sort((one, other) => other.at_ms - one.at_ms);
}

function isAbout(review: Review, { op_id }: Operation, review_id: string | null): boolean {
  return review.op_id === op_id || review.id === review_id;
}

function asItem(id: string, at_ms: number, unseen: boolean): Item {
  return { id, at_ms, unseen };
}

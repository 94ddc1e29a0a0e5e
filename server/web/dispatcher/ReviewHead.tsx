import type { JSX } from "preact";
import type { Review } from "../shared/api/types";
import { isKey, say, t } from "../shared/text/language";
import type { Board } from "./board";
import type { Show } from "./Desk";

interface ReviewHeadProps {
  readonly review: Review;
  readonly board: Board;
  readonly show: Show;
}

export function kindOf(review: Review): string {
  return isKey(`review.kind.${review.kind}`) ? say("review.kind", review.kind) : t("review.kind.other");
}

/** What the review is about, and the way there. */
export function Subject({ review, board, show }: ReviewHeadProps): JSX.Element | null {
  const job = board.jobs.value.get(review.record_id);
  if (job === undefined) return review.record_type === "customer" ? <span>{t("reviews.customer")}</span> : null;
  return (
    <button
      type="button"
      class="button plain"
      onClick={() => {
        show({ job: job.id });
      }}
    >
      {t("job.number", { n: job.number })} · <span class="typed">{job.title}</span>
    </button>
  );
}

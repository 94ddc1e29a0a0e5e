/** Conflicts between office and field: both sides, what each way out will do, and the way back for ten minutes. */
import type { JSX } from "preact";
import { t } from "../shared/text/language";
import { Notice } from "../shared/views/Notice";
import type { Board } from "./board";
import type { Show } from "./Desk";
import { OpenReview } from "./OpenReview";
import { SettledReview } from "./SettledReview";
import "./reviews.css";

export interface ReviewsProps {
  readonly board: Board;
  readonly show: Show;
}

export function Reviews({ board, show }: ReviewsProps): JSX.Element {
  const reviews = board.reviews.value;
  const settled = board.settled.value;
  const complete = board.feed.replica.value.complete;
  return (
    <div class="reviews">
      <h1>{t("reviews.title")}</h1>
      {settled.length > 0 && (
        <section class="settled" aria-label={t("reviews.settled")}>
          <h2>{t("reviews.settled")}</h2>
          <ol>
            {settled.map((review) => (
              <SettledReview key={review.id} review={review} board={board} show={show} />
            ))}
          </ol>
        </section>
      )}
      {reviews.length === 0 && !complete && <div class="ghost review-ghost" role="status" aria-label={t("loading")} />}
      {reviews.length === 0 && complete && (
        <Notice icon="done" title={t("reviews.empty")} hint={t("reviews.empty_hint")} />
      )}
      <ol>
        {reviews.map((review) => (
          <OpenReview key={review.id} review={review} board={board} show={show} />
        ))}
      </ol>
    </div>
  );
}

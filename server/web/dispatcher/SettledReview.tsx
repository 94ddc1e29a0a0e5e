import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Review } from "../shared/api/types";
import { inLanguage, say, t } from "../shared/text/language";
import { clockTime } from "../shared/time/format";
import { Icon } from "../shared/views/Icon";
import type { Board } from "./board";
import { undoSettlement } from "./deeds";
import type { Show } from "./Desk";
import { countdown } from "./effects";
import { kindOf, Subject } from "./ReviewHead";
import { choicesOf } from "./sides";

const SECOND = 1000;

interface SettledReviewProps {
  readonly review: Review;
  readonly board: Board;
  readonly show: Show;
}

/** One that was settled, as long as it can be undone. */
export function SettledReview({ review, board, show }: SettledReviewProps): JSX.Element {
  const busy = useSignal(false);
  const left = useTimeLeft(review.undo_until);
  const chosen = choicesOf(review.choices).find(({ choice }) => choice === review.choice);
  const words = (chosen && inLanguage(chosen)) || say("choice", review.choice ?? "");
  const time = clockTime(Date.parse(review.settled_at ?? review.opened_at));
  const mine = review.settled_by === board.user.id;

  async function undo(): Promise<void> {
    if (busy.value) return;
    busy.value = true;
    await undoSettlement(board, review);
    busy.value = false;
  }

  return (
    <li class="settled-review">
      <Icon name="done" />
      <div>
        <p>
          <strong>{words}</strong>
        </p>
        <p class="soft">
          {kindOf(review)} · {t(mine ? "reviews.settled_by_you" : "reviews.settled_by_other", { time })}
        </p>
        <Subject review={review} board={board} show={show} />
      </div>
      {board.mayWrite && left > 0 && (
        <button
          type="button"
          class="button"
          aria-disabled={busy.value}
          aria-label={t("reviews.undo_named", { choice: words })}
          onClick={() => void undo()}
        >
          {t("undo")}{" "}
          <span class="numbers soft" aria-hidden="true">
            {t("reviews.undo_left", { time: countdown(left) })}
          </span>
        </button>
      )}
    </li>
  );
}

/** Milliseconds until `until`, counted by the second. */
function useTimeLeft(until: string | null): number {
  const end = until === null ? 0 : Date.parse(until);
  const left = useSignal(end - Date.now());
  useEffect(() => {
    const tick = (): void => {
      left.value = end - Date.now();
    };
    tick();
    const timer = setInterval(tick, SECOND);
    return () => {
      clearInterval(timer);
    };
  }, [end, left]);
  return left.value;
}

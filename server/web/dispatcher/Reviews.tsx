/** Conflicts between office and field: both sides, and one button for each way out. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { sentence } from "../shared/api/problem";
import type { Review } from "../shared/api/types";
import { inLanguage, isKey, say, t } from "../shared/text/language";
import { shortTime } from "../shared/time/format";
import { now } from "../shared/time/now";
import { Icon } from "../shared/views/Icon";
import { Notice } from "../shared/views/Notice";
import type { Board } from "./board";
import { settle } from "./deeds";
import type { Show } from "./Desk";
import { choicesOf, sidesOf, type Sides } from "./sides";
import { tell } from "./news";
import { fieldName, fieldValue } from "./values";

interface ReviewsProps {
  readonly board: Board;
  readonly show: Show;
}

export function Reviews({ board, show }: ReviewsProps): JSX.Element {
  const reviews = board.reviews.value;
  return (
    <div class="reviews">
      <h1>{t("reviews.title")}</h1>
      {reviews.length === 0 && !board.feed.replica.value.complete && (
        <div class="ghost review-ghost" role="status" aria-label={t("loading")} />
      )}
      {reviews.length === 0 && board.feed.replica.value.complete && (
        <Notice icon="done" title={t("reviews.empty")} hint={t("reviews.empty_hint")} />
      )}
      <ol>
        {reviews.map((review) => (
          <OneReview key={review.id} review={review} board={board} show={show} />
        ))}
      </ol>
    </div>
  );
}

function OneReview({ review, board, show }: ReviewsProps & { readonly review: Review }): JSX.Element {
  const job = board.jobs.value.get(review.record_id);
  const sides = sidesOf(review.sides);
  return (
    <li class="review">
      <header>
        <h2>
          <Icon name="warning" />
          {isKey(`review.kind.${review.kind}`) ? say("review.kind", review.kind) : t("review.kind.other")}
        </h2>
        <span class="soft numbers">
          {t("reviews.opened", { time: shortTime(now.value, Date.parse(review.opened_at)) })}
        </span>
        {job && (
          <button
            type="button"
            class="button plain"
            onClick={() => {
              show({ job: job.id });
            }}
          >
            {t("job.number", { n: job.number })} · {job.title}
          </button>
        )}
      </header>
      <div class="sides">
        <OfficeSide sides={sides} board={board} />
        <FieldSide sides={sides} board={board} />
      </div>
      <Choices review={review} board={board} />
    </li>
  );
}

function Side({ title, children }: { readonly title: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <section class="side" aria-label={title}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

interface SideProps {
  readonly sides: Sides;
  readonly board: Board;
}

function OfficeSide({ sides, board }: SideProps): JSX.Element {
  return (
    <Side title={t("reviews.side.office")}>
      <dl class="facts">
        {[...sides.office, ...sides.disputed.map(({ field, office }) => [field, office] as const)].map(
          ([field, value]) => (
            <Fact key={field} board={board} field={field} value={value} />
          ),
        )}
      </dl>
    </Side>
  );
}

function FieldSide({ sides, board }: SideProps): JSX.Element {
  return (
    <Side title={t("reviews.side.field")}>
      <dl class="facts">
        {sides.technicianId !== null && <Fact board={board} field="technician_id" value={sides.technicianId} />}
        {sides.disputed.map(({ field, fieldValue: value }) => (
          <Fact key={field} board={board} field={field} value={value} />
        ))}
      </dl>
      <ol class="steps">
        {sides.steps.map((step) => (
          <li key={step.key}>
            <strong>{say("action", step.action)}</strong>{" "}
            {step.at !== null && <span class="numbers">{shortTime(now.value, step.at)}</span>}
            {step.grade !== "" && step.grade !== "exact" && <span class="soft"> · {say("grade", step.grade)}</span>}
            {step.reason !== "" && <span class="typed"> · {step.reason}</span>}
          </li>
        ))}
      </ol>
      {sides.signed && <p>{t("reviews.signed")}</p>}
    </Side>
  );
}

function Fact({
  board,
  field,
  value,
}: {
  readonly board: Board;
  readonly field: string;
  readonly value: unknown;
}): JSX.Element {
  return (
    <div>
      <dt>{fieldName(field)}</dt>
      <dd class="typed">{fieldValue(board, field, value)}</dd>
    </div>
  );
}

function Choices({ review, board }: { readonly review: Review; readonly board: Board }): JSX.Element {
  const busy = useSignal(false);
  const choices = choicesOf(review.choices);

  async function choose(choice: string): Promise<void> {
    if (busy.value) return;
    busy.value = true;
    const problem = await settle(board, review.id, choice);
    busy.value = false;
    if (problem !== null) tell("bad", sentence(problem));
  }

  if (choices.length === 0) return <p class="soft">{t("reviews.no_choices")}</p>;
  return (
    <div class="choices" role="group" aria-label={t("reviews.choose")}>
      <h3>{t("reviews.choose")}</h3>
      {choices.map(({ choice, zh, en }) => (
        <button
          key={choice}
          type="button"
          class="button"
          disabled={!board.mayWrite}
          aria-disabled={busy.value}
          onClick={() => void choose(choice)}
        >
          {inLanguage({ zh, en }) || say("choice", choice)}
        </button>
      ))}
    </div>
  );
}

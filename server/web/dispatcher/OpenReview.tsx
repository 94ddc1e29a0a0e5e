import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { answer } from "../shared/api/client";
import { sentence } from "../shared/api/problem";
import type { Effects, Review, ReviewInFull } from "../shared/api/types";
import { inLanguage, say, t } from "../shared/text/language";
import { shortTime } from "../shared/time/format";
import { now } from "../shared/time/now";
import { Icon } from "../shared/views/Icon";
import { useLoaded, type Loaded } from "../shared/views/loading";
import type { Board } from "./board";
import { settle } from "./deeds";
import type { Show } from "./Desk";
import { effectsOf, type Effect } from "./effects";
import { kindOf, Subject } from "./ReviewHead";
import { choicesOf, sidesOf, type Sides } from "./sides";
import { fieldName, fieldValue, money } from "./values";

interface OpenReviewProps {
  readonly review: Review;
  readonly board: Board;
  readonly show: Show;
}

export function OpenReview({ review, board, show }: OpenReviewProps): JSX.Element {
  const sides = sidesOf(review.sides);
  return (
    <li class="review">
      <header>
        <h2>
          <Icon name="warning" />
          {kindOf(review)}
        </h2>
        <span class="soft numbers">
          {t("reviews.opened", { time: shortTime(now.value, Date.parse(review.opened_at)) })}
        </span>
        <Subject review={review} board={board} show={show} />
      </header>
      <div class="sides">
        {review.kind === "unknown_job" ? <NothingKnown review={review} /> : <OfficeSide sides={sides} board={board} />}
        <FieldSide sides={sides} board={board} />
      </div>
      <Choices review={review} sides={sides} board={board} />
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
        <Product sides={sides} unitId={sides.officeProduct} />
        {sides.officePrice !== null && <Fact name={fieldName("price_minor")}>{money(sides.officePrice)}</Fact>}
        {sides.disputed.map(({ field, office }) => (
          <Fact key={field} name={fieldName(field)} disputed>
            {fieldValue(board, field, office)}
          </Fact>
        ))}
        {sides.office.map(([field, value]) => (
          <Fact key={field} name={fieldName(field)}>
            {fieldValue(board, field, value)}
          </Fact>
        ))}
      </dl>
    </Side>
  );
}

/** Nothing of the job is shown, also where there is one: it may be another outlet's. */
function NothingKnown({ review }: { readonly review: Review }): JSX.Element {
  return (
    <Side title={t("reviews.side.office")}>
      <p>{t("reviews.unknown_job")}</p>
      <dl class="facts">
        <Fact name={t("reviews.job_id")}>
          <span class="numbers">{review.record_id}</span>
        </Fact>
      </dl>
    </Side>
  );
}

function FieldSide({ sides, board }: SideProps): JSX.Element {
  return (
    <Side title={t("reviews.side.field")}>
      <dl class="facts">
        <Product sides={sides} unitId={sides.fieldProduct} />
        {sides.fieldPrice !== null && <Fact name={t("reviews.signed_price")}>{money(sides.fieldPrice)}</Fact>}
        {sides.disputed.map(({ field, fieldValue: value }) => (
          <Fact key={field} name={fieldName(field)} disputed>
            {fieldValue(board, field, value)}
          </Fact>
        ))}
        {sides.parts.map(([part, count]) => (
          <Fact key={part} name={`${fieldName("parts_used")} ${part}`} disputed>
            {String(count)}
          </Fact>
        ))}
        {sides.technicianId !== null && (
          <Fact name={fieldName("technician_id")}>{fieldValue(board, "technician_id", sides.technicianId)}</Fact>
        )}
      </dl>
      {sides.papers.map((paper) => (
        <dl key={paper.key} class="facts">
          <Fact name={t("reviews.signed_text")}>{paper.text}</Fact>
          <Fact name={t("reviews.signed_by")}>{paper.signer}</Fact>
          {paper.finishedAt !== null && (
            <Fact name={fieldName("finished_at")}>{shortTime(now.value, paper.finishedAt)}</Fact>
          )}
          {paper.photos > 0 && <Fact name={t("reviews.signed_photos")}>{String(paper.photos)}</Fact>}
        </dl>
      ))}
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
      {sides.signed && <p>{sides.fault === "" ? t("reviews.signed") : say("problem", sides.fault)}</p>}
    </Side>
  );
}

function Product({ sides, unitId }: { readonly sides: Sides; readonly unitId: string | null }): JSX.Element | null {
  const product = unitId === null ? undefined : sides.products.get(unitId);
  if (product === undefined) return null;
  return (
    <Fact name={fieldName("unit_id")} disputed>
      {inLanguage(product.name)} <span class="numbers">{product.serial}</span>
      <span class="soft">{inLanguage(product.warranty)}</span>
    </Fact>
  );
}

interface FactProps {
  readonly name: string;
  readonly disputed?: boolean;
  readonly children: ComponentChildren;
}

function Fact({ name, disputed = false, children }: FactProps): JSX.Element {
  return (
    <div data-disputed={disputed}>
      <dt>{name}</dt>
      <dd class="typed">{children}</dd>
    </div>
  );
}

interface ChoicesProps extends SideProps {
  readonly review: Review;
}

/** What each choice will do is asked anew whenever the review or the record moves on. */
function Choices({ review, sides, board }: ChoicesProps): JSX.Element {
  const busy = useSignal(false);
  const path = { params: { path: { review_id: review.id } } };
  const version = `${review.version} ${board.jobs.value.get(review.record_id)?.version ?? ""}`;
  const [state, lookAgain] = useLoaded(() => answer(board.api.GET("/reviews/{review_id}", path)), review.id, version);
  const loaded = state.value;
  const choices = choicesOf(loaded.kind === "ready" ? loaded.data.choices : review.choices);

  async function choose(choice: string): Promise<void> {
    if (busy.value || loaded.kind === "loading") return;
    busy.value = true;
    const done = await settle(board, review, choice, loaded.kind === "ready" ? loaded.data.record_version : null);
    if (!done) lookAgain();
    busy.value = false;
  }

  if (choices.length === 0) return <p class="soft">{t("reviews.no_choices")}</p>;
  return (
    <div class="choices" role="group" aria-label={t("reviews.choose")}>
      <h3>{t("reviews.choose")}</h3>
      {choices.map(({ choice, zh, en }) => {
        const words = inLanguage({ zh, en }) || say("choice", choice);
        return (
          <div key={choice} class="choice" role="group" aria-label={words}>
            <h4>{words}</h4>
            <WhatItDoes loaded={loaded} choice={choice} sides={sides} board={board} />
            {board.mayWrite && (
              <button
                type="button"
                class="button"
                aria-disabled={busy.value || loaded.kind === "loading"}
                aria-label={t("reviews.take_named", { choice: words })}
                onClick={() => void choose(choice)}
              >
                {t("reviews.take")}
              </button>
            )}
          </div>
        );
      })}
    </div>
  );
}

interface WhatItDoesProps extends SideProps {
  readonly loaded: Loaded<ReviewInFull>;
  readonly choice: string;
}

function WhatItDoes({ loaded, choice, sides, board }: WhatItDoesProps): JSX.Element {
  if (loaded.kind === "loading") return <p class="soft">{t("reviews.effects_loading")}</p>;
  if (loaded.kind === "failed") return <p class="trouble">{sentence(loaded.problem)}</p>;
  const effects: Effects | undefined = loaded.data.effects[choice];
  const lines = effects === undefined ? [] : effectsOf(effects);
  if (lines.length === 0) return <p class="soft">{t("reviews.effects_none")}</p>;
  return (
    <dl class="effects">
      {lines.map((effect, index) => (
        <EffectLine key={index} effect={effect} sides={sides} board={board} />
      ))}
    </dl>
  );
}

function EffectLine({ effect, sides, board }: SideProps & { readonly effect: Effect }): JSX.Element {
  const [name, from, to] = said(effect, sides, board);
  return (
    <div>
      <dt>{name}</dt>
      <dd class="typed">
        {from !== "" && (
          <>
            <span class="before">{from}</span> <span aria-hidden="true">→</span>{" "}
            <span class="unseen">{t("reviews.effects_becomes")}</span>{" "}
          </>
        )}
        <strong>{to}</strong>
      </dd>
    </div>
  );
}

/** `from` empty: it stands on the office's side already. */
function said(effect: Effect, sides: Sides, board: Board): readonly [name: string, from: string, to: string] {
  switch (effect.kind) {
    case "visit":
      return [
        t("reviews.effects_visit", { name: board.nameOf(effect.technicianId) }),
        effect.from === null ? t("value.none") : say("visit.state", effect.from),
        say("visit.state", effect.to),
      ];
    case "promise":
      return [fieldName("promise_state"), say("promise.state", effect.from), say("promise.state", effect.to)];
    case "warranty":
      return [t("drawer.coverage"), "", inLanguage(effect.to)];
    case "field": {
      const value = (held: unknown): string =>
        sides.products.get(typeof held === "string" ? held : "")?.serial ?? fieldValue(board, effect.field, held);
      return [`${fieldName(effect.field)} ${effect.item}`.trim(), value(effect.from), value(effect.to)];
    }
  }
}

/** What the customer says of the visit: the conduct standard point by point, and a rating. All of it may be left out. */
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import type { Answer } from "./draft";
import { OneOf } from "./fields";
import type { Finishing } from "./finishing";
import { conductAnswered, conductOf, type Seen } from "./report";
import { nameIn, type Words } from "./words";

interface JudgeStepProps {
  readonly finishing: Finishing;
  readonly seen: Seen;
  readonly say: Words;
}

export function JudgeStep({ finishing, seen, say }: JudgeStepProps): JSX.Element {
  const points = conductOf(seen.type);
  return (
    <div class="fin-step">
      <h1 id="fin-theirs-title" tabIndex={-1}>
        {say("finish.judge_title")}
      </h1>
      <p class="soft">{say("finish.judge_hint")}</p>
      <Rating finishing={finishing} say={say} />
      {points.length > 0 && <Conduct finishing={finishing} seen={seen} say={say} />}
    </div>
  );
}

function Conduct({ finishing, seen, say }: JudgeStepProps): JSX.Element {
  const points = conductOf(seen.type);
  const { conduct } = finishing.draft.value;
  const locale = finishing.locale.value;
  const all = conductAnswered(finishing.draft.value, points) === true;
  return (
    <section class="fin-conduct" aria-labelledby="fin-conduct-title">
      <header>
        <h2 id="fin-conduct-title">{say("finish.conduct")}</h2>
        <button
          type="button"
          class="button"
          aria-pressed={all}
          onClick={() => {
            finishing.change({ conduct: all ? {} : Object.fromEntries(points.map(({ key }) => [key, "yes"])) });
          }}
        >
          {say("finish.conduct_all")}
        </button>
      </header>
      {points.map((point) => (
        <OneOf<Answer>
          key={point.key}
          label={nameIn(locale, { zh: point.text, en: point.textEn })}
          value={conduct[point.key] ?? null}
          options={[
            { value: "yes", words: say("finish.answer.yes") },
            { value: "no", words: say("finish.answer.no") },
          ]}
          onChoose={(answer) => {
            finishing.change({ conduct: { ...conduct, [point.key]: answer } });
          }}
        />
      ))}
    </section>
  );
}

const STARS = [1, 2, 3, 4, 5] as const;

function Rating({ finishing, say }: Pick<JudgeStepProps, "finishing" | "say">): JSX.Element {
  const { rating } = finishing.draft.value;
  const name = useId();
  return (
    <fieldset class="fin-rating">
      <legend>{say("finish.rating")}</legend>
      <div class="fin-stars">
        {STARS.map((n) => (
          <label key={n} data-lit={rating !== null && n <= rating}>
            <input
              type="radio"
              name={name}
              checked={rating === n}
              aria-label={say("finish.rating_of", { n, word: say(`finish.rating.${n}`) })}
              onChange={() => {
                finishing.change({ rating: n });
              }}
            />
            <svg viewBox="0 0 24 24" aria-hidden="true">
              <path d="M12 2.5l2.9 6.2 6.8.8-5 4.6 1.4 6.7L12 17.4l-6.1 3.4 1.4-6.7-5-4.6 6.8-.8z" />
            </svg>
          </label>
        ))}
      </div>
      <p class="fin-rated">
        <span>{rating === null ? say("finish.rating.none") : wordOf(rating, say)}</span>
        {rating !== null && (
          <button
            type="button"
            class="button plain"
            onClick={() => {
              finishing.change({ rating: null });
            }}
          >
            {say("finish.rating.none")}
          </button>
        )}
      </p>
    </fieldset>
  );
}

function wordOf(rating: number, say: Words): string {
  const n = STARS.find((each) => each === rating) ?? 3;
  return say("finish.rating_of", { n, word: say(`finish.rating.${n}`) });
}

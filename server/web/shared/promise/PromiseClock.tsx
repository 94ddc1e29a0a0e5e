/** The promise clock: ring, time left, state word. It looks and reads the same everywhere. */
import type { JSX } from "preact";
import { t } from "../text/language";
import { shortTime, span } from "../time/format";
import { now } from "../time/now";
import "./promise.css";
import { readPromise, type PromiseFacts, type PromiseReading, type PromiseState } from "./promise";

const RADIUS = 15;
const ROUND = 2 * Math.PI * RADIUS;

/** A sign in the ring, so that the state is told by shape as well; paths in a 40 × 40 box. */
const SIGNS: Readonly<Record<PromiseState, string>> = {
  running: "M20 12v8l5 4",
  unplanned: "M20 12v8l5 4",
  at_risk: "M20 12v10M20 27v.5",
  overdue: "M20 12v10M20 27v.5",
  paused: "M16 14v12M24 14v12",
  met: "M13 20l5 5 9-10",
  missed: "M14 14l12 12M26 14l-12 12",
  void: "M14 20h12",
  none: "M14 20h12",
};

export function PromiseClock({ job }: { readonly job: PromiseFacts }): JSX.Element {
  const reading = readPromise(job, now.value);
  return (
    <span class="promise" data-state={reading.state} role="img" aria-label={spoken(reading)}>
      <svg viewBox="0 0 40 40" fill="none" stroke-linecap="round" aria-hidden="true">
        <circle class="track" cx="20" cy="20" r={RADIUS} stroke-width="4" />
        <circle
          class="used"
          cx="20"
          cy="20"
          r={RADIUS}
          stroke-width="4"
          stroke-dasharray={`${(reading.spent * ROUND).toFixed(1)} ${ROUND.toFixed(1)}`}
          stroke-opacity={reading.spent === 0 ? 0 : 1}
          transform="rotate(-90 20 20)"
        />
        <path class="sign" d={SIGNS[reading.state]} stroke-width="3" stroke-linejoin="round" />
      </svg>
      <span class="words" aria-hidden="true">
        <Words reading={reading} />
      </span>
    </span>
  );
}

function Words({ reading }: { readonly reading: PromiseReading }): JSX.Element {
  const word = t(`promise.state.${reading.state}`);
  if (reading.left === null) return <span class="left">{word}</span>;
  return (
    <>
      <span class="left">{leftWords(reading.left)}</span>
      <span class="word">{word}</span>
    </>
  );
}

function leftWords(left: number): string {
  return left < 0 ? t("promise.over", { time: span(left) }) : t("promise.left", { time: span(left) });
}

interface PromiseDueProps {
  readonly job: PromiseFacts;
  /** Of the place it was promised at; the viewer's when left out. */
  readonly zone?: string | undefined;
}

/** `Arrive by 14:30` in words of its own line, for pages with room. */
export function PromiseDue({ job, zone }: PromiseDueProps): JSX.Element | null {
  const { state, due, goal } = readPromise(job, now.value);
  if (due === null || state === "void") return null;
  const when = shortTime(now.value, due, zone);
  return <>{goal === "arrive" ? t("promise.arrive_by", { due: when }) : t("promise.finish_by", { due: when })}</>;
}

function spoken({ state, goal, due, left }: PromiseReading): string {
  const word = t(`promise.state.${state}`);
  if (due === null || left === null) return t("promise.label", { state: word });
  return t("promise.label_due", {
    state: word,
    goal: t(`promise.goal.${goal}`),
    due: shortTime(now.value, due),
    left: leftWords(left),
  });
}

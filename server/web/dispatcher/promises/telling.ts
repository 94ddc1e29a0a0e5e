/** What there is to tell about a promise beside its clock, in the order in which a reader asks. Pure. */
import type { JobPromise } from "../../shared/api/types";
import type { Goal } from "../../shared/promise/promise";

export type PromiseLine =
  | { readonly kind: "first"; readonly goal: Goal; readonly due: number }
  | { readonly kind: "appointment"; readonly at: number; readonly agreedAt: number }
  | { readonly kind: "pause"; readonly cause: string; readonly began: number; readonly ended: number | null }
  | { readonly kind: "planned"; readonly at: number }
  | {
      readonly kind: "judgement";
      readonly goal: Goal;
      readonly state: string;
      readonly at: number;
      readonly lateBy: number | null;
    };

const MINUTE_MS = 60_000;

export function linesOf(promise: JobPromise): readonly PromiseLine[] {
  return [
    ...pauses(promise, true),
    ...appointments(promise),
    ...firsts(promise),
    ...planned(promise),
    ...judgements(promise),
    ...pauses(promise, false),
  ];
}

const goalOf = (clock: string): Goal => (clock === "response" ? "arrive" : "finish");

/** Only where the first promise is no longer the one that holds. */
function firsts({ response, resolution }: JobPromise): PromiseLine[] {
  const clocks = [
    { goal: "arrive", clock: response },
    { goal: "finish", clock: resolution },
  ] as const;
  return clocks.flatMap(({ goal, clock }) => {
    if (clock === null) return [];
    const [first, due] = [Date.parse(clock.first_due), Date.parse(clock.due)];
    return Math.abs(first - due) < MINUTE_MS ? [] : [{ kind: "first", goal, due: first }];
  });
}

/** One agreement moves both clocks; it is told once, by the first. Only the last agreement is in force. */
function appointments({ appointments: all }: JobPromise): PromiseLine[] {
  const last = [...all].sort((a, b) => a.agreed_at.localeCompare(b.agreed_at)).at(-1)?.agreed_at;
  const inForce = all.filter((each) => each.agreed_at === last);
  const told = inForce.find((each) => each.clock === "response") ?? inForce[0];
  if (told === undefined) return [];
  return [{ kind: "appointment", at: Date.parse(told.at), agreedAt: Date.parse(told.agreed_at) }];
}

function pauses({ pauses: all }: JobPromise, running: boolean): PromiseLine[] {
  return all
    .filter((pause) => (pause.ended === null) === running)
    .map(({ cause, began, ended }) => ({
      kind: "pause",
      cause,
      began: Date.parse(began),
      ended: ended === null ? null : Date.parse(ended),
    }));
}

function planned({ planned_at: at }: JobPromise): PromiseLine[] {
  return at === null ? [] : [{ kind: "planned", at: Date.parse(at) }];
}

/** One judgement is what the clock shows anyway; several of a clock mean that it was thought of anew. */
function judgements({ judgements: all }: JobPromise): PromiseLine[] {
  const judged = all.filter(({ state }) => state === "met" || state === "missed");
  return judged
    .filter((each) => judged.filter((other) => other.clock === each.clock).length > 1)
    .map(({ clock, state, judged_at, late_by_seconds }) => ({
      kind: "judgement",
      goal: goalOf(clock),
      state,
      at: Date.parse(judged_at),
      lateBy: late_by_seconds === null || late_by_seconds === undefined ? null : late_by_seconds * 1000,
    }));
}

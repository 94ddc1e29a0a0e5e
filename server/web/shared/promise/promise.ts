/** Reading a job's promise at an instant. Pure: the present comes in as an argument.
 *
 * The server judges (`met`, `missed`, `void`, `at_risk`); between its judgements a clock goes on, so what is merely
 * `running` there may be overdue, planned too late, or not planned at all, here.
 */
import type { Job } from "../api/types";
import { instant } from "../time/format";

export type PromiseState =
  "running" | "unplanned" | "at_risk" | "overdue" | "paused" | "met" | "missed" | "void" | "none";

/** Before arrival the promise is to arrive, after it to finish. */
export type Goal = "arrive" | "finish";

export interface PromiseReading {
  readonly state: PromiseState;
  readonly goal: Goal;
  /** Epoch ms; null without a promise. */
  readonly due: number | null;
  /** Milliseconds to `due`, negative when over; null when no clock runs. */
  readonly left: number | null;
  /** Share of the promised time that is used, 0 to 1. */
  readonly spent: number;
}

export type PromiseFacts = Pick<
  Job,
  "opened_at" | "respond_by" | "resolve_by" | "promise_state" | "window_start" | "arrival"
>;

const JUDGED: Readonly<Record<string, PromiseState>> = { met: "met", missed: "missed", void: "void", paused: "paused" };

/** Nobody planned an hour before the promise is due: calling that on track would be a lie. */
const TOO_LATE_TO_PLAN_MS = 3_600_000;

export function readPromise(job: PromiseFacts, now: number): PromiseReading {
  const goal: Goal = job.arrival === null && job.respond_by !== null ? "arrive" : "finish";
  const due = instant(goal === "arrive" ? job.respond_by : job.resolve_by);
  const judged = JUDGED[job.promise_state];
  if (due === null && judged !== "missed" && judged !== "met")
    return { state: "none", goal, due, left: null, spent: 0 };
  if (judged === "paused") return { state: judged, goal, due, left: null, spent: share(job, due, now) };
  if (judged !== undefined || due === null) return { state: judged ?? "none", goal, due, left: null, spent: 1 };
  return { state: running(job, goal, due, now), goal, due, left: due - now, spent: share(job, due, now) };
}

function running(job: PromiseFacts, goal: Goal, due: number, now: number): PromiseState {
  if (now > due) return "overdue";
  if (job.promise_state === "at_risk") return "at_risk";
  if (goal === "finish" && job.arrival !== null) return "running";
  const planned = instant(job.window_start);
  if (planned === null) return due - now < TOO_LATE_TO_PLAN_MS ? "at_risk" : "unplanned";
  return planned > due ? "at_risk" : "running";
}

function share(job: PromiseFacts, due: number | null, now: number): number {
  if (due === null) return 0;
  const opened = instant(job.opened_at);
  return due <= opened ? 1 : Math.min(1, Math.max(0, (now - opened) / (due - opened)));
}

/** Milliseconds between when the goal is expected to be reached and when it is due; null when no clock runs. */
export function slackOf(job: PromiseFacts, now: number): number | null {
  const { goal, due, left } = readPromise(job, now);
  if (due === null || left === null) return null;
  const planned = goal === "arrive" ? instant(job.window_start) : null;
  return due - Math.max(now, planned ?? now);
}

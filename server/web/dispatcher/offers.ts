/** What the desk may do with a job in each state: the office's half of the server's life cycle. The server decides;
 * this only keeps buttons away that it would refuse. */
import type { Job, JobState } from "../shared/api/types";

export type Offer = "assign" | "move" | "unassign" | "cancel" | "delete" | "close";

const WAITING: readonly Offer[] = ["assign", "cancel", "delete"];
const BEFORE_ARRIVAL: readonly Offer[] = ["move", "unassign", "cancel"];

const OFFERS: Readonly<Record<JobState, readonly Offer[]>> = {
  new: WAITING,
  declined: WAITING,
  cannot_complete: ["assign", "cancel", "close"],
  scheduled: BEFORE_ARRIVAL,
  accepted: BEFORE_ARRIVAL,
  en_route: BEFORE_ARRIVAL,
  paused: BEFORE_ARRIVAL,
  on_site: ["cancel"],
  working: ["cancel"],
  completed: ["close"],
  closed: [],
  cancelled: ["delete"],
};

/** `worked`: somebody was at the customer's; such a job is never deleted. */
export function offersIn(state: JobState, worked = false): readonly Offer[] {
  return OFFERS[state].filter((offer) => offer !== "delete" || !worked);
}

export type Arrangement = "hold" | "resume" | "appointment" | "lock" | "reopen";

/** What can be arranged about a job's promise and visit. A lock lies on a visit that somebody has. */
export function arrangementsOf(job: Job): readonly Arrangement[] {
  if (job.state === "completed" || job.state === "closed") return ["reopen"];
  if (job.state === "cancelled") return [];
  const promised = job.respond_by !== null || job.resolve_by !== null;
  const held = job.promise_state === "paused";
  return [
    ...(held ? (["resume"] as const) : promised && RUNNING.has(job.promise_state) ? (["hold"] as const) : []),
    "appointment",
    ...(job.visit_id === null ? [] : (["lock"] as const)),
  ];
}

const RUNNING: ReadonlySet<string> = new Set(["running", "at_risk", "missed"]);

/** How a visit is booked now: assigned when nobody has the job, else moved; null when it cannot be booked. */
export function bookingIn(state: JobState): "assign" | "move" | null {
  const offers = offersIn(state);
  return offers.includes("assign") ? "assign" : offers.includes("move") ? "move" : null;
}

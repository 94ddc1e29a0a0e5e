/** What a technician may do next with a job, and what else they may do. Pure. The server's table of legal moves stands in
 * server/jobs/rules/lifecycle.py; the tests hold these to the phone's copy of it.
 *
 * | state      | the one next step | aside                                              |
 * | ---------- | ----------------- | -------------------------------------------------- |
 * | scheduled  | accept            | set off, already there, decline, cannot complete   |
 * | accepted   | set off           | already there, decline, cannot complete            |
 * | on the way | arrived           | cannot complete                                    |
 * | on site    | start             | pause, finish, cannot complete                     |
 * | working    | finish            | pause, cannot complete                             |
 * | paused     | resume            | finish, cannot complete                            |
 * | cancelled  | none              | finish, for whoever was there                      |
 * | over       | none, or: have it signed again                                          ||
 */
import type { Job, JobState } from "../../shared/api/types";

/** Steps that are one tap. `finish` and `cannot_complete` lead to a page of their own, `pause` and `decline` ask why. */
export type Tap = "accept" | "set_off" | "arrive" | "start" | "resume";
export type Aside = Tap | "pause" | "decline" | "finish" | "cannot_complete";
export type Next = Tap | "finish" | "sign_again";

/** How long a step can be taken back. */
export const UNDO_MS = 10_000;

const NEXT: Readonly<Record<JobState, Next | null>> = {
  new: null,
  scheduled: "accept",
  accepted: "set_off",
  en_route: "arrive",
  on_site: "start",
  working: "finish",
  paused: "resume",
  completed: null,
  closed: null,
  declined: null,
  cannot_complete: null,
  cancelled: null,
};

const ASIDE: Readonly<Partial<Record<JobState, readonly Aside[]>>> = {
  scheduled: ["set_off", "arrive", "decline", "cannot_complete"],
  accepted: ["arrive", "decline", "cannot_complete"],
  en_route: ["cannot_complete"],
  on_site: ["pause", "finish", "cannot_complete"],
  working: ["pause", "cannot_complete"],
  paused: ["finish", "cannot_complete"],
};

type Standing = Pick<Job, "state" | "sign_again" | "technician_id" | "visits_done" | "deleted_at">;

/** Whether the job is this technician's to work on. One that is another's now may still be finished by whoever was there:
 * field work is never refused. */
export function isTheirs(job: Standing, technician_id: string | null): boolean {
  return job.technician_id === technician_id && job.deleted_at === null;
}

export function nextStep(job: Standing, technician_id: string | null): Next | null {
  if (job.sign_again !== null) return "sign_again";
  return isTheirs(job, technician_id) ? NEXT[job.state] : null;
}

export function asides(job: Standing, technician_id: string | null): readonly Aside[] {
  const was = job.visits_done.some((line) => line["technician_id"] === technician_id);
  if (isTheirs(job, technician_id)) return job.state === "cancelled" && was ? ["finish"] : (ASIDE[job.state] ?? []);
  return was && job.state !== "completed" && job.state !== "closed" ? ["finish"] : [];
}

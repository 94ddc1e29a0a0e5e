/** Where people and jobs are, as far as the server knows. Pure. Phones are not followed: a technician is where the last
 * step in the field was made, else where the plan begins, else at their outlet.
 *
 * | what is known | shown |
 * | --- | --- |
 * | on site or working at a job | at it |
 * | on the way | where they set off: at the job before, else at the outlet |
 * | nothing under way, something done | at the job that was done last |
 * | nothing done yet | at the first job of the plan |
 * | no job | at the outlet |
 */
import type { Job, JobState } from "../../shared/api/types";
import type { TechnicianRow, Visit } from "../timeline/rows";
import type { Place } from "./projection";

export type Kind = "waiting" | "planned" | "under_way" | "done";

const KINDS: Readonly<Record<JobState, Kind>> = {
  new: "waiting",
  declined: "waiting",
  cannot_complete: "waiting",
  scheduled: "planned",
  accepted: "planned",
  en_route: "under_way",
  on_site: "under_way",
  working: "under_way",
  paused: "under_way",
  completed: "done",
  closed: "done",
  cancelled: "done",
};

export function kindOf(job: Job): Kind {
  return KINDS[job.state];
}

export type Knowledge = "at_job" | "on_way" | "was_at" | "next_at" | "at_home";

export interface Whereabouts {
  readonly place: Place | null;
  readonly known: Knowledge;
  readonly visit: Visit | null;
}

export function whereaboutsOf(row: TechnicianRow, home: Place | null, now: number): Whereabouts {
  const { visits } = row;
  const here = visits.find(({ job }) => job.state === "on_site" || job.state === "working");
  if (here !== undefined) return { place: here.job, known: "at_job", visit: here };
  const before = visits.findLast((visit) => visit.standing === "done" && visit.end <= now);
  const going = visits.find(({ job }) => job.state === "en_route");
  if (going !== undefined) return { place: before?.job ?? home, known: "on_way", visit: going };
  if (before !== undefined) return { place: before.job, known: "was_at", visit: before };
  const next = visits.find((visit) => visit.standing === "planned");
  if (next !== undefined) return { place: next.job, known: "next_at", visit: next };
  return { place: home, known: "at_home", visit: null };
}

/** The way of a day: from the outlet from visit to visit. */
export function routeOf(row: TechnicianRow, home: Place | null): readonly Place[] {
  const stops = row.visits.map((visit) => visit.job);
  if (stops.length === 0) return [];
  return home === null ? stops : [home, ...stops];
}

/** The order of a technician's day. Pure: the present comes in as an argument. */
import type { Job, JobState } from "../../shared/api/types";
import { daysFrom, instant } from "../../shared/time/format";

/** States in which nothing is left to do. */
const FINISHED: ReadonlySet<JobState> = new Set(["completed", "closed", "cannot_complete", "cancelled", "declined"]);

/** Jobs of one heading. `day`: an instant of that day; null for jobs without a time. */
export interface Section {
  readonly kind: "now" | "earlier" | "day" | "unset" | "done";
  readonly day: number | null;
  readonly jobs: readonly Job[];
}

/** States in which the technician is at it. */
const UNDER_WAY: ReadonlySet<JobState> = new Set(["en_route", "on_site", "working", "paused"]);

export const isFinished = (job: Job): boolean => FINISHED.has(job.state);

/** What is under way comes first, then what is still open from before, then today and the days after in order of travel,
 * which is that of their windows, then jobs without a time, and last what is done. Headings without jobs are left out. */
export function sections(jobs: Iterable<Job>, now: number): readonly Section[] {
  const all = [...jobs].sort(byWindow);
  const under = all.filter((job) => UNDER_WAY.has(job.state));
  const open = all.filter((job) => !isFinished(job) && !UNDER_WAY.has(job.state));
  const earlier = open.filter((job) => dayOf(job, now) < 0);
  const unset = open.filter((job) => job.window_start === null);
  const ahead = open.filter((job) => dayOf(job, now) >= 0 && job.window_start !== null);
  const found: readonly Section[] = [
    { kind: "now", day: null, jobs: under },
    { kind: "earlier", day: null, jobs: earlier },
    ...byDay(ahead, now),
    { kind: "unset", day: null, jobs: unset },
    { kind: "done", day: null, jobs: all.filter(isFinished).reverse() },
  ];
  return found.filter((section) => section.jobs.length > 0);
}

/** The job to go to now: the one under way, else the first that is open. */
export function nextOf(all: readonly Section[]): string | null {
  return all.find(({ kind }) => kind !== "done")?.jobs[0]?.id ?? null;
}

/** Days this far ahead are looked at seldom. */
const FAR_DAYS = 2;

/** Whether a section is opened only when asked for: what is done, and days far ahead. */
export function folded({ kind, day }: Section, now: number): boolean {
  return kind === "done" || (day !== null && daysFrom(now, day) >= FAR_DAYS);
}

function byDay(jobs: readonly Job[], now: number): readonly Section[] {
  const days = new Map<number, Job[]>();
  for (const job of jobs) {
    const day = dayOf(job, now);
    days.set(day, [...(days.get(day) ?? []), job]);
  }
  return [...days.values()].map((each) => ({ kind: "day", day: instant(each[0]?.window_start ?? null), jobs: each }));
}

function dayOf(job: Job, now: number): number {
  const start = instant(job.window_start);
  return start === null ? 0 : daysFrom(now, start);
}

function byWindow(a: Job, b: Job): number {
  const [first, second] = [instant(a.window_start) ?? Infinity, instant(b.window_start) ?? Infinity];
  return first === second ? a.number - b.number : first - second;
}

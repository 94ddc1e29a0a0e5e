/** What a change would have done to the promises of the last weeks, as figures to read. Pure. */
import type { components } from "../../shared/api/schema";

export type Previewed = components["schemas"]["PreviewAnswer"];
export type PreviewedJob = components["schemas"]["PreviewedJob"];

export const FATES = ["met", "missed", "open", "not_promised"] as const;
export type Fate = (typeof FATES)[number];

export interface FateRow {
  readonly fate: Fate;
  readonly before: number;
  readonly after: number;
  readonly change: number;
}

export interface Comparison {
  readonly rows: readonly FateRow[];
  readonly same: number;
  /** Share of the arrivals judged that were in time, 0 to 1; null when none was judged. */
  readonly keptBefore: number | null;
  readonly keptAfter: number | null;
  /** Of the examples the one whose deadline moves most to earlier, and most to later. */
  readonly worst: PreviewedJob | null;
  readonly easiest: PreviewedJob | null;
}

export function compare(told: Previewed): Comparison {
  const rows = FATES.map((fate) => {
    const [before, after] = [told.as_promised[fate], told.with_change[fate]];
    return { fate, before, after, change: after - before };
  });
  const moved = told.examples
    .map((job) => ({ job, by: movedBy(job) }))
    .filter((one) => one.by !== 0)
    .sort((a, b) => a.by - b.by);
  const [first, last] = [moved[0], moved.at(-1)];
  return {
    rows,
    same: told.jobs - told.sooner - told.later,
    keptBefore: share(told.as_promised),
    keptAfter: share(told.with_change),
    worst: first !== undefined && first.by < 0 ? first.job : null,
    easiest: last !== undefined && last.by > 0 ? last.job : null,
  };
}

function share({ met, missed }: { readonly met: number; readonly missed: number }): number | null {
  return met + missed === 0 ? null : met / (met + missed);
}

/** Milliseconds by which a job's deadline moves: negative to earlier. The response counts, else the resolution. A
 * promise where there was none is one made earlier, one taken away is one made later; both as far as can be. */
export function movedBy(job: PreviewedJob): number {
  const [was, would] = deadlinesOf(job);
  if (was === null) return would === null ? 0 : -Infinity;
  return would === null ? Infinity : Date.parse(would) - Date.parse(was);
}

export function deadlinesOf(job: PreviewedJob): readonly [string | null, string | null] {
  const respond: readonly [string | null, string | null] = [job.respond_by, job.would_respond_by];
  return respond[0] === respond[1] ? [job.resolve_by, job.would_resolve_by] : respond;
}

/** Whether somebody arrived in time for a deadline; null where nobody has. */
export function inTime(job: PreviewedJob, deadline: string | null): boolean | null {
  if (job.arrived_at === null || deadline === null) return null;
  return Date.parse(job.arrived_at) <= Date.parse(deadline);
}

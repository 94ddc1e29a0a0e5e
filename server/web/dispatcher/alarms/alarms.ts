/** Alarms in the order in which somebody has to see to them, and the promises nobody was told of. Pure. */
import type { Alarm, Job } from "../../shared/api/types";
import { standingOf, type Standing } from "../queue";

/** What nobody has taken comes first; then what is due first. */
export function byPress(alarms: readonly Alarm[]): readonly Alarm[] {
  return [...alarms].sort(
    (a, b) =>
      Number(a.taken_by !== null) - Number(b.taken_by !== null) ||
      a.due.localeCompare(b.due) ||
      a.fired_at.localeCompare(b.fired_at),
  );
}

export function untaken(alarms: readonly Alarm[]): readonly Alarm[] {
  return alarms.filter((alarm) => alarm.taken_by === null && alarm.over_at === null);
}

/** Open jobs whose promise will not hold, or does not any more, and of which no alarm speaks; the worst first. */
export function quietTrouble(jobs: Iterable<Job>, alarms: readonly Alarm[], now: number): readonly Standing[] {
  const told = new Set(alarms.map((alarm) => alarm.job_id));
  return [...jobs]
    .filter((job) => !told.has(job.id))
    .map((job) => standingOf(job, now))
    .filter(inTrouble)
    .sort((a, b) => (a.slack ?? 0) - (b.slack ?? 0) || a.job.number - b.job.number);
}

function inTrouble({ group, promise, slack, job }: Standing): boolean {
  if (group === "done" || job.state === "cannot_complete") return false;
  return promise === "at_risk" || promise === "overdue" || promise === "missed" || (slack !== null && slack < 0);
}

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

export const HANDS = ["mine", "nobody", "colleagues"] as const;
export type Hands = (typeof HANDS)[number];

/** By who sees to them; within each as they came. */
export function byHands(alarms: readonly Alarm[], userId: string): Readonly<Record<Hands, readonly Alarm[]>> {
  return {
    nobody: alarms.filter(({ taken_by: by }) => by === null),
    mine: alarms.filter(({ taken_by: by }) => by === userId),
    colleagues: alarms.filter(({ taken_by: by }) => by !== null && by !== userId),
  };
}

/** Ids that were there before; null until the list was read once: what stood in it then is no news. */
export type Seen = ReadonlySet<string> | null;

interface Listed {
  readonly id: string;
}

export function freshIn<T extends Listed>(list: readonly T[] | null, seen: Seen): readonly T[] {
  return list === null || seen === null ? [] : list.filter(({ id }) => !seen.has(id));
}

/** Never forgets: an alarm that somebody gave back, or a list that failed once, is not told a second time. */
export function seenWith(list: readonly Listed[] | null, seen: Seen): Seen {
  if (list === null) return seen;
  return new Set([...(seen ?? []), ...list.map(({ id }) => id)]);
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

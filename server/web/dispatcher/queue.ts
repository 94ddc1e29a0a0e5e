/** The order of the desk's work. Pure: jobs, view and present in, rows out.
 *
 * Three groups: what needs a decision (nobody has it, it came back from the field, or its promise will not hold as
 * planned), what is promised and planned, and what is done. In the first two the one with the least slack comes first;
 * where no clock runs the more important, then the older job.
 */
import type { Job, JobState } from "../shared/api/types";
import { readPromise, slackOf, type PromiseState } from "../shared/promise/promise";
import { instant } from "../shared/time/format";
import { FILTERS, type DeskView, type Filter } from "./view";

export type Group = "act" | "watch" | "done";

const WAITING: ReadonlySet<JobState> = new Set(["new", "declined", "cannot_complete"]);
const UNDER_WAY: ReadonlySet<JobState> = new Set(["en_route", "on_site", "working", "paused"]);
const DONE: ReadonlySet<JobState> = new Set(["completed", "closed", "cancelled"]);
const ALARMING: ReadonlySet<PromiseState> = new Set(["at_risk", "overdue"]);

/** Where a job stands at an instant. */
export interface Standing {
  readonly job: Job;
  readonly group: Group;
  readonly promise: PromiseState;
  /** Milliseconds between expected and due; null when no clock runs. */
  readonly slack: number | null;
}

export type Row =
  | { readonly kind: "head"; readonly group: Group; readonly count: number }
  /** `heads`: headings above it, so that its place among the jobs is known without counting. */
  | { readonly kind: "job"; readonly standing: Standing; readonly heads: number };

export function standingOf(job: Job, now: number): Standing {
  const promise = readPromise(job, now).state;
  const slack = DONE.has(job.state) ? null : slackOf(job, now);
  return { job, promise, slack, group: groupOf(job, promise, slack) };
}

function groupOf(job: Job, promise: PromiseState, slack: number | null): Group {
  if (DONE.has(job.state)) return "done";
  if (WAITING.has(job.state) || job.technician_id === null) return "act";
  const arrived = job.arrival !== null;
  const slipping = !arrived && slack !== null && slack < 0;
  return slipping || (ALARMING.has(promise) && !arrived) ? "act" : "watch";
}

const SHOWS: Readonly<Record<Filter, (standing: Standing) => boolean>> = {
  open: ({ group }) => group !== "done",
  unassigned: ({ job, group }) => group !== "done" && (WAITING.has(job.state) || job.technician_id === null),
  at_risk: ({ promise, slack, group }) => group !== "done" && (ALARMING.has(promise) || (slack !== null && slack < 0)),
  planned: ({ job }) => job.state === "scheduled" || job.state === "accepted",
  under_way: ({ job }) => UNDER_WAY.has(job.state),
  done: ({ group }) => group === "done",
};

/** Everything the queue says about the jobs of one view. */
export interface Queue {
  readonly rows: readonly Row[];
  /** The jobs of `rows`, in their order. */
  readonly jobs: readonly Job[];
  /** How many jobs each filter would show, with this outlet and search. */
  readonly counts: Readonly<Record<Filter, number>>;
}

type Asked = Pick<DeskView, "filter" | "outlet" | "search">;

const NO_UNITS: ReadonlySet<string> = new Set();

/** `units`: products whose serial is what is searched for, as the server found them. */
export function queueOf(jobs: Iterable<Job>, asked: Asked, now: number, units: ReadonlySet<string> = NO_UNITS): Queue {
  const wanted = searching(asked.search, units);
  const standings: Standing[] = [];
  for (const job of jobs) {
    if (asked.outlet !== null && job.outlet_id !== asked.outlet) continue;
    if (wanted(job)) standings.push(standingOf(job, now));
  }
  const shown = standings.filter(SHOWS[asked.filter]).sort(byUrgency);
  const counts = Object.fromEntries(FILTERS.map((filter) => [filter, standings.filter(SHOWS[filter]).length]));
  return {
    rows: withHeads(shown),
    jobs: shown.map(({ job }) => job),
    counts: counts as Record<Filter, number>,
  };
}

const ORDER: Readonly<Record<Group, number>> = { act: 0, watch: 1, done: 2 };

function byUrgency(a: Standing, b: Standing): number {
  if (a.group !== b.group) return ORDER[a.group] - ORDER[b.group];
  if (a.group === "done") return lastTouched(b.job) - lastTouched(a.job) || b.job.number - a.job.number;
  const [first, second] = [a.slack ?? Infinity, b.slack ?? Infinity];
  if (first !== second) return first - second;
  return a.job.priority - b.job.priority || a.job.number - b.job.number;
}

function lastTouched(job: Job): number {
  return instant(job.finished_at) ?? instant(job.window_end) ?? instant(job.opened_at);
}

function withHeads(standings: readonly Standing[]): readonly Row[] {
  const rows: Row[] = [];
  let group: Group | null = null;
  let heads = 0;
  for (const standing of standings) {
    if (standing.group !== group) {
      group = standing.group;
      heads += 1;
      rows.push({ kind: "head", group, count: standings.filter((each) => each.group === standing.group).length });
    }
    rows.push({ kind: "job", standing, heads });
  }
  return rows;
}

// -------------------------------------------------------------------------------------------------------- searching

/** What a search looks at, made once per record: the feed never changes a record it has handed out. */
const haystacks = new WeakMap<Job, { readonly words: string; readonly digits: string }>();

function haystack(job: Job): { readonly words: string; readonly digits: string } {
  const known = haystacks.get(job);
  if (known !== undefined) return known;
  const made = {
    words: [job.number, job.contact_name, job.contact_phone, job.title, job.address].join("\n").toLowerCase(),
    digits: job.contact_phone.replaceAll(/\D/g, ""),
  };
  haystacks.set(job, made);
  return made;
}

/** Every word must be found somewhere; a word of digits also matches inside a phone number, however it is written. */
export function searching(search: string, units: ReadonlySet<string> = NO_UNITS): (job: Job) => boolean {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const sought = words.map((word) => ({ word: word.replace(/^#/, ""), digits: phoneDigits(word) }));
  return (job) => {
    if (job.unit_id !== null && units.has(job.unit_id)) return true;
    const hay = haystack(job);
    return sought.every(
      ({ word, digits }) => hay.words.includes(word) || (digits !== "" && hay.digits.includes(digits)),
    );
  };
}

/** Digits of a word that looks like (part of) a phone number, else nothing. */
function phoneDigits(word: string): string {
  return /^[+\d][\d()\-.]{2,}$/.test(word) ? word.replaceAll(/\D/g, "") : "";
}

/** The job `steps` further down the list; the first one when the current one is not in it. */
export function neighbour(jobs: readonly Job[], current: string | null, steps: number): Job | undefined {
  const at = jobs.findIndex((job) => job.id === current);
  if (at === -1) return jobs[0];
  return jobs[Math.min(jobs.length - 1, Math.max(0, at + steps))];
}

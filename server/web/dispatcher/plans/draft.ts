/** Reading a draft: its changes in groups, what it gains, and what publishing some of it means. Pure but for the language. */
import type { Plan, PlanChange, PlanHead, PlanItem } from "../../shared/api/types";
import { t } from "../../shared/text/language";

/** What needs most thought first. */
export const CHANGES: readonly PlanChange[] = ["dropped", "moved", "retimed", "added", "unassigned", "unchanged"];

const CARRIED_OUT: ReadonlySet<PlanChange> = new Set(["dropped", "moved", "retimed", "added"]);

export interface Group {
  readonly change: PlanChange;
  readonly items: readonly PlanItem[];
  /** Those of them that can still be published. */
  readonly open: readonly PlanItem[];
}

export function isOpen(item: PlanItem): boolean {
  return CARRIED_OUT.has(item.change) && item.published_at === null;
}

/** Published items have a group of their own nowhere: they stay where they are and are marked. Empty groups are left out. */
export function groupsOf(items: readonly PlanItem[]): readonly Group[] {
  return CHANGES.map((change) => {
    const mine = items.filter((item) => item.change === change);
    return { change, items: mine, open: mine.filter(isOpen) };
  }).filter(({ items: mine }) => mine.length > 0);
}

type ById = ReadonlyMap<string, PlanItem>;

function byId(items: readonly PlanItem[]): ById {
  return new Map(items.map((item) => [item.job_id, item]));
}

/** What is chosen before anybody chose: all that is open and still true and takes no visit away, with what it needs. */
export function firstChoice(items: readonly PlanItem[]): ReadonlySet<string> {
  const all = byId(items);
  const fine = (item: PlanItem): boolean => isOpen(item) && item.stale === null && !item.needs_consent;
  return new Set(
    items
      .filter((item) => fine(item) && needed(all, [item.job_id]).every((id) => fine(all.get(id) ?? item)))
      .map((item) => item.job_id),
  );
}

/** Jobs whose change frees the time that the chosen ones need, step by step, without the chosen ones themselves. */
function needed(all: ById, chosen: readonly string[]): readonly string[] {
  const seen = new Set(chosen);
  const found: string[] = [];
  const queue = [...chosen];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    for (const other of all.get(id)?.depends_on ?? []) {
      const item = all.get(other);
      if (seen.has(other) || item === undefined || !isOpen(item)) continue;
      seen.add(other);
      found.push(other);
      queue.push(other);
    }
  }
  return found;
}

/** What publishing a choice would do, to be read before it is done. */
export interface Publication {
  readonly chosen: readonly PlanItem[];
  /** Published with them, because they free the time. */
  readonly along: readonly PlanItem[];
  /** Visits that people were told of and that are taken away: of both. */
  readonly drops: readonly PlanItem[];
  /** Of both: those that are no longer true. */
  readonly stale: readonly PlanItem[];
  /** Visits that people were told of and that change: of both. */
  readonly told: number;
  /** How many technicians get to hear of it. */
  readonly people: number;
}

export function publicationOf(items: readonly PlanItem[], choice: ReadonlySet<string>): Publication {
  const all = byId(items);
  const chosen = items.filter((item) => choice.has(item.job_id) && isOpen(item));
  const along = needed(
    all,
    chosen.map((item) => item.job_id),
  ).flatMap((id) => all.get(id) ?? []);
  const both = [...chosen, ...along];
  const people = both.flatMap(({ before, after }) => [before?.technician_id, after?.technician_id]);
  return {
    chosen,
    along,
    drops: both.filter((item) => item.needs_consent),
    stale: both.filter((item) => item.stale !== null),
    told: both.filter((item) => item.before !== null).length,
    people: new Set(people.filter((id) => id !== undefined)).size,
  };
}

// ------------------------------------------------------------------------------------------------------- what it gains

export const MEASURES = ["missed", "kept", "late", "unassigned", "told", "travel", "overtime"] as const;
export type MeasureName = (typeof MEASURES)[number];

export interface Measure {
  readonly name: MeasureName;
  readonly unit: "count" | "seconds";
  readonly before: number;
  readonly after: number;
  /** `better`, `worse`: of what is promised; `less`, `more`: of what it costs. */
  readonly verdict: Verdict;
}

export type Verdict = "same" | "better" | "worse" | "less" | "more";

const COSTS: ReadonlySet<MeasureName> = new Set(["late", "told", "travel", "overtime"]);

/** As people were told it, beside the draft. Empty until there is one. */
export function measuresOf({ before, after, told_changes: told }: PlanHead): readonly Measure[] {
  if (before === null || after === null) return [];
  return [
    measure("missed", "count", before.missed, after.missed),
    measure("kept", "count", before.kept, after.kept),
    measure("late", "seconds", before.late_seconds, after.late_seconds),
    measure("unassigned", "count", before.unassigned, after.unassigned),
    measure("told", "count", 0, told),
    measure("travel", "seconds", before.travel_seconds, after.travel_seconds),
    measure("overtime", "seconds", before.overtime_seconds, after.overtime_seconds),
  ];
}

function measure(name: MeasureName, unit: Measure["unit"], before: number, after: number): Measure {
  return { name, unit, before, after, verdict: verdict(name, before, after) };
}

function verdict(name: MeasureName, before: number, after: number): Verdict {
  if (before === after) return "same";
  if (COSTS.has(name)) return after < before ? "less" : "more";
  return after > before === (name === "kept") ? "better" : "worse";
}

// ------------------------------------------------------------------------------------------------------------- waiting

/** Share of the search that is over, 0 to 1; null once it should be over and is being written down. */
export function progressOf(plan: Pick<PlanHead, "made_at" | "seconds">, now: number): number | null {
  const share = plan.seconds === 0 ? 1 : (now - Date.parse(plan.made_at)) / 1000 / plan.seconds;
  return share >= 1 ? null : Math.max(0, share);
}

/** The ids a refusal names in `extra`: a list of ids, of things with a `job_id`, or a table by id. */
export function idsIn(extra: unknown): readonly string[] {
  if (Array.isArray(extra)) return extra.flatMap((each: unknown) => idOf(each) ?? []);
  return typeof extra === "object" && extra !== null ? Object.values(extra).flatMap(idsIn) : [];
}

function idOf(each: unknown): string | null {
  if (typeof each === "string") return each;
  if (typeof each === "object" && each !== null && "job_id" in each && typeof each.job_id === "string")
    return each.job_id;
  return null;
}

/** Numbers of jobs for a sentence: the first few, and how many more. */
export function few(plan: Plan, ids: readonly string[], most = 5): { readonly numbers: string; readonly more: number } {
  const all = byId(plan.items);
  const numbers = ids.flatMap((id) => all.get(id)?.number ?? []);
  return { numbers: numbers.slice(0, most).join(t("punctuation.list")), more: Math.max(0, numbers.length - most) };
}

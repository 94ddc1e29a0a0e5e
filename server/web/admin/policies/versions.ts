/** Policies by their code: what is in force, what is to come, what waits for headquarters. Pure. */
import type { Policy } from "../office";

export type Standing = "waiting" | "coming" | "in_force" | "ended" | "refused" | "withdrawn";

export interface Series {
  readonly code: string;
  /** The newest first. */
  readonly versions: readonly Policy[];
  /** The version people mean by the code: in force, else the next to come, else the last. */
  readonly shown: Policy;
  readonly standing: Standing;
  readonly waits: boolean;
}

export function standingOf(policy: Policy, now: number): Standing {
  if (policy.standing === "awaiting_approval") return "waiting";
  if (policy.standing === "refused" || policy.standing === "withdrawn") return policy.standing;
  if (policy.effective_to !== null && Date.parse(policy.effective_to) <= now) return "ended";
  return Date.parse(policy.effective_from) > now ? "coming" : "in_force";
}

const ORDER: Readonly<Record<Standing, number>> = {
  in_force: 0,
  coming: 1,
  waiting: 2,
  ended: 3,
  refused: 4,
  withdrawn: 5,
};

/** What waits for a decision first, then by name; ended ones last. */
export function seriesOf(policies: readonly Policy[], now: number): readonly Series[] {
  const codes = [...new Set(policies.map((policy) => policy.code))];
  const found = codes.map((code): Series => {
    const versions = policies.filter((policy) => policy.code === code).sort((a, b) => b.version - a.version);
    const [shown] = versions.toSorted((a, b) => ORDER[standingOf(a, now)] - ORDER[standingOf(b, now)]);
    if (shown === undefined) throw new Error("a group has one at least");
    const waits = versions.some((one) => standingOf(one, now) === "waiting");
    return { code, versions, shown, standing: standingOf(shown, now), waits };
  });
  const rank = (one: Series): number => (one.waits ? -1 : ORDER[one.standing] > 2 ? 1 : 0);
  return found.toSorted((a, b) => rank(a) - rank(b) || a.shown.name.localeCompare(b.shown.name, "zh"));
}

/** The conditions a policy names, in the order people think of them. */
export const CONDITIONS = [
  "job_type",
  "product_category",
  "customer_tier",
  "region_grade",
  "centre_id",
  "outlet_id",
  "severity",
] as const;
export type Condition = (typeof CONDITIONS)[number];

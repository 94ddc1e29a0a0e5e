/** What a policy promises and to whom, in words. */
import { named } from "../../shared/text/language";
import { nameIn, type Office, type Policy } from "../office";
import { length } from "../moments";
import { saying, w } from "../text/words";
import type { Standing } from "./versions";

export function promiseWords(policy: Policy): string {
  const respond = term("respond", policy.respond_seconds, policy.respond_day);
  const resolve = term("resolve", policy.resolve_seconds, policy.resolve_day);
  if (respond !== null && resolve !== null) return w("policy.and", { a: respond, b: resolve });
  return respond ?? resolve ?? "—";
}

function term(kind: "respond" | "resolve", promised: number | null, workingDay: number | null): string | null {
  if (promised !== null) return w(`policy.${kind}_within`, { time: length(promised) });
  return workingDay === null ? null : w(`policy.${kind}_by_day`, { n: workingDay });
}

/** For whom: each condition it names, or everyone. */
export function conditionWords(policy: Policy, office: Office): string {
  const type = office.jobTypes.data?.find((one) => one.code === policy.job_type);
  const line = office.lines.data?.find((one) => one.code === policy.product_category);
  const parts = [
    policy.job_type === null ? null : type === undefined ? policy.job_type : named(type),
    policy.product_category === null ? null : line === undefined ? policy.product_category : named(line),
    policy.customer_tier === null ? null : w("policy.tier_is", { tier: policy.customer_tier }),
    policy.region_grade === null ? null : w("policy.grade_is", { grade: policy.region_grade }),
    policy.centre_id === null ? null : (nameIn(office.centres.data, policy.centre_id) ?? w("policy.a_centre")),
    policy.outlet_id === null ? null : (nameIn(office.outlets.data, policy.outlet_id) ?? w("policy.an_outlet")),
    policy.severity === null ? null : w("policy.priority_is", { n: policy.severity }),
  ].filter((words) => words !== null);
  return parts.length === 0 ? w("policy.everyone") : parts.join(" · ");
}

export const TONES: Readonly<Record<Standing, string>> = {
  in_force: "good",
  coming: "good",
  waiting: "warn",
  ended: "rest",
  refused: "bad",
  withdrawn: "rest",
};

export function standingWords(standing: Standing): string {
  return saying("policy.standing", standing);
}

export function madeBy(office: Office, id: string | null): string {
  if (id === null) return w("policy.by_system");
  return office.users.data?.find((user) => user.id === id)?.name ?? w("policy.by_somebody");
}

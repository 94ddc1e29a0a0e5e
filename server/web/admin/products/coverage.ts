/** Which warranty terms hold for a component group on a day, and how they come to mean it. Pure. */
import { termsOf, type Term, type Warranty } from "./warranty";

/** `itself`: the term names it; `group`: it is one of the term's parts; `whole`: the term is of the whole unit. */
export type Reach = "itself" | "group" | "whole";

export interface Covering {
  readonly policy: Warranty;
  readonly term: Term;
  readonly reach: Reach;
}

const WHOLE_UNIT = "whole_unit";
const REACHES: readonly Reach[] = ["itself", "group", "whole"];

/** Of each policy the version in force for what is sold on `day`: the latest first day, and of those the highest. */
export function inForce(policies: readonly Warranty[], day: string): readonly Warranty[] {
  const chosen = new Map<string, Warranty>();
  for (const one of policies) {
    const over = one.effective_to ?? null;
    if (one.effective_from > day || (over !== null && over < day)) continue;
    const known = chosen.get(one.code);
    if (known === undefined || isAfter(one, known)) chosen.set(one.code, one);
  }
  return [...chosen.values()];
}

function isAfter(one: Warranty, other: Warranty): boolean {
  if (one.effective_from !== other.effective_from) return one.effective_from > other.effective_from;
  return one.version > other.version;
}

/** The closest terms first. */
export function coverings(policies: readonly Warranty[], component: string, day: string): readonly Covering[] {
  return inForce(policies, day)
    .flatMap((policy) =>
      termsOf(policy).flatMap((term) => {
        const reach = reachOf(term, component);
        return reach === null ? [] : [{ policy, term, reach }];
      }),
    )
    .sort((a, b) => REACHES.indexOf(a.reach) - REACHES.indexOf(b.reach));
}

function reachOf(term: Term, component: string): Reach | null {
  if (term.component === component) return "itself";
  if ((term.parts ?? []).includes(component)) return "group";
  return term.component === WHOLE_UNIT ? "whole" : null;
}

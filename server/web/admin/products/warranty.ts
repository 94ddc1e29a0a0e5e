/** A warranty policy's next version as it is typed. Pure but for the words of what is wrong. What the form does not show
 * stays as the last version has it. */
import type { components } from "../../shared/api/schema";
import { faultsOf, needed, whole, type Check } from "../forms/checks";
import type { Faults } from "../forms/faults";
import { w } from "../text/words";

type Schemas = components["schemas"];
export type Warranty = Schemas["server_products_rules_policy_Policy"];
type WholeTerm = Schemas["WarrantyTerm"];
type WholeWindow = Schemas["RemedyWindow"];
/** What has a default is often left out. */
export type Term = Pick<WholeTerm, "rule" | "component" | "name" | "covers"> & Partial<WholeTerm>;
export type RemedyWindow = Pick<WholeWindow, "rule" | "remedies" | "days" | "severity"> & Partial<WholeWindow>;

export const COVERS = ["parts", "labour", "travel"] as const;
export const REMEDIES = ["refund", "exchange", "repair"] as const;
export const STARTS = ["invoice", "installation", "registration"] as const;

export interface TermDraft {
  readonly rule: string;
  readonly months: string;
  readonly life: boolean;
  readonly covers: readonly (typeof COVERS)[number][];
  readonly starts: (typeof STARTS)[number];
}

export interface WindowDraft {
  readonly rule: string;
  readonly days: string;
  readonly remedies: readonly (typeof REMEDIES)[number][];
}

export interface WarrantyDraft {
  readonly name: string;
  readonly name_en: string;
  readonly effective_from: string;
  readonly grace_days: string;
  readonly terms: readonly TermDraft[];
  readonly windows: readonly WindowDraft[];
  readonly guarantee_days: string;
}

export function nextOf(policy: Warranty): WarrantyDraft {
  return {
    name: policy.name.zh,
    name_en: policy.name.en,
    effective_from: "",
    grace_days: String(policy.grace_days),
    terms: termsOf(policy).map((term) => ({
      rule: term.rule,
      months: String(term.months ?? 0),
      life: term.life === true,
      covers: COVERS.filter((one) => term.covers.includes(one)),
      starts: term.starts ?? "invoice",
    })),
    windows: windowsOf(policy).map((one) => ({
      rule: one.rule,
      days: String(one.days),
      remedies: REMEDIES.filter((remedy) => one.remedies.includes(remedy)),
    })),
    guarantee_days: String(policy.repair_guarantee?.days ?? ""),
  };
}

export function termsOf(policy: Warranty): readonly Term[] {
  return policy.terms as readonly Term[]; // the description of lists with defaults loses what is in them
}

export function windowsOf(policy: Warranty): readonly RemedyWindow[] {
  return policy.windows as readonly RemedyWindow[];
}

/** The next version: the last one with what was typed in its place. `last`: the newest version of the code. */
export function requestOf(last: Warranty, draft: WarrantyDraft): Warranty {
  const term = (rule: string): TermDraft | undefined => draft.terms.find((one) => one.rule === rule);
  const window = (rule: string): WindowDraft | undefined => draft.windows.find((one) => one.rule === rule);
  return {
    ...last,
    version: last.version + 1,
    name: { zh: draft.name.trim(), en: draft.name_en.trim() },
    effective_from: draft.effective_from,
    effective_to: null,
    grace_days: Number(draft.grace_days),
    terms: termsOf(last).flatMap((one) => {
      const typed = term(one.rule);
      if (typed === undefined) return [];
      const months = typed.life ? {} : { months: Number(typed.months) };
      return [{ ...one, months: 0, ...months, life: typed.life, covers: [...typed.covers], starts: typed.starts }];
    }),
    windows: windowsOf(last).flatMap((one) => {
      const typed = window(one.rule);
      return typed === undefined ? [] : [{ ...one, days: Number(typed.days), remedies: [...typed.remedies] }];
    }),
    ...(last.repair_guarantee && draft.guarantee_days !== ""
      ? { repair_guarantee: { ...last.repair_guarantee, days: Number(draft.guarantee_days) } }
      : {}),
  };
}

export function faultsIn(last: Warranty, draft: WarrantyDraft): Faults {
  const checks: Record<string, Check> = {
    name: needed(draft.name),
    name_en: needed(draft.name_en),
    effective_from:
      draft.effective_from === ""
        ? w("form.needed")
        : draft.effective_from < last.effective_from
          ? w("warranty.before_last")
          : undefined,
    grace_days: whole(draft.grace_days, 0, 36_500),
  };
  draft.terms.forEach((term, place) => {
    if (!term.life) checks[`term${place}`] = whole(term.months, 0, 1_200);
    if (term.covers.length === 0) checks[`term${place}`] = w("warranty.covers_nothing");
  });
  draft.windows.forEach((one, place) => {
    checks[`window${place}`] = one.remedies.length === 0 ? w("warranty.gives_nothing") : whole(one.days, 0, 36_500);
  });
  if (last.repair_guarantee) checks["guarantee_days"] = whole(draft.guarantee_days, 0, 36_500);
  return faultsOf(checks);
}

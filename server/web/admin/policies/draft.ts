/** A policy as it is typed, and what of it goes to the server. Pure but for the words of what is wrong. */
import type { components } from "../../shared/api/schema";
import type { Role } from "../../shared/api/types";
import { code, faultsOf, needed, whole, type Check } from "../forms/checks";
import type { Faults } from "../forms/faults";
import { entry, wired } from "../moments";
import type { Policy } from "../office";
import { w } from "../text/words";
import { CONDITIONS, type Condition } from "./versions";

type NewPolicy = components["schemas"]["NewPolicy"];

export const UNITS = { minutes: 60, hours: 3_600, days: 86_400 } as const;
export type Unit = keyof typeof UNITS;

/** One promise: none, so much open time of the calendar, or by the end of the n-th working day. */
export interface TermDraft {
  readonly way: "none" | "time" | "day";
  readonly amount: string;
  readonly unit: Unit;
}

export interface StepDraft {
  /** Kept through versions, so that what fired once is known. */
  readonly key: string;
  readonly amount: string;
  readonly unit: Unit;
  readonly when: "before" | "after";
  readonly tell: Role;
  readonly clock: "" | "response" | "resolution";
}

export const PAUSING = ["customer_asked_later", "no_access", "waiting_for_parts"] as const;
export type Pausing = (typeof PAUSING)[number];

export interface PolicyDraft extends Readonly<Record<Condition, string>> {
  readonly code: string;
  readonly name: string;
  readonly name_en: string;
  readonly calendar_id: string;
  readonly respond: TermDraft;
  readonly resolve: TermDraft;
  readonly rank: string;
  readonly pausing: readonly Pausing[];
  readonly steps: readonly StepDraft[];
  readonly effective_from: string;
  readonly effective_to: string;
}

const NOTHING: TermDraft = { way: "none", amount: "", unit: "hours" };

export const EMPTY: PolicyDraft = {
  code: "",
  name: "",
  name_en: "",
  calendar_id: "",
  job_type: "",
  product_category: "",
  customer_tier: "",
  region_grade: "",
  centre_id: "",
  outlet_id: "",
  severity: "",
  respond: { way: "time", amount: "24", unit: "hours" },
  resolve: NOTHING,
  rank: "0",
  pausing: PAUSING,
  steps: [],
  effective_from: "",
  effective_to: "",
};

/** The next version of a policy begins as the last one: only what is to change is typed. */
export function nextOf(policy: Policy): PolicyDraft {
  const conditions = Object.fromEntries(CONDITIONS.map((one) => [one, policy[one] ?? ""])) as Record<Condition, string>;
  return {
    ...conditions,
    code: policy.code,
    name: policy.name,
    name_en: policy.name_en,
    calendar_id: policy.calendar_id,
    respond: termOf(policy.respond_seconds, policy.respond_day),
    resolve: termOf(policy.resolve_seconds, policy.resolve_day),
    rank: String(policy.rank),
    pausing: PAUSING.filter((cause) => policy.pausing.includes(cause)),
    steps: policy.steps.map((step) => ({
      key: step.key,
      ...inUnits(Math.abs(step.offset_seconds)),
      when: step.offset_seconds < 0 ? "before" : "after",
      tell: step.tell,
      clock: step.clock ?? "",
    })),
    effective_from: "",
    effective_to: entry(policy.effective_to),
  };
}

function termOf(seconds: number | null, day: number | null): TermDraft {
  if (seconds !== null) return { way: "time", ...inUnits(seconds) };
  return day === null ? NOTHING : { way: "day", amount: String(day), unit: "days" };
}

/** In the largest unit that keeps it a whole number; days only from two on, as people say 24 hours. */
export function inUnits(seconds: number): { readonly amount: string; readonly unit: Unit } {
  const unit: Unit =
    seconds % UNITS.days === 0 && seconds > UNITS.days
      ? "days"
      : seconds % UNITS.hours === 0 && seconds > 0
        ? "hours"
        : "minutes";
  return { amount: String(seconds / UNITS[unit]), unit };
}

export function requestOf(draft: PolicyDraft): NewPolicy {
  const conditions = Object.fromEntries(CONDITIONS.map((one) => [one, draft[one].trim() || null])) as Record<
    Condition,
    string | null
  >;
  return {
    ...conditions,
    code: draft.code.trim(),
    name: draft.name.trim(),
    name_en: draft.name_en.trim(),
    calendar_id: draft.calendar_id,
    respond_seconds: secondsOf(draft.respond),
    respond_day: dayOf(draft.respond),
    resolve_seconds: secondsOf(draft.resolve),
    resolve_day: dayOf(draft.resolve),
    rank: Number(draft.rank),
    pausing: [...draft.pausing],
    steps: draft.steps.map((step, place) => ({
      key: step.key || newKey(draft.steps, step, place),
      offset_seconds: Number(step.amount) * UNITS[step.unit] * (step.when === "before" ? -1 : 1),
      tell: step.tell,
      clock: step.clock === "" ? null : step.clock,
    })),
    effective_from: wired(draft.effective_from) ?? null,
    effective_to: wired(draft.effective_to) ?? null,
  };
}

function secondsOf(term: TermDraft): number | null {
  return term.way === "time" ? Number(term.amount) * UNITS[term.unit] : null;
}

function dayOf(term: TermDraft): number | null {
  return term.way === "day" ? Number(term.amount) : null;
}

/** `before_2_hours_dispatcher`, or with the step's place where that is taken. */
function newKey(steps: readonly StepDraft[], step: StepDraft, place: number): string {
  const plain = `${step.when}_${step.amount}_${step.unit}_${step.tell}`.slice(0, 36);
  const taken = steps.some(
    (other, at) =>
      at < place &&
      other.when === step.when &&
      other.amount === step.amount &&
      other.unit === step.unit &&
      other.tell === step.tell,
  );
  return steps.some((other) => other.key === plain) || taken ? `${plain}_${place + 1}` : plain;
}

/** What is wrong, by field, as far as it can be told here. */
export function faultsIn(draft: PolicyDraft): Faults {
  const checks: Record<string, Check> = {
    code: code(draft.code),
    name: needed(draft.name),
    calendar_id: draft.calendar_id === "" ? w("form.needed") : undefined,
    respond: termFault(draft.respond),
    resolve: termFault(draft.resolve),
    rank: whole(draft.rank, 0, 10_000),
    effective_from: wired(draft.effective_from) === undefined ? w("form.time_needed") : undefined,
    effective_to: wired(draft.effective_to) === undefined ? w("form.time_needed") : undefined,
  };
  if (draft.respond.way === "none" && draft.resolve.way === "none") checks["respond"] = w("policy.promises_nothing");
  draft.steps.forEach((step, place) => {
    checks[`step${place}`] = whole(
      step.amount,
      0,
      step.unit === "minutes" ? 527_040 : step.unit === "hours" ? 8_784 : 366,
    );
  });
  return faultsOf(checks);
}

function termFault(term: TermDraft): Check {
  if (term.way === "none") return undefined;
  return whole(term.amount, 1, term.way === "day" ? 3_650 : Math.floor((3_650 * UNITS.days) / UNITS[term.unit]));
}

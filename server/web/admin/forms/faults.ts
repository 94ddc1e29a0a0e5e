/** Which field a refusal is about. Pure. What no field can be blamed for is said above the form. */
import type { Code, Problem } from "../../shared/api/problem";

/** Field → what is wrong with it, in the reader's language. */
export type Faults = Readonly<Record<string, string>>;

export const NO_FAULTS: Faults = {};

/** Code → the field it is about; `code.reason` where the reason decides that. `extra.condition` names one itself. */
export type FieldOf = Partial<Record<Code | `${Code}.${string}`, string>>;

export interface Blamed {
  readonly faults: Faults;
  /** True when no field was blamed. */
  readonly general: boolean;
}

interface Words {
  readonly sentence: (problem: Problem) => string;
  readonly invalid: string;
}

export function blame(problem: Problem, fieldOf: FieldOf, words: Words): Blamed {
  const faults: Record<string, string> = {};
  const { condition, reason } = problem.extra ?? {};
  const field =
    typeof condition === "string" ? condition : (byReason(fieldOf, problem.code, reason) ?? fieldOf[problem.code]);
  if (field !== undefined) faults[field] = words.sentence(problem);
  else if (problem.code === "invalid") for (const key of keysOf(problem)) faults[key] = words.invalid;
  return { faults, general: Object.keys(faults).length === 0 };
}

function byReason(fieldOf: FieldOf, code: Code, reason: unknown): string | undefined {
  return typeof reason === "string" ? fieldOf[`${code}.${reason}`] : undefined;
}

/** The server's own sentence where it sends one in both languages. */
export function ownSentence(problem: Problem): { readonly zh: string; readonly en: string } | null {
  const zh = problem.extra?.["text_zh"];
  return typeof zh === "string" && zh !== "" && problem.detail !== "" ? { zh, en: problem.detail } : null;
}

/** The fields that the server's form rules name: `{key: "data.name", message: "… - at `$.name`"}`. */
function keysOf(problem: Problem): string[] {
  const told = problem.extra?.["faults"];
  const found = Array.isArray(told) ? told.map(keyOf) : [keyOf({ message: problem.detail })];
  return found.filter((key) => key !== "");
}

function keyOf(fault: unknown): string {
  if (typeof fault !== "object" || fault === null) return "";
  const { key, message } = fault as { key?: unknown; message?: unknown };
  const inMessage = typeof message === "string" ? /`\$\.([a-z_]+)|required field `([a-z_]+)`/.exec(message) : null;
  if (inMessage !== null) return inMessage[1] ?? inMessage[2] ?? "";
  return typeof key === "string" ? (key.split(".").find((part) => part !== "data" && part !== "") ?? "") : "";
}

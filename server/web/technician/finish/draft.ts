/** A completion on its way to being signed: what was typed, answered and drawn so far, and how it is read back. Pure.
 *
 * A draft may have been kept by an older or a newer app: what does not fit is as if it had not been entered, and what is
 * drawn is never thrown away for the rest's sake. */
import type { Json, JsonObject } from "../../shared/replica/json";
import { at, isObject } from "../../shared/replica/json";
import type { FieldTime } from "../../shared/replica";
import type { Frame, Pad, PadStroke } from "./pad/strokes";
import { EMPTY_PAD } from "./pad/strokes";
import type { StepName } from "./steps";

export type Outcome = "completed" | "cannot_complete";
export type Locale = "zh-CN" | "en";
export type Cause = "customer_asked_later" | "waiting_for_parts" | "no_access";
export type Answer = "yes" | "no";
export type RefusalKind = "not_present" | "disagrees" | "unable" | "no_reason" | "other";

export interface Fee {
  readonly name: string;
  /** As typed; `amountOf` reads it. */
  readonly amount: string;
}

/** What stood under the signature when its first point was drawn: a signature holds for these words and no others. */
export interface Shown {
  readonly text: string;
  /** Of photos and facts beside the text, so that a change of them is noticed as well. */
  readonly mark: string;
}

export interface Person {
  readonly name: string;
  readonly role: string;
}

export interface Place {
  readonly lat: number;
  readonly lon: number;
  readonly accuracy_m: number;
}

export interface Draft {
  readonly step: StepName;
  readonly outcome: Outcome;
  /** Why it cannot be completed. */
  readonly reason: string;
  readonly cause: Cause | null;
  /** Null: not touched here, the job's own words stand. */
  readonly diagnosis: string | null;
  readonly result: string | null;
  readonly cured: boolean | null;
  readonly faultCode: string;
  readonly component: string;
  /** Ids of notices whose work was done. */
  readonly served: readonly string[];
  /** Null: not touched, the price that the office told stands. */
  readonly fees: readonly Fee[] | null;
  /** Null: the app's language. */
  readonly locale: Locale | null;
  /** When the work was done: the clocks as the report was handed over, and the instant by the server's clock as far as
   * it is known. */
  readonly finish: { readonly reading: FieldTime; readonly at: string } | null;
  readonly position: Place | null;
  readonly conduct: Readonly<Record<string, Answer>>;
  readonly rating: number | null;
  readonly signer: Person;
  readonly pad: Pad;
  readonly shown: Shown | null;
  readonly refusal: { readonly kind: RefusalKind | null; readonly words: string };
  readonly witness: Person | null;
  readonly witnessPad: Pad;
  /** The statement of this job that stood when this one was begun: another one since then means that it was signed. */
  readonly after: string | null;
  /** The job as it was last seen, for when it is taken away while the customer signs. */
  readonly job: JsonObject | null;
}

export const NEW_DRAFT: Draft = {
  step: "report",
  outcome: "completed",
  reason: "",
  cause: null,
  diagnosis: null,
  result: null,
  cured: null,
  faultCode: "",
  component: "",
  served: [],
  fees: null,
  locale: null,
  finish: null,
  position: null,
  conduct: {},
  rating: null,
  signer: { name: "", role: "customer" },
  pad: EMPTY_PAD,
  shown: null,
  refusal: { kind: null, words: "" },
  witness: null,
  witnessPad: EMPTY_PAD,
  after: null,
  job: null,
};

export const draftKey = (jobId: string): string => `finish:${jobId}`;

const STEPS: ReadonlySet<StepName> = new Set<StepName>(["report", "read", "judge", "sign", "refuse"]);
const CAUSES: ReadonlySet<Cause> = new Set<Cause>(["customer_asked_later", "waiting_for_parts", "no_access"]);
const REFUSALS: ReadonlySet<RefusalKind> = new Set<RefusalKind>([
  "not_present",
  "disagrees",
  "unable",
  "no_reason",
  "other",
]);

export const asJson = (draft: Draft): Json => JSON.parse(JSON.stringify(draft)) as Json;

/** Null: nothing was kept. */
export function draftFrom(kept: Json | null): Draft | null {
  if (!isObject(kept)) return null;
  const refusal = inner(kept, "refusal");
  return {
    step: one(at(kept, "step"), STEPS) ?? "report",
    outcome: at(kept, "outcome") === "cannot_complete" ? "cannot_complete" : "completed",
    reason: text(at(kept, "reason")),
    cause: one(at(kept, "cause"), CAUSES),
    diagnosis: textOrNull(at(kept, "diagnosis")),
    result: textOrNull(at(kept, "result")),
    cured: truth(at(kept, "cured")),
    faultCode: text(at(kept, "faultCode")),
    component: text(at(kept, "component")),
    served: list(at(kept, "served")).filter((id) => typeof id === "string"),
    fees: feesFrom(at(kept, "fees")),
    locale: localeFrom(at(kept, "locale")),
    finish: finishFrom(at(kept, "finish")),
    position: placeFrom(at(kept, "position")),
    conduct: conductFrom(inner(kept, "conduct")),
    rating: ratingFrom(at(kept, "rating")),
    signer: personFrom(at(kept, "signer")) ?? NEW_DRAFT.signer,
    pad: padFrom(at(kept, "pad")),
    shown: shownFrom(at(kept, "shown")),
    refusal: { kind: one(at(refusal, "kind"), REFUSALS), words: text(at(refusal, "words")) },
    witness: personFrom(at(kept, "witness")),
    witnessPad: padFrom(at(kept, "witnessPad")),
    after: textOrNull(at(kept, "after")),
    job: isObject(at(kept, "job")) ? inner(kept, "job") : null,
  };
}

function inner(holder: JsonObject, name: string): JsonObject {
  const value = at(holder, name);
  return isObject(value) ? value : {};
}

const text = (value: Json): string => (typeof value === "string" ? value : "");
const textOrNull = (value: Json): string | null => (typeof value === "string" ? value : null);
const truth = (value: Json): boolean | null => (typeof value === "boolean" ? value : null);
const list = (value: Json): readonly Json[] => (Array.isArray(value) ? value : []);
const number = (value: Json): value is number => typeof value === "number" && Number.isFinite(value);

function one<T extends string>(value: Json, known: ReadonlySet<T>): T | null {
  return known.has(value as T) ? (value as T) : null;
}

function localeFrom(value: Json): Locale | null {
  return value === "zh-CN" || value === "en" ? value : null;
}

function ratingFrom(value: Json): number | null {
  return number(value) && Number.isInteger(value) && value >= 1 && value <= 5 ? value : null;
}

function feesFrom(value: Json): readonly Fee[] | null {
  if (!Array.isArray(value)) return null;
  return value.filter(isObject).map((fee) => ({ name: text(at(fee, "name")), amount: text(at(fee, "amount")) }));
}

function personFrom(value: Json): Person | null {
  return isObject(value) ? { name: text(at(value, "name")), role: text(at(value, "role")) } : null;
}

function conductFrom(value: JsonObject): Readonly<Record<string, Answer>> {
  const answered = Object.entries(value).filter(
    (each): each is [string, Answer] => each[1] === "yes" || each[1] === "no",
  );
  return Object.fromEntries(answered);
}

function shownFrom(value: Json): Shown | null {
  if (!isObject(value)) return null;
  const [words, mark] = [at(value, "text"), at(value, "mark")];
  return typeof words === "string" && typeof mark === "string" ? { text: words, mark } : null;
}

function placeFrom(value: Json): Place | null {
  if (!isObject(value)) return null;
  const [lat, lon, accuracy_m] = [at(value, "lat"), at(value, "lon"), at(value, "accuracy_m")];
  return number(lat) && number(lon) && number(accuracy_m) ? { lat, lon, accuracy_m } : null;
}

function finishFrom(value: Json): Draft["finish"] {
  if (!isObject(value)) return null;
  const [reading, said] = [inner(value, "reading"), at(value, "at")];
  const [wall_ms, monotonic_ms, boot_id] = [
    at(reading, "wall_ms"),
    at(reading, "monotonic_ms"),
    at(reading, "boot_id"),
  ];
  if (!number(wall_ms) || !number(monotonic_ms) || typeof boot_id !== "string" || typeof said !== "string") return null;
  return { reading: { wall_ms, monotonic_ms, boot_id }, at: said };
}

function padFrom(value: Json): Pad {
  if (!isObject(value)) return EMPTY_PAD;
  const strokes = list(at(value, "strokes"))
    .map((stroke): PadStroke => list(stroke).flatMap(pointFrom))
    .filter((stroke) => stroke.length > 0);
  return { frame: frameFrom(at(value, "frame")), strokes };
}

function frameFrom(value: Json): Frame | null {
  if (!isObject(value)) return null;
  const [width, height] = [at(value, "width"), at(value, "height")];
  return number(width) && number(height) && width > 0 && height > 0 ? { width, height } : null;
}

function pointFrom(value: Json): PadStroke {
  if (!isObject(value)) return [];
  const [x, y, time, pressure] = ["x", "y", "time", "pressure"].map((name) => at(value, name));
  if (!number(x ?? null) || !number(y ?? null) || !number(time ?? null) || !number(pressure ?? null)) return [];
  return [{ x: x as number, y: y as number, time: time as number, pressure: pressure as number }];
}

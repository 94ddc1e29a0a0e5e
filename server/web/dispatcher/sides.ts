/** Reading the two sides of a review. Pure. */

type Entry = Readonly<Record<string, unknown>>;

export interface Step {
  readonly key: string;
  /** `complete`, `arrive`, … */
  readonly action: string;
  /** Epoch ms; null when unknown. */
  readonly at: number | null;
  readonly grade: string;
  readonly reason: string;
}

export interface Disputed {
  readonly field: string;
  readonly office: unknown;
  readonly fieldValue: unknown;
}

export interface Sides {
  readonly office: readonly (readonly [field: string, value: unknown])[];
  readonly technicianId: string | null;
  readonly steps: readonly Step[];
  readonly signed: boolean;
  readonly disputed: readonly Disputed[];
}

const UNSAID: ReadonlySet<string> = new Set(["version", "completion_id"]);

export function sidesOf(sides: Entry): Sides {
  const office = Object.entries(entry(sides["office"])).filter(
    ([field, value]) => !UNSAID.has(field) && value !== null && value !== "",
  );
  return {
    office,
    technicianId: words(sides["technician_id"]) || null,
    steps: list(sides["operations"]).map(step),
    signed: words(sides["completion_id"]) !== "",
    disputed: Object.entries(entry(sides["disputed"])).map(([field, values]) => ({
      field: field.split("/")[0] ?? field,
      office: entry(values)["office"],
      fieldValue: entry(values)["field"],
    })),
  };
}

function step(operation: Entry, index: number): Step {
  const at = Date.parse(words(operation["at"]));
  return {
    key: words(operation["op_id"]) || String(index),
    action: words(operation["kind"]).replace(/^\w+\./, ""),
    at: Number.isNaN(at) ? null : at,
    grade: words(operation["grade"]),
    reason: words(operation["reason"]),
  };
}

/** The choices of a review in the order the server gives them. */
export function choicesOf(
  choices: Entry,
): readonly { readonly choice: string; readonly zh: string; readonly en: string }[] {
  return Object.entries(choices).map(([choice, said]) => ({
    choice,
    zh: words(entry(said)["zh"]),
    en: words(entry(said)["en"]),
  }));
}

function entry(value: unknown): Entry {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Entry) : {};
}

function list(value: unknown): readonly Entry[] {
  return Array.isArray(value) ? value.map(entry) : [];
}

function words(value: unknown): string {
  return typeof value === "string" ? value : "";
}

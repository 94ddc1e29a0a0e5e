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

/** A product of one side, with its warranty on the day of the work. */
export interface Product {
  readonly serial: string;
  readonly name: { readonly zh: string; readonly en: string };
  readonly warranty: { readonly zh: string; readonly en: string };
}

/** What a customer signed, for a job that the server does not hold. */
export interface Paper {
  readonly key: string;
  readonly text: string;
  readonly signer: string;
  /** Epoch ms; null when it is no date. */
  readonly finishedAt: number | null;
  readonly photos: number;
}

export interface Sides {
  readonly office: readonly (readonly [field: string, value: unknown])[];
  readonly technicianId: string | null;
  readonly steps: readonly Step[];
  readonly signed: boolean;
  /** The code of what is wrong with the signed completion; empty when nothing is. */
  readonly fault: string;
  readonly disputed: readonly Disputed[];
  /** Unit id → product, of either side. */
  readonly products: ReadonlyMap<string, Product>;
  readonly officeProduct: string | null;
  readonly fieldProduct: string | null;
  /** In the smallest unit of money. */
  readonly officePrice: number | null;
  readonly fieldPrice: number | null;
  /** Parts whose count is below zero. */
  readonly parts: readonly (readonly [part: string, count: number])[];
  readonly papers: readonly Paper[];
}

const UNSAID: ReadonlySet<string> = new Set(["version", "completion_id"]);

export function sidesOf(sides: Entry): Sides {
  const office = Object.entries(entry(sides["office"])).filter(
    ([field, value]) => !UNSAID.has(field) && value !== null && value !== "",
  );
  return {
    office,
    technicianId: words(sides["technician_id"]) || null,
    ...productsOf(entry(sides["products"])),
    officePrice: amount(entry(sides["price"])["office"]),
    fieldPrice: amount(entry(sides["price"])["field"]),
    parts: Object.entries(entry(sides["parts"])).map(([part, count]) => [part, amount(count) ?? 0] as const),
    steps: list(sides["operations"]).map(step),
    papers: list(sides["signed"]).map(paper),
    signed: words(sides["completion_id"]) !== "",
    fault: words(sides["fault"]),
    disputed: Object.entries(entry(sides["disputed"])).map(([field, values]) => ({
      field: field.split("/")[0] ?? field,
      office: entry(values)["office"],
      fieldValue: entry(values)["field"],
    })),
  };
}

function productsOf(products: Entry): Pick<Sides, "products" | "officeProduct" | "fieldProduct"> {
  const office = entry(products["office"]);
  const field = entry(products["field"]);
  const known = [office, field].filter((product) => words(product["unit_id"]) !== "");
  return {
    products: new Map(known.map((product) => [words(product["unit_id"]), productOf(product)])),
    officeProduct: words(office["unit_id"]) || null,
    fieldProduct: words(field["unit_id"]) || null,
  };
}

function productOf(product: Entry): Product {
  const said = entry(product["sentence"]);
  return {
    serial: words(product["serial"]),
    name: { zh: words(product["model_name"]), en: words(product["model_name_en"]) },
    warranty: { zh: words(said["zh"]), en: words(said["en"]) },
  };
}

function amount(value: unknown): number | null {
  return typeof value === "number" ? value : null;
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

function paper(signed: Entry, index: number): Paper {
  const finishedAt = Date.parse(words(signed["finished_at"]));
  return {
    key: words(signed["completion_id"]) || String(index),
    text: words(signed["text"]),
    signer: words(signed["signer"]),
    finishedAt: Number.isNaN(finishedAt) ? null : finishedAt,
    photos: amount(signed["photos"]) ?? 0,
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

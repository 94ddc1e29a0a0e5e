/** Parts of a job: what the office said it needs, what the product is made of, and what was used so far. Pure.
 *
 * The phone is not told what is on the van (the stock is counted on the server); so every part may be used, and a count
 * that goes below nothing there is a discrepancy for the office, not a refusal here.
 */
import type { Said, UnitPart } from "../phone/bodies";

export interface PartLine {
  readonly number: string;
  /** Empty: known by its number alone. */
  readonly name: Said;
  readonly needed: number;
  readonly used: number;
}

interface Listed {
  readonly parts_needed?: Readonly<Record<string, number>>;
  readonly parts_used: Readonly<Record<string, number>>;
}

/** Needed or used ones, the needed first; then the others that fit the product. */
export function partsOf(
  { parts_needed = {}, parts_used }: Listed,
  fitting: readonly UnitPart[],
): { readonly chosen: readonly PartLine[]; readonly others: readonly PartLine[] } {
  const names = new Map(fitting.map((part) => [part.part_number, { zh: part.name, en: part.name_en ?? "" }]));
  const line = (number: string): PartLine => ({
    number,
    name: names.get(number) ?? { zh: "", en: "" },
    needed: Object.hasOwn(parts_needed, number) ? (parts_needed[number] ?? 0) : 0,
    used: Object.hasOwn(parts_used, number) ? (parts_used[number] ?? 0) : 0,
  });
  const used = Object.keys(parts_used).filter((number) => parts_used[number] !== 0);
  const numbers = [...new Set([...Object.keys(parts_needed), ...used])];
  const chosen = new Set(numbers);
  return {
    chosen: numbers.map(line),
    others: [...names.keys()].filter((number) => !chosen.has(number)).map(line),
  };
}

/** A part number as it is sent; null when that is none. The limit is the operation's. */
export function partNumber(typed: string): string | null {
  const words = typed.normalize("NFKC").trim().replaceAll(/\s+/g, " ");
  return words === "" || Array.from(words).length > 60 ? null : words;
}

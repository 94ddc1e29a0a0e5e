/** Warranty terms in words. */
import { inLanguage, named } from "../../shared/text/language";
import type { Office } from "../office";
import { w } from "../text/words";
import type { Term } from "./warranty";

/** `main parts (Refrigerators)`: several terms of one name differ by the lines they are for. */
export function termWords(office: Office, term: Term): string {
  const lines = (term.product_lines ?? []).map(String).map((code) => {
    const line = office.lines.data?.find((one) => one.code === code);
    return line === undefined ? code : named(line);
  });
  const name = inLanguage(term.name);
  return lines.length === 0 ? name : w("warranty.term_of", { name, lines: lines.join(w("warranty.and")) });
}

/** A term has months, or days, or no end. */
export function termLength(term: Term): string {
  if (term.life === true) return w("warranty.life");
  const days = term.days ?? 0;
  return days > 0 ? w("measure.days", { n: days }) : w("warranty.months", { n: term.months ?? 0 });
}

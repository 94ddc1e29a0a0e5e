/** GS1 element strings: what stands in a GS1 DataMatrix, a GS1 QR code or a GS1-128 on a box. Two spellings: as a reader
 * hands them on (`01…21…`, variable ones ended by FNC1), and as people read them (`(01)…(21)…`). Pure.
 *
 * Source: GS1 General Specifications, section 3 (identifiers), figure 7.8.5-2 (lengths that need no FNC1). */
import { paddedGtin } from "./gtin";
import { valueFault, type Fault } from "./link";

export interface Elements {
  readonly gtin: string;
  readonly lot: string | null;
  readonly serial: string | null;
}

export type ReadElements =
  | { readonly ok: true; readonly value: Elements }
  | { readonly ok: false; readonly fault: Fault | "no_number" | "unreadable" };

const FNC1 = "\u001d";
/** What some readers put in front: the symbology's identifier. */
const SYMBOLOGY = /^\](?:C1|d2|Q3|e0|J1)/;
/** Digits after the first two of an identifier that needs no FNC1 (for 31nn and 41n some belong to its name). */
const FIXED: Readonly<Record<string, number>> = {
  ...{ "00": 18, "01": 14, "02": 14, "03": 14, "04": 16, "11": 6, "12": 6, "13": 6, "14": 6, "15": 6, "16": 6 },
  ...{ "17": 6, "18": 6, "19": 6, "20": 2, "31": 8, "32": 8, "33": 8, "34": 8, "35": 8, "36": 8, "41": 14 },
};

/** Whether the text is one, right or wrong; other texts are none of our business. */
export function isElementString(text: string): boolean {
  if (SYMBOLOGY.test(text) || text.startsWith(FNC1)) return true;
  if (/^\(\d{2,4}\)/.test(text)) return true;
  return /^01\d{14}(?:$|[12]\d)/.test(text.replaceAll(FNC1, "")) && paddedGtin(text.slice(2, 16)).ok;
}

export function parseElements(text: string): ReadElements {
  const bare = text.replace(SYMBOLOGY, "");
  const found = bare.startsWith("(") ? bracketed(bare) : strung(bare);
  if (found === null) return { ok: false, fault: "unreadable" };
  const number = found.get("01");
  if (number === undefined) return { ok: false, fault: "no_number" };
  const gtin = number.length === 14 ? paddedGtin(number) : ({ ok: false, fault: "gtin_length" } as const);
  if (!gtin.ok) return gtin;
  const [lot, serial] = [found.get("10") ?? null, found.get("21") ?? null];
  const wrong = (lot === null ? null : valueFault(lot)) ?? (serial === null ? null : valueFault(serial));
  if (wrong !== null) return { ok: false, fault: wrong };
  return { ok: true, value: { gtin: gtin.value, lot, serial } };
}

/** `(01)…(21)…`: a bracket with two to four digits begins the next one. */
function bracketed(text: string): ReadonlyMap<string, string> | null {
  const found = new Map<string, string>();
  const marks = [...text.matchAll(/\((\d{2,4})\)/g)];
  for (const [index, mark] of marks.entries()) {
    const value = text.slice(mark.index + mark[0].length, marks[index + 1]?.index ?? text.length);
    const identifier = mark[1] ?? "";
    if (found.has(identifier)) return null;
    found.set(identifier, value);
  }
  return found;
}

function strung(text: string): ReadonlyMap<string, string> | null {
  const found = new Map<string, string>();
  let rest = withoutMark(text);
  while (rest !== "") {
    const identifier = identifierOf(rest);
    if (identifier === null || found.has(identifier)) return null;
    const after = rest.slice(identifier.length);
    const fixed = FIXED[identifier.slice(0, 2)];
    const length = fixed === undefined ? endOf(after) : fixed + 2 - identifier.length;
    const value = after.slice(0, length);
    if (value === "" || (fixed !== undefined && value.length < length)) return null;
    found.set(identifier, value);
    rest = withoutMark(after.slice(length));
  }
  return found;
}

const withoutMark = (text: string): string => (text.startsWith(FNC1) ? text.slice(1) : text);
const endOf = (text: string): number => (text.includes(FNC1) ? text.indexOf(FNC1) : text.length);

/** Two digits, three or four, as GS1 has laid them out; null for what is no identifier. */
function identifierOf(text: string): string | null {
  const digits = /^\d{2,4}/.exec(text)?.[0];
  if (digits === undefined) return null;
  const first = digits.slice(0, 2);
  const length =
    /^(?:3[1-69]|43|7[0-9]|8[0-2])/.test(first) && first !== "71" ? 4 : /^(?:2[3-5]|4[0-2]|71)/.test(first) ? 3 : 2;
  return digits.length < length ? null : digits.slice(0, length);
}

/** Numbers of products: GTINs, and a firm's own numbers of the same shape. Pure; held to the server's by
 * tests/vectors/codes.json. */

/** The 82 characters of a variant, a lot or a serial (GS1 General Specifications, figure 7.11-1), one at least. */
export const CHARACTER_SET_82 = /^[!"%-?A-Z_a-z]+$/;

export type GtinFault = "gtin_not_digits" | "gtin_length" | "gtin_all_zero" | "gtin_check_digit";
type Padded = { readonly ok: true; readonly value: string } | { readonly ok: false; readonly fault: GtinFault };

/** The mod-10 digit for the digits before it: weights 3, 1, 3, … counted from the right. */
export function checkDigit(body: string): string {
  const total = Array.from(body)
    .reverse()
    .reduce((sum, digit, place) => sum + Number(digit) * (place % 2 === 0 ? 3 : 1), 0);
  return String((10 - (total % 10)) % 10);
}

/** A GTIN-8, -12, -13 or -14 as people type it or a shop's bar code has it, padded to 14 digits. */
export function paddedGtin(text: string): Padded {
  if (!/^[0-9]+$/.test(text)) return { ok: false, fault: "gtin_not_digits" };
  if (![8, 12, 13, 14].includes(text.length)) return { ok: false, fault: "gtin_length" };
  if (/^0+$/.test(text)) return { ok: false, fault: "gtin_all_zero" };
  if (checkDigit(text.slice(0, -1)) !== text.at(-1)) return { ok: false, fault: "gtin_check_digit" };
  return { ok: true, value: text.padStart(14, "0") };
}

/** Whether these 14 digits are a firm's own number (a restricted circulation number), no GTIN. */
export function isOwn(gtin: string): boolean {
  return /^(?:002|004|02)/.test(gtin);
}

/** Amounts as people type and read them. Pure. One currency: the firm's. */
import type { Locale } from "./draft";

export const CURRENCY = "CNY";
const MOST_MINOR = 10 ** 10;

/** What was typed, in the smallest unit; null when it is no amount. Full-width digits and commas for thousands do. */
export function amountOf(typed: string): number | null {
  const words = typed
    .normalize("NFKC")
    .replaceAll(/[\s,¥元]/g, "")
    .replaceAll("。", ".");
  if (!/^\d{1,8}(\.\d{0,2})?$/.test(words)) return null;
  const minor = Math.round(Number(words) * 100);
  return minor <= MOST_MINOR ? minor : null;
}

/** As it is typed: `50.00`. */
export function typedAmount(minor: number): string {
  return (minor / 100).toFixed(2);
}

/** `CNY 1,250.00` · `1,250.00 元` */
export function moneyIn(locale: Locale, minor: number): string {
  const figures = (minor / 100).toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  return locale === "en" ? `${CURRENCY} ${figures}` : `${figures} 元`;
}

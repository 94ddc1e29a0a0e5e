/** Sizes in words: `4.1 MB`, `850 kB`, `0 bytes`; in thousands, as phones count their room. */
import { language } from "./language";

const STEPS = [
  { most: 1000, unit: "byte", size: 1, digits: 0, display: "long" },
  { most: 1_000_000, unit: "kilobyte", size: 1000, digits: 0, display: "short" },
  { most: 1_000_000_000, unit: "megabyte", size: 1_000_000, digits: 1, display: "short" },
  { most: Infinity, unit: "gigabyte", size: 1_000_000_000, digits: 1, display: "short" },
] as const;

export function bytesWords(bytes: number): string {
  const { unit, size, digits, display } = STEPS.find(({ most }) => bytes < most) ?? STEPS[3];
  const options: Intl.NumberFormatOptions = {
    style: "unit",
    unit,
    unitDisplay: display,
    maximumFractionDigits: digits,
  };
  return new Intl.NumberFormat(language.value === "en" ? "en-GB" : "zh-CN", options).format(bytes / size);
}

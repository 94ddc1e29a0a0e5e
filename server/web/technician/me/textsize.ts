/** Three sizes of text, by the size of the root: every measure of the look is told in it. Remembered on this phone. */
import { signal } from "@preact/signals";

export const TEXT_SIZES = ["normal", "large", "largest"] as const;
export type TextSize = (typeof TEXT_SIZES)[number];

const KEPT_AS = "onsite.text-size";

export function readTextSize(kept: string | null): TextSize {
  return TEXT_SIZES.find((size) => size === kept) ?? "normal";
}

export const textSize = signal<TextSize>(readTextSize(localStorage.getItem(KEPT_AS)));

export function chooseTextSize(size: TextSize): void {
  localStorage.setItem(KEPT_AS, size);
  textSize.value = size;
  applyTextSize();
}

/** The style sheet knows the sizes. */
export function applyTextSize(): void {
  document.documentElement.dataset["textSize"] = textSize.peek();
}

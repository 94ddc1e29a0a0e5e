/** The present, in one place: every clock on a page reads this and moves together. */
import { signal } from "@preact/signals";

const STEP_MS = 15_000; // nothing we show is finer than a minute

/** Epoch milliseconds, moved every 15 seconds and whenever the page is looked at again. */
export const now = signal(Date.now());

function tick(): void {
  now.value = Date.now();
}

export function startClock(): void {
  setInterval(tick, STEP_MS);
  document.addEventListener("visibilitychange", tick);
}

/** How long to wait before trying again. Pure: chance comes in as an argument. */

const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/** Milliseconds before attempt `failures` + 1; doubled each time, and spread so that a thousand phones do not return
 * to a restarted server in the same second. `chance`: 0 ≤ chance < 1. */
export function backoff(failures: number, chance: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 10));
  return Math.round(full / 2 + (full / 2) * chance);
}

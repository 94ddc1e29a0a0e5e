/** The device's clock: what it says, and since when its readings can be compared.
 *
 * The monotonic reading is `performance.now()`: ms since this page was loaded. It never jumps; yet many browsers let it
 * stand still while the device sleeps. So a boot, the span in which readings are compared and graded `exact`, ends
 * - with the page: a reload begins a new one. `performance.timeOrigin` does not help: it is read from the wall clock,
 *   once per process, so a clock that was set in between would pass unseen;
 * - when the wall clock has gained on the monotonic one by more than `TOLERANCE_MS`: the device slept, or its clock was
 *   set forward, and there is no telling which.
 * A wall clock that was set back ends nothing: sleep cannot look like that, and the monotonic readings still hold.
 * A sleep hidden by a clock set back at the same time goes unnoticed; the server finds it by its own anchors.
 *
 * So work done on one page and sent from another (a reload, a second tab) is graded `estimated`, from the wall clocks of
 * both moments, unless a push from the first page has given the server an anchor for it (`Replica.anchor`).
 */
import type { FieldTime } from "./operation";
import { uuid7 } from "./uuid7";

export const TOLERANCE_MS = 2_000;

export interface Clocks {
  readonly wall: () => number;
  readonly monotonic: () => number;
  readonly newBoot: () => string;
}

export function deviceClock(clocks: Clocks = OURS): () => FieldTime {
  let boot_id = clocks.newBoot();
  let least = Infinity; // how far the wall clock was ahead of the monotonic one, at its least in this boot
  return () => {
    const wall_ms = Math.floor(clocks.wall());
    const monotonic_ms = Math.floor(clocks.monotonic());
    const ahead = wall_ms - monotonic_ms;
    if (ahead > least + TOLERANCE_MS) {
      boot_id = clocks.newBoot();
      least = ahead;
    }
    least = Math.min(least, ahead);
    return { wall_ms, monotonic_ms, boot_id };
  };
}

const OURS: Clocks = { wall: () => Date.now(), monotonic: () => performance.now(), newBoot: () => uuid7() };

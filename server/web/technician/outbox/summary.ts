/** What waits on this phone, in numbers and in a few words. */
import type { Operation } from "../../shared/replica";
import { bytesWords } from "../../shared/text/bytes";
import { t } from "../../shared/text/language";
import type { Photo } from "../photos/photo";
import { WANTS_A_PERSON } from "../uploads/order";

/** `photos`, `bytes`: signed, and not received by the office yet. */
export interface WaitingSummary {
  readonly steps: number;
  readonly photos: number;
  readonly bytes: number;
}

export function waitingSummary(waiting: readonly Operation[], photos: Iterable<Photo>): WaitingSummary {
  const signed = [...photos].filter(({ state }) => state === "signed");
  return {
    steps: waiting.length,
    photos: signed.length,
    bytes: signed.reduce((sum, { size, sent }) => sum + Math.max(0, size - sent), 0),
  };
}

/** `3 steps, 2 photos, 4.1 MB`; "" when nothing waits. */
export function waitingWords({ steps, photos, bytes }: WaitingSummary): string {
  const words = [
    ...(steps === 0 ? [] : [t("handing.steps", { n: steps })]),
    ...(photos === 0 ? [] : [t("handing.photos", { n: photos }), bytesWords(bytes)]),
  ];
  return words.reduce((all, each) => (all === "" ? each : t("handing.and", { all, each })), "");
}

/** Whether all that waits are photos that no further try would bring in: somebody has to look at them. */
export function isStuck(waiting: readonly Operation[], photos: Iterable<Photo>): boolean {
  const signed = [...photos].filter(({ state }) => state === "signed");
  const stuck = signed.filter(({ trouble }) => trouble !== null && WANTS_A_PERSON.has(trouble));
  return waiting.length === 0 && stuck.length > 0 && stuck.length === signed.length;
}

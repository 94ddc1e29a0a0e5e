/** What waits on this phone, in a few words; "" when nothing does. */
import { useComputed } from "@preact/signals";
import { isStuck, waitingSummary, waitingWords } from "./outbox/summary";
import type { Phone } from "./phone/phone";

export function useWaits(phone: Phone): string {
  return useComputed(() => waitsOf(phone)).value;
}

export function waitsOf(phone: Phone): string {
  return waitingWords(waitingSummary(phone.waiting.value, phone.photos.photos.value.values()));
}

/** Whether only photos wait that the office will not take. */
export function waitsInVain(phone: Phone): boolean {
  return isStuck(phone.waiting.value, phone.photos.photos.value.values());
}

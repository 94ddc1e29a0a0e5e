/** What customers wait for, in the order in which somebody has to see to it. Pure. */
import type { CustomerAsk, OutboxMessage, ServiceRequest } from "../../shared/api/types";

/** A list as far as it was read; `more`: there are others after these. */
export interface Listed<T> {
  readonly items: readonly T[];
  readonly more: boolean;
}

/** What is of use no more is left out; what soon ends comes first, then what has waited longest. */
export function byUse(messages: readonly OutboxMessage[], now: number): readonly OutboxMessage[] {
  const end = (message: OutboxMessage): number =>
    message.expires_at === null ? Infinity : Date.parse(message.expires_at);
  return messages
    .filter((message) => end(message) > now)
    .sort((a, b) => compared(end(a), end(b)) || a.made_at.localeCompare(b.made_at));
}

const DAY_MS = 86_400_000;

/** Until when there is a hurry, epoch ms: a message that is of use for less than a day; null where there is none. */
export function hurryOf(message: OutboxMessage, now: number): number | null {
  const end = message.expires_at === null ? Infinity : Date.parse(message.expires_at);
  return end - now < DAY_MS ? end : null;
}

/** Two that never end are equal; their difference would be no number. */
function compared(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

export function asksOf(jobId: string, asks: readonly CustomerAsk[]): readonly CustomerAsk[] {
  return asks.filter((ask) => ask.job_id === jobId && ask.settled_at === null);
}

type Part = ServiceRequest["preferred_part"];

/** When a customer would like somebody to come, for the caller to put into words; null: they did not say. */
export function wishOf(day: string | null, part: Part): { readonly day: string | null; readonly part: Part } | null {
  return day === null && part === "any" ? null : { day, part };
}

export interface Place {
  readonly lat: number;
  readonly lon: number;
}

const PLACE = /^\(?\s*(-?\d{1,2}(?:\.\d+)?)°?\s*[,，;；\s]\s*(-?\d{1,3}(?:\.\d+)?)°?\s*\)?$/;

/** `31.2304, 121.4737` as maps copy it; null for anything that is no place. */
export function readPlace(typed: string): Place | null {
  const found = PLACE.exec(typed.trim());
  if (found === null) return null;
  const [lat, lon] = [Number(found[1]), Number(found[2])];
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : null;
}

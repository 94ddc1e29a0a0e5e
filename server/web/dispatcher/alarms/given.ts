/** Alarms that a colleague gave to somebody: each giving is told once, also when it came while nobody was at the desk. */
import type { Alarm } from "../../shared/api/types";
import type { Seen } from "./alarms";

export interface Gift {
  /** Of the giving: an alarm that went back and is given anew is told anew. */
  readonly id: string;
  readonly alarm: Alarm;
}

// Bodies that the feed has held since before alarms could be given lack the field, hence `typeof` and not `null`.
export function giftsTo(userId: string, alarms: readonly Alarm[]): readonly Gift[] {
  return alarms
    .filter((alarm) => alarm.taken_by === userId && typeof alarm.given_by === "string")
    .map((alarm) => ({ id: `${alarm.id} ${alarm.taken_at ?? ""}`, alarm }));
}

const keptAs = (userId: string): string => `onsite.desk.given.${userId}`;

/** Those told before on this machine. Never null: what was given while the desk was closed is news when it opens. */
export function toldTo(userId: string, storage: Storage): NonNullable<Seen> {
  try {
    const kept: unknown = JSON.parse(storage.getItem(keptAs(userId)) ?? "[]");
    return new Set(Array.isArray(kept) ? kept.filter((id) => typeof id === "string") : []);
  } catch {
    return new Set();
  }
}

/** Only what is still theirs is kept, so that it never grows. */
export function keepTold(userId: string, gifts: readonly Gift[], storage: Storage): void {
  try {
    storage.setItem(keptAs(userId), JSON.stringify(gifts.map(({ id }) => id)));
  } catch {
    // told again after a reload
  }
}

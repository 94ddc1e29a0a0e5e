/** Matters that a colleague gave to somebody: each giving is told once, also when it came while nobody was at the desk. */
import type { Seen } from "./alarms";
import type { Matter } from "./hands";

export interface Gift {
  /** Of the giving: a matter that went back and is given anew is told anew. */
  readonly id: string;
  readonly matter: Matter;
}

export function giftsTo(userId: string, matters: readonly Matter[]): readonly Gift[] {
  return matters
    .filter(({ holder, givenBy }) => holder === userId && givenBy !== null)
    .map((matter) => ({ id: `${matter.id} ${matter.since ?? ""}`, matter }));
}

/** The lists that matters come in. Each is remembered by itself: one that could not be read says of none that it ended. */
export type Kind = "promises" | "scans" | "reactions";

const keptAs = (userId: string, kind: Kind): string => `onsite.desk.given.${kind}.${userId}`;

/** Those told before on this machine. Never null: what was given while the desk was closed is news when it opens. */
export function toldTo(userId: string, kind: Kind, storage: Storage): NonNullable<Seen> {
  try {
    const kept: unknown = JSON.parse(storage.getItem(keptAs(userId, kind)) ?? "[]");
    return new Set(Array.isArray(kept) ? kept.filter((id) => typeof id === "string") : []);
  } catch {
    return new Set();
  }
}

/** Only what is still theirs is kept, so that it never grows. */
export function keepTold(userId: string, kind: Kind, gifts: readonly Gift[], storage: Storage): void {
  try {
    storage.setItem(keptAs(userId, kind), JSON.stringify(gifts.map(({ id }) => id)));
  } catch {
    // told again after a reload
  }
}

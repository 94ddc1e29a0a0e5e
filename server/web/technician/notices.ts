/** What the sync bar has to say beside the connection: the most pressing thing first. Pure. */
import type { Keeping } from "../shared/replica";
import type { Room, Trouble } from "./phone/phone";

/** A clock further off than this misleads people; smaller differences are the network's. */
export const CLOCK_MS = 180_000;
/** Below this a day's photos may find no place. */
export const ROOM_LOW = 60_000_000;

export interface Facts {
  readonly trouble: Trouble | null;
  readonly room: Room | null;
  readonly keeping: Keeping;
  readonly clockAhead: number | null;
  /** Something waits that is nowhere but on this phone. */
  readonly waits: boolean;
}

export type NoticeKind =
  | { readonly kind: Trouble | "evictable" }
  | { readonly kind: "room_low"; readonly left: number }
  | { readonly kind: "clock"; readonly ahead: number };

export function pressing({ trouble, room, keeping, clockAhead, waits }: Facts): NoticeKind | null {
  if (trouble !== null) return { kind: trouble };
  const left = room === null ? Infinity : Math.max(0, room.allowed - room.used);
  if (left < ROOM_LOW) return { kind: "room_low", left };
  if (clockAhead !== null && Math.abs(clockAhead) > CLOCK_MS) return { kind: "clock", ahead: clockAhead };
  if (keeping === "evictable" && waits) return { kind: "evictable" };
  return null;
}

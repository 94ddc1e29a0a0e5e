/** How far a signed completion has come: which photos are here, and why it is not sealed yet. Pure. */
import type { Completion } from "../../shared/api/types";

export interface Arrivals {
  readonly all: number;
  readonly received: number;
  readonly missing: number;
  /** Since when the missing ones are waited for, epoch ms; null when none is missing. */
  readonly since: number | null;
}

/** Photos are waited for from the moment the completion that names them came in. */
export function arrivalsOf({ photos, received_at }: Pick<Completion, "photos" | "received_at">): Arrivals {
  const received = photos.filter((photo) => photo.received_at !== null).length;
  const missing = photos.length - received;
  return { all: photos.length, received, missing, since: missing === 0 ? null : Date.parse(received_at) };
}

/** `held`: it did not hold, so it is not sealed. `photos`: some are missing. `soon`: all is here. `altered`: what is kept
 * is not what was signed any more, and could not be sealed. */
export type Standing = "sealed" | "altered" | "held" | "photos" | "soon";

export function standingOf(completion: Completion): Standing {
  if (completion.seal) return completion.seal.fault ? "altered" : "sealed";
  if (!completion.valid) return "held";
  return arrivalsOf(completion).missing > 0 ? "photos" : "soon";
}

/** Whether something more is to come, so that it is worth asking again. */
export function isWaiting(completion: Completion): boolean {
  const standing = standingOf(completion);
  if (standing === "photos" || standing === "soon") return true;
  if (completion.photos.some(({ state }) => state === "awaited" || state === "received")) return true;
  return standing === "sealed" && hasReport(completion) && (completion.report ?? "making") === "making";
}

/** What was signed gets a report of its own; an addendum goes into another edition of that. */
export function hasReport({ kind }: Completion): boolean {
  return kind !== "addendum";
}

/** Steps through the photos that can be looked at; stays where it is at either end. */
export function stepped(digests: readonly string[], at: string, by: number): string {
  const here = digests.indexOf(at);
  return digests[Math.min(digests.length - 1, Math.max(0, here + by))] ?? at;
}

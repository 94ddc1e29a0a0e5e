/** What became of an enrolment code, and how long it has left. Pure. */
import type { EnrolmentCode } from "../api/types";

export type Fate = "open" | "used" | "withdrawn" | "over";

export function fateOf({ used_at: used, withdrawn_at: withdrawn }: EnrolmentCode): Fate {
  if (used !== null && used !== undefined) return "used";
  return withdrawn !== null && withdrawn !== undefined ? "withdrawn" : "open";
}

/** `14:59`, rounded up, so that it reads 0:00 only when it is over. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** What a unit's card says today, on a phone that may not have been told anything for days. Pure: the day comes in. */
import type { Said, UnitCard, UnitNotice } from "../phone/bodies";

/** `ended`: the card still says covered, but its term is over by the phone's own day. */
export type CoverState = "covered" | "not_covered" | "ended";

export interface Cover {
  readonly state: CoverState;
  readonly sentence: Said;
  readonly until: string | null;
  readonly onSite: boolean;
  /** Components that are judged otherwise than the whole. */
  readonly otherwise: readonly { readonly name: Said; readonly covered: boolean; readonly until: string | null }[];
}

/** `today`: the day here, `2026-11-07`. */
export function coverOf({ verdict }: UnitCard, today: string): Cover {
  const good = stands(verdict, today);
  const otherwise = verdict.lines
    .map((line) => ({ component: line.component, name: line.name, covered: stands(line, today), until: line.until }))
    .filter((line) => line.component !== "whole_unit" && line.covered !== good);
  return {
    state: good ? "covered" : verdict.covered ? "ended" : "not_covered",
    sentence: verdict.sentence,
    until: verdict.until,
    onSite: verdict.on_site,
    otherwise,
  };
}

/** Covered on the last day, too; without a last day for life. */
function stands(
  { covered, until }: { readonly covered: boolean; readonly until: string | null },
  today: string,
): boolean {
  return covered && (until === null || until >= today);
}

/** Notices that still ask for something, recalls first; those that are done come last. */
export function noticesOf(card: UnitCard | undefined): readonly UnitNotice[] {
  const weight = (notice: UnitNotice): number => (notice.served ? 2 : notice.kind === "recall" ? 0 : 1);
  return [...(card?.notices ?? [])].sort((one, other) => weight(one) - weight(other));
}

/** Whether the unit is to be called back, and was not yet. */
export function recalled(card: UnitCard | undefined): boolean {
  return (card?.notices ?? []).some((notice) => notice.kind === "recall" && !notice.served);
}

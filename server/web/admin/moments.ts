/** Instants of records in words: always with their year, as they may be years old. In the viewer's zone. */
import { t } from "../shared/text/language";
import { clockTime, fromLocalInput, plainDate, span, toDateInput, toLocalInput } from "../shared/time/format";

/** `7 Nov 2026 09:30`; a dash for none. */
export function moment(iso: string | null | undefined): string {
  if (iso === null || iso === undefined) return "—";
  const at = Date.parse(iso);
  return `${plainDate(toDateInput(at))} ${clockTime(at)}`;
}

export function day(iso: string | null | undefined): string {
  if (iso === null || iso === undefined) return "—";
  return iso.length === 10 ? plainDate(iso) : plainDate(toDateInput(Date.parse(iso)));
}

export function seconds(length: number): string {
  return span(length * 1000);
}

/** A promise's length: in whole hours up to three days, as it is promised. */
export function length(promised: number): string {
  const whole = promised % 3_600 === 0 && promised <= 3 * 86_400;
  return whole ? t("time.hours_only", { h: promised / 3_600 }) : seconds(promised);
}

/** What a `datetime-local` entry means on the wire; null for one that was left empty, undefined for nonsense. */
export function wired(entered: string): string | null | undefined {
  if (entered.trim() === "") return null;
  const at = fromLocalInput(entered);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

export function entry(iso: string | null | undefined): string {
  return iso === null || iso === undefined ? "" : toLocalInput(Date.parse(iso));
}

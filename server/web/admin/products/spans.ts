/** Ranges of serials and of days of manufacture, as notices and parts name units. Pure but for the words. As
 * `span_fault` of the server's rules. */
import type { Check } from "../forms/checks";
import { w } from "../text/words";

export interface Span {
  readonly serial_from: string;
  readonly serial_to: string;
  readonly made_from: string;
  readonly made_to: string;
}

/** By the field it stands at. */
export function spanFaults(span: Span): Readonly<Record<"serial_to" | "made_to", Check>> {
  const [first, last] = [span.serial_from.trim(), span.serial_to.trim()];
  const apart = first.length !== last.length || first > last;
  const backwards = span.made_to !== "" && span.made_to < span.made_from;
  return {
    serial_to: first + last !== "" && apart ? w("notice.serials_apart") : undefined,
    made_to: backwards ? w("notice.ends_early") : undefined,
  };
}

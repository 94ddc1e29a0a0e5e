/** The fault codes of a product. Pure. */
import type { FaultCode } from "../../shared/api/types";

/** Those of its line, or of its model alone, which go first (docs/sync-protocol.md, Records): a code that the model has of
 * its own hides the line's. `typed`: how the code begins, as a hurried thumb writes it. */
export function faultsOf(
  faults: Iterable<FaultCode>,
  { model_id, line_code }: { readonly model_id: string; readonly line_code: string },
  typed: string,
): readonly FaultCode[] {
  const found = new Map<string, FaultCode>();
  for (const fault of faults) {
    if (fault.retired || fault.line_code !== line_code) continue;
    if (fault.model_id !== null && fault.model_id !== model_id) continue;
    const known = found.get(fault.code);
    if (known === undefined || (known.model_id === null && fault.model_id !== null)) found.set(fault.code, fault);
  }
  const begins = plain(typed);
  return [...found.values()]
    .filter((fault) => plain(fault.code).startsWith(begins))
    .sort((one, other) => one.code.localeCompare(other.code, "en", { numeric: true }));
}

const plain = (code: string): string => code.normalize("NFKC").toUpperCase().replaceAll(/[\s-]/g, "");

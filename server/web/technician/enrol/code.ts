/** The desk's code for setting up a phone, as it stands in an address or a person types it. Pure, but for `offered`. */
import { signal } from "@preact/signals";

const NAMED = "#enrol=";

/** The code that this address bears behind its `#`, which no server and no log has seen; null when there is none. */
export function codeIn(address: string): string | null {
  try {
    const { hash } = new URL(address, location.origin);
    if (!hash.startsWith(NAMED)) return null;
    const code = decodeURIComponent(hash.slice(NAMED.length)).trim();
    return code === "" || code.length > 40 ? null : code;
  } catch {
    return null;
  }
}

/** As the desk shows it: four and four and four; what is no such code stays as it is. */
export function grouped(code: string): string {
  const plain = code.replaceAll(/[\s-]/g, "").toUpperCase();
  return /^[0-9A-Z]{12}$/.test(plain) ? plain.replaceAll(/(.{4})(?=.)/g, "$1-") : code;
}

/** The code this page was opened with, until it is used or put aside. */
export const offered = signal<string | null>(null);

/** Takes it out of the address at once: it is not to stay in the history, nor to be shared with the address. */
export function takeOffered(): void {
  const code = codeIn(location.href);
  if (code === null) return;
  offered.value = code;
  history.replaceState(null, "", location.pathname + location.search);
}

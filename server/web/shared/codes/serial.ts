/** Serials as people type and read them. Pure; held to server/products/rules/serial.py by tests/vectors/codes.json. */
import { valueFault } from "./link";

const OWN_SERIAL = /^[0-9A-HJKMNP-TV-Z]{16}$/;
const LOOK_ALIKES: Readonly<Record<string, string>> = { O: "0", I: "1", L: "1" };
const GAPS = /[ \-\u2010-\u2013\u00a0\u3000]/g;

/** A serial of our own making: sixteen of Crockford's 32 characters. */
export function isOwnSerial(serial: string): boolean {
  return OWN_SERIAL.test(serial);
}

/** What a person meant: gaps dropped, case and look-alikes folded, where that makes one of our own serials; else only the
 * ends trimmed, for a serial of another maker keeps its case and its O's. */
export function typedSerial(typed: string): string {
  const folded = loose(typed);
  return isOwnSerial(folded) ? folded : typed.trim();
}

/** For comparing what was typed off a worn plate: no gaps, no case, no look-alikes. */
export function loose(serial: string): string {
  return serial
    .toUpperCase()
    .replaceAll(GAPS, "")
    .replaceAll(/[OIL]/g, (each) => LOOK_ALIKES[each] ?? each);
}

/** Our own serial in fours for reading aloud; another maker's as it is. */
export function grouped(serial: string): string {
  return isOwnSerial(serial) ? (serial.match(/.{4}/g) ?? []).join(" ") : serial;
}

/** Whether a code could carry it: what the server takes as a scanned serial. */
export function isCodeSerial(serial: string): boolean {
  return valueFault(serial) === null;
}

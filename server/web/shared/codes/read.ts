/** What a code that a camera saw, or a person typed, is to us. Pure. */
import { isElementString, parseElements } from "./elements";
import { paddedGtin } from "./gtin";
import { parseLink, type Fault } from "./link";

/** A single product's code. */
export interface UnitCode {
  readonly gtin: string;
  readonly serial: string;
}

/** Pages of ours that other codes lead to: a signed report, a customer's job, a phone's enrolment. */
export type OurPage = "report" | "customer" | "enrolment";

export type Reading =
  | { readonly kind: "unit"; readonly code: UnitCode }
  /** A product's number without a serial: a model's link, or the bar code that a shop scans. */
  | { readonly kind: "number"; readonly gtin: string; readonly shop: boolean }
  /** Meant as a product's code, and broken. */
  | { readonly kind: "broken"; readonly fault: Fault | "no_number" | "unreadable"; readonly text: string }
  /** One of our own pages, but no product's code. */
  | { readonly kind: "page"; readonly page: OurPage }
  | { readonly kind: "foreign"; readonly what: "link" | "text"; readonly text: string };

/** Symbols that shops scan: digits only, and never a serial. */
const SHOP = new Set(["ean_13", "ean_8", "upc_a", "upc_e", "itf"]);
const MEANT = /\/(?:01|OWN)\/[0-9]{6}/;
const LONGEST = 4296; // characters of the largest QR code

/** `format`: the symbol's name as BarcodeDetector has it; empty for what was typed. `host`: our own server's. */
export function readCode(text: string, format = "", host = ""): Reading {
  const bare = text.slice(0, LONGEST + 1).trim();
  if (isElementString(bare)) return fromElements(bare);
  const link = parseLink(bare);
  if (link.ok) {
    const { gtin, serial } = link.value;
    return serial === null ? { kind: "number", gtin, shop: false } : { kind: "unit", code: { gtin, serial } };
  }
  if (/^https?:/i.test(bare) || bare.startsWith("/")) {
    if (MEANT.test(bare)) return { kind: "broken", fault: link.fault, text: shown(bare) };
    const page = /^https?:/i.test(bare) ? ourPage(bare, host) : null;
    return page === null ? { kind: "foreign", what: "link", text: shown(bare) } : { kind: "page", page };
  }
  const number = paddedGtin(bare);
  if (number.ok && (SHOP.has(format) || bare.length >= 12)) return { kind: "number", gtin: number.value, shop: true };
  return { kind: "foreign", what: "text", text: shown(bare) };
}

function fromElements(text: string): Reading {
  const read = parseElements(text);
  if (!read.ok) return { kind: "broken", fault: read.fault, text: shown(text) };
  const { gtin, serial } = read.value;
  return serial === null ? { kind: "number", gtin, shop: false } : { kind: "unit", code: { gtin, serial } };
}

function ourPage(text: string, host: string): OurPage | null {
  try {
    const url = new URL(text);
    if (url.host !== host) return null;
    if (url.pathname.startsWith("/verify/")) return "report";
    if (url.hash.startsWith("#enrol=")) return "enrolment";
    return url.pathname.startsWith("/j/") ? "customer" : null;
  } catch {
    return null;
  }
}

/** Characters that would move or hide what stands beside them; a label may hold any. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]+/gu;
const SHOWN = 80;

/** A stranger's text as it may stand on our page: one line, nothing that hides or turns it round, not long. */
export function shown(text: string): string {
  const calm = Array.from(text.replaceAll(HIDDEN, " ").replaceAll(/\s+/g, " ").trim());
  return calm.length > SHOWN ? `${calm.slice(0, SHOWN - 1).join("")}…` : calm.join("");
}

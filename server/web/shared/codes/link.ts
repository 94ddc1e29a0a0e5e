/** GS1 Digital Link as the server reads it (server/products/rules/digital_link.py, docs/codes.md): the same grammar, the
 * same first fault from the left. Held to it by tests/vectors/codes.json. Pure. */
import { CHARACTER_SET_82, isOwn, paddedGtin } from "./gtin";

/** The first fault of a code, reading from the left: the codes that docs/codes.md lists. */
export type Fault =
  | "too_long"
  | "bad_character"
  | "bad_percent_encoding"
  | "bad_host"
  | "fragment"
  | "empty_segment"
  | "not_a_digital_link"
  | "restricted_number"
  | "not_restricted"
  | "gtin_not_digits"
  | "gtin_length"
  | "gtin_not_14"
  | "gtin_check_digit"
  | "gtin_all_zero"
  | "unknown_qualifier"
  | "qualifier_without_value"
  | "qualifier_doubled"
  | "qualifier_out_of_order"
  | "qualifier_not_combined"
  | "value_too_long"
  | "qualifier_in_query"
  | "unknown_identifier_in_query"
  | "parameter_doubled";

/** What a code names, checked and decoded. `gtin`: 14 digits, a GTIN or a firm's own number. */
export interface Link {
  readonly gtin: string;
  readonly cpv: string | null;
  readonly lot: string | null;
  readonly serial: string | null;
  readonly third_party: string | null;
  /** Lower case; null for a path alone. */
  readonly host: string | null;
  readonly stem: string;
}

/** A value, or the fault that there is none. */
export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: Fault };

const MAX_LENGTH = 2048;
/** Identifier → longest value; the first three in their legal order. */
const QUALIFIERS = new Map([
  ["22", 20],
  ["10", 20],
  ["21", 20],
  ["235", 28],
]);
const RANK = ["22", "10", "21", "235"];
const KEYS = new Set(["01", "OWN"]);
/** Attributes that GS1 allows in the query of a GTIN's link. */
const ATTRIBUTE =
  /^(?:02|1[1-7]|20|30|37|9\d|24[0-3]|25[01]|3[1-6]\d\d|39[0-5]\d|40[03]|41[0-7]|42[0-7]|43\d\d|70\d\d|71\d|72\d\d|80(?:01|02|05|07|08|09|12|20|26|30)|811[0-2]|8200)$/;
const ORIGIN = /^https?:\/\/((?:[a-z0-9][a-z0-9.-]*|\[[0-9a-f:.]+\])(?::\d{1,5})?)(?=[/?]|$)/i;
const PATH_RAW = /^[A-Za-z0-9\-._~!$&'()*+,;=:@%]*$/;
const HEX = /^[0-9A-Fa-f]{2}/;
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
// eslint-disable-next-line no-control-regex -- all of ASCII, controls included
const ASCII = /^[\u0000-\u007f]*$/;

const fault = (name: Fault): { readonly ok: false; readonly fault: Fault } => ({ ok: false, fault: name });
const fine = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });

/** A path (`/01/…`, `/OWN/…`) or an http(s) address. */
export function parseLink(text: string): Read<Link> {
  if (text.length > MAX_LENGTH && Array.from(text).length > MAX_LENGTH) return fault("too_long");
  if (!ASCII.test(text) || CONTROL.test(text) || text.includes(" ")) return fault("bad_character");
  if (text.includes("#")) return fault("fragment");
  const origin = text.startsWith("/") ? null : ORIGIN.exec(text);
  if (origin === null && !text.startsWith("/")) return fault("bad_host");
  const rest = text.slice(origin?.[0].length ?? 0);
  const [path, query] = parted(rest, "?");
  const named = parsePath(path);
  if (!named.ok) return named;
  const wrong = queryFault(query);
  if (wrong !== null) return fault(wrong);
  return fine({ ...named.value, host: origin?.[1]?.toLowerCase() ?? null });
}

function parsePath(path: string): Read<Omit<Link, "host">> {
  const segments = path.split("/").slice(1);
  const place = placeOfKey(segments);
  if (place === null) return fault("not_a_digital_link");
  if (segments.includes("")) return fault("empty_segment");
  const gtin = numberOf(segments[place] ?? "", segments[place + 1] ?? "");
  if (!gtin.ok) return gtin;
  const found = qualifiersOf(segments.slice(place + 2));
  if (!found.ok) return found;
  const of = (key: string): string | null => found.value.get(key) ?? null;
  const stem = segments
    .slice(0, place)
    .map((each) => `/${each}`)
    .join("");
  return fine({ gtin: gtin.value, cpv: of("22"), lot: of("10"), serial: of("21"), third_party: of("235"), stem });
}

/** A stem of the firm's own may come before the key: the first that is followed by something like a number. */
function placeOfKey(segments: readonly string[]): number | null {
  const places = segments.slice(0, -1).flatMap((segment, place) => (KEYS.has(segment) ? [place] : []));
  return places.find((place) => /^[0-9]{8}/.test(segments[place + 1] ?? "")) ?? places[0] ?? null;
}

function numberOf(key: string, segment: string): Read<string> {
  const padded = paddedGtin(segment);
  if (!padded.ok) return padded;
  if (segment.length !== 14) return fault("gtin_not_14");
  const own = isOwn(padded.value);
  if ((own ? "OWN" : "01") !== key) return fault(own ? "restricted_number" : "not_restricted");
  return padded;
}

function qualifiersOf(segments: readonly string[]): Read<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (let place = 0; place < segments.length; place += 2) {
    const key = segments[place] ?? "";
    const wrong = orderFault(key, found);
    if (wrong !== null) return fault(wrong);
    const raw = segments[place + 1];
    if (raw === undefined) return fault("qualifier_without_value");
    const value = decodedValue(key, raw);
    if (!value.ok) return value;
    found.set(key, value.value);
  }
  return fine(found);
}

function orderFault(key: string, found: ReadonlyMap<string, string>): Fault | null {
  if (!QUALIFIERS.has(key)) return "unknown_qualifier";
  if (found.has(key)) return "qualifier_doubled";
  if (found.size > 0 && (key === "235" || found.has("235"))) return "qualifier_not_combined";
  if ([...found.keys()].some((before) => RANK.indexOf(before) > RANK.indexOf(key))) return "qualifier_out_of_order";
  return null;
}

function decodedValue(key: string, raw: string): Read<string> {
  if (!PATH_RAW.test(raw)) return fault("bad_character");
  const [first = "", ...encoded] = raw.split("%");
  let value = first;
  for (const piece of encoded) {
    if (!HEX.test(piece)) return fault("bad_percent_encoding");
    value += String.fromCharCode(parseInt(piece.slice(0, 2), 16)) + piece.slice(2);
  }
  const wrong = valueFault(value, QUALIFIERS.get(key) ?? 0);
  return wrong === null ? fine(value) : fault(wrong);
}

/** What keeps a decoded value from being one of up to `most` characters. */
export function valueFault(value: string, most = 20): Fault | null {
  if (value === "") return "qualifier_without_value";
  if (!CHARACTER_SET_82.test(value) || value === "." || value === "..") return "bad_character";
  return value.length > most ? "value_too_long" : null;
}

function queryFault(query: string): Fault | null {
  const before = new Set<string>();
  for (const item of query.split("&").filter((each) => each !== "")) {
    const [rawName, rawValue] = parted(item, "=");
    const [name, value] = [decodedParameter(rawName), decodedParameter(rawValue)];
    if (name === null || value === null) return "bad_percent_encoding";
    if (CONTROL.test(name) || CONTROL.test(value)) return "bad_character";
    const wrong = numericNameFault(name, before);
    if (wrong !== null) return wrong;
    before.add(name);
  }
  return null;
}

function numericNameFault(name: string, before: ReadonlySet<string>): Fault | null {
  if (!/^[0-9]+$/.test(name)) return null;
  if (name === "01" || QUALIFIERS.has(name)) return "qualifier_in_query";
  if (!ATTRIBUTE.test(name)) return "unknown_identifier_in_query";
  return before.has(name) ? "parameter_doubled" : null;
}

/** Form-decoded UTF-8; null where an escape is broken. */
function decodedParameter(raw: string): string | null {
  try {
    return decodeURIComponent(raw.replaceAll("+", " ")); // as strict as we must be: broken escapes and overlong UTF-8 throw
  } catch {
    return null;
  }
}

function parted(text: string, separator: string): readonly [string, string] {
  const place = text.indexOf(separator);
  return place < 0 ? [text, ""] : [text.slice(0, place), text.slice(place + separator.length)];
}

/** The path of a unit's or a number's page on our own server. */
export function pathOf(gtin: string, serial: string | null): string {
  const number = `/${isOwn(gtin) ? "OWN" : "01"}/${gtin}`;
  return serial === null ? number : `${number}/21/${quoted(serial)}`;
}

const quoted = (value: string): string =>
  encodeURIComponent(value).replaceAll(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);

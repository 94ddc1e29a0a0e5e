/** What the customer signs, and what is added to it later: built, made canonical and signed on the device.
 *
 * Twin of offline_sync/replica/manifest.py; tests/vectors/manifest.json holds both to the same bytes. What the server
 * would hold for a person, because it breaks a limit, is refused here, while the customer is still there to sign again.
 */
import canonicalize from "canonicalize";
import { at, isObject, type Json, type JsonObject } from "./json";
import type { FieldTime } from "./operation";

export const FORM = 2;
/** As schemas/evidence.py has them; tests hold the two together. */
export const MAX_POINTS = 20_000;
export const MAX_BYTES = 640 * 1024;
export const MAX_PHOTOS = 40;
const MAX_DEPTH = 30;
const MAX_PHOTO_BYTES = 50_000_000;
const PHOTO_TYPES = new Set<Json>(["image/jpeg", "image/png", "image/webp", "image/heic"]);
/** Text → least and most characters; one with a least of 0 may be left out. */
const LENGTHS = {
  job_id: [1, 36],
  text: [1, 20_000],
  finished_at: [1, 40],
  made_at: [1, 40],
  extends: [64, 64],
  name: [1, 120],
  role: [0, 60],
  reason: [1, 400],
  note: [0, 4000],
  caption: [0, 200],
  taken_at: [0, 40],
} as const;

const PRESSURE = 1000;
const TENTHS = 10;
/** From here on a whole number is written with an exponent, and read as a float again. */
const EXPONENT = 1e21;

/** x and y in tenths of a CSS pixel, milliseconds since the first point, pressure in thousandths. */
export type Point = [x: number, y: number, ms: number, pressure: number];
export type Strokes = Point[][];

export interface NamedPhoto {
  readonly sha256: string;
  readonly size: number;
  readonly media_type: string;
  readonly taken_at?: string;
  readonly caption?: string;
}

export interface Anchor {
  readonly server_ms: number;
  readonly reading: FieldTime;
}

/** What was done and shown, as `schemas.evidence.Manifest` names it; what is null is left out. Either `signer` and
 * `strokes`, or a `refusal`. */
export interface Facts {
  readonly job_id: string;
  readonly text: string;
  readonly locale: "zh-CN" | "en";
  readonly finished_at: string;
  readonly signer?: { readonly name: string; readonly role?: string } | null;
  readonly strokes?: Strokes | null;
  readonly refusal?: {
    readonly reason: string;
    readonly witness?: { readonly name: string; readonly role?: string; readonly strokes?: Strokes };
  } | null;
  readonly photos?: readonly NamedPhoto[];
  readonly finish?: FieldTime | null;
  readonly arrival?: { readonly at: string; readonly reading?: FieldTime } | null;
  readonly anchors?: readonly Anchor[];
  readonly report?: Readonly<JsonObject>;
  readonly checklist?: Readonly<JsonObject>;
  readonly conduct?: boolean | null;
  readonly parts?: Readonly<Record<string, number>>;
  readonly fees?: readonly { readonly name?: string; readonly amount_minor: number; readonly currency?: string }[];
  readonly position?: { readonly lat: number; readonly lon: number; readonly accuracy_m?: number } | null;
  readonly rating?: number | null;
}

/** What is added to what was signed, as `schemas.evidence.Addendum` names it. `extends`: the digest of that. */
export interface Addition {
  readonly job_id: string;
  readonly extends: string;
  readonly made_at: string;
  readonly locale?: "zh-CN" | "en";
  readonly note?: string;
  readonly photos?: readonly NamedPhoto[];
  readonly reading?: FieldTime | null;
  readonly anchors?: readonly Anchor[];
}

export interface Signs {
  sign(payload: Uint8Array<ArrayBuffer>): Promise<string>;
}

/** It cannot be signed so. `code`: as the server would say it. */
export class ManifestRefused extends Error {
  override readonly name = "ManifestRefused";

  constructor(
    readonly code: string,
    text: string,
  ) {
    super(text);
  }
}

// ---- what a phone asks for: the arguments of an operation, in one call

/** Arguments of `job.complete`. Throws ManifestRefused. */
export async function complete(facts: Facts, key: Signs): Promise<JsonObject> {
  return await signed(manifestOf({ ...facts, outcome: "completed" }), key);
}

/** Arguments of `job.cannot_complete`, with what the customer signs of it. `cause`: what stops the promise's clock.
 * Throws ManifestRefused. */
export async function cannotComplete(facts: Facts, reason: string, key: Signs, cause?: string): Promise<JsonObject> {
  const statement = await signed(manifestOf({ ...facts, outcome: "cannot_complete", reason }), key);
  return { reason, ...(cause === undefined ? {} : { cause }), ...statement };
}

/** Arguments of `job.addendum`. Throws ManifestRefused. */
export async function addendum(facts: Addition, key: Signs): Promise<JsonObject> {
  const said = present(facts);
  const note = at(said, "note");
  if ((note === null || note === "") && photosOf(said).length === 0)
    throw new ManifestRefused("manifest_invalid", "an addendum has a note or photos");
  checkTexts(said, "job_id", "extends", "made_at", "note");
  checkPhotos(said);
  return await signed({ ...said, form: FORM }, key);
}

/** The manifest with the device's signature over its canonical JSON. Throws ManifestRefused. */
export async function signed(manifest: JsonObject, key: Signs): Promise<JsonObject> {
  return { manifest, signature: await key.sign(canonical(manifest)) };
}

// Keeps C-3 of docs/sync-protocol.md.
/** RFC 8785. Throws ManifestRefused for what has no such form, or reads as another number afterwards. */
export function canonical(manifest: JsonObject): Uint8Array<ArrayBuffer> {
  checkValues(manifest, MAX_DEPTH);
  const made = new TextEncoder().encode(canonicalize(manifest) ?? "");
  if (made.length > MAX_BYTES)
    throw new ManifestRefused("manifest_too_large", `${made.length} bytes; at most ${MAX_BYTES}`);
  return made;
}

/** SHA-256 of the canonical manifest: what an addendum `extends`. */
export function digest(manifest: JsonObject): Promise<string> {
  return sha256(canonical(manifest));
}

export async function sha256(content: BufferSource): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// ---- what goes into it

export interface PadPoint {
  readonly x: number;
  readonly y: number;
  readonly time: number;
  readonly pressure: number;
}

/** A pad's strokes (CSS pixels, milliseconds, pressure from 0 to 1) as whole numbers. */
export function strokes(pad: readonly (readonly PadPoint[])[]): Strokes {
  const begun = pad.flat().reduce((least, { time }) => Math.min(least, time), Infinity);
  return pad
    .filter((stroke) => stroke.length > 0)
    .map((stroke) =>
      stroke.map(({ x, y, time, pressure }) => [
        rounded(x * TENTHS),
        rounded(y * TENTHS),
        rounded(time - begun),
        Math.min(Math.max(rounded(pressure * PRESSURE), 0), PRESSURE),
      ]),
    );
}

/** A photo as a manifest names it: by its original bytes. */
export async function photo(
  content: Uint8Array<ArrayBuffer>,
  media_type: string,
  taken_at = "",
  caption = "",
): Promise<NamedPhoto> {
  const named = { sha256: await sha256(content), size: content.length, media_type };
  return { ...named, ...(taken_at === "" ? {} : { taken_at }), ...(caption === "" ? {} : { caption }) };
}

/** Halves go up. */
function rounded(value: number): number {
  return Math.floor(value + 0.5) + 0; // no -0
}

function manifestOf(facts: object): JsonObject {
  const said = present(facts);
  checkTexts(said, "job_id", "text", "finished_at");
  if (at(said, "reason") !== null) checkTexts(said, "reason");
  checkPhotos(said);
  checkSigning(said);
  const rating = at(said, "rating");
  if (rating !== null && ![1, 2, 3, 4, 5].includes(rating as number))
    throw new ManifestRefused("manifest_invalid", "a rating is 1 to 5");
  return { ...said, form: FORM, photos: photosOf(said) };
}

function present(facts: object): JsonObject {
  const told = Object.entries(facts as Record<string, Json | undefined>);
  return Object.fromEntries(told.filter((each): each is [string, Json] => each[1] !== null && each[1] !== undefined));
}

function photosOf(said: JsonObject): Json[] {
  const photos = at(said, "photos");
  return Array.isArray(photos) ? photos : [];
}

function checkTexts(said: JsonObject, ...names: (keyof typeof LENGTHS)[]): void {
  for (const name of names) {
    const [least, most] = LENGTHS[name];
    const text = at(said, name) ?? "";
    const length = typeof text === "string" ? Array.from(text).length : -1;
    if (length < least || length > most)
      throw new ManifestRefused("manifest_invalid", `${name} has ${least} to ${most} characters`);
  }
}

function checkPhotos(said: JsonObject): void {
  const photos = photosOf(said);
  if (photos.length > MAX_PHOTOS) throw new ManifestRefused("manifest_invalid", `at most ${MAX_PHOTOS} photos`);
  for (const photo of photos.filter(isObject)) {
    checkTexts(photo, "caption", "taken_at");
    const size = at(photo, "size") as number;
    if (!PHOTO_TYPES.has(at(photo, "media_type")) || !(size > 0 && size <= MAX_PHOTO_BYTES))
      throw new ManifestRefused("manifest_invalid", "a photo of another type, or too large");
  }
}

// Keeps C-5 and C-9 of docs/sync-protocol.md.
/** Either a name with strokes or a refusal; never both, never neither. */
function checkSigning(said: JsonObject): void {
  const drawn = strokesIn(said).some((stroke) => stroke.length > 0);
  const named = at(said, "signer") !== null;
  const refusal = at(said, "refusal");
  if (isObject(refusal) ? drawn || named : !(drawn && named))
    throw new ManifestRefused("manifest_unsigned", "either signer and strokes, or a refusal");
  const witness = isObject(refusal) ? at(refusal, "witness") : null;
  if (isObject(refusal)) checkTexts(refusal, "reason");
  for (const person of [at(said, "signer"), witness]) if (isObject(person)) checkTexts(person, "name", "role");
  const all = [...strokesIn(said), ...(isObject(witness) ? strokesIn(witness) : [])];
  const points = all.reduce((sum, stroke) => sum + stroke.length, 0);
  if (points > MAX_POINTS) throw new ManifestRefused("strokes_too_many", `${points} points; at most ${MAX_POINTS}`);
}

function strokesIn(holder: JsonObject): Json[][] {
  const drawn = at(holder, "strokes");
  return Array.isArray(drawn) ? drawn.filter((stroke): stroke is Json[] => Array.isArray(stroke)) : [];
}

/** Characters that no text may hold (docs/sync-protocol.md, "Limits"). With `u` a surrogate matches where it is alone. */
const FORBIDDEN =
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]/u;

function checkValues(value: Json, levels: number): void {
  if (typeof value === "string") checkText(value);
  else if (typeof value === "number") checkNumber(value);
  else if (value === null || typeof value === "boolean") return;
  else if (levels === 0) throw new ManifestRefused("nested_too_deep", `nested more than ${MAX_DEPTH} deep`);
  else if (Array.isArray(value)) for (const inner of value) checkValues(inner, levels - 1);
  else if (isObject(value)) checkMembers(value, levels - 1);
  else throw new ManifestRefused("manifest_invalid", `${typeof value} is no JSON`);
}

function checkMembers(value: JsonObject, levels: number): void {
  for (const [name, inner] of Object.entries(value)) {
    checkText(name);
    checkValues(inner, levels);
  }
}

function checkText(text: string): void {
  const found = FORBIDDEN.exec(text)?.[0].codePointAt(0);
  if (found !== undefined)
    throw new ManifestRefused("text_forbidden_character", `U+${found.toString(16).toUpperCase().padStart(4, "0")}`);
}

function checkNumber(value: number): void {
  if (!Number.isFinite(value)) throw new ManifestRefused("number_not_finite", "a number is not finite");
  const size = Math.abs(value);
  if (size > Number.MAX_SAFE_INTEGER && size < EXPONENT)
    throw new ManifestRefused("manifest_invalid", `${value} cannot be told from its neighbours`);
}

/** What was signed, read off a manifest. Pure. One that is held may have any shape: what does not fit is left out. */

type Entry = Readonly<Record<string, unknown>>;

export interface Somebody {
  readonly name: string;
  /** `customer`, `family`, …, or words of the technician; empty when not said. */
  readonly role: string;
}

/** The customer did not sign. */
export interface Refusal {
  readonly reason: string;
  readonly witness: Witness | null;
}

export interface Witness extends Somebody {
  readonly strokes: unknown;
}

export interface Signed {
  /** What was shown and signed, to the letter; of an addendum its note. Empty when the manifest holds none. */
  readonly text: string;
  /** The language of the text. */
  readonly locale: string;
  readonly signer: Somebody | null;
  readonly refusal: Refusal | null;
  /** Why the work could not be completed; empty when it was. */
  readonly reason: string;
  /** By the phone's clock: epoch ms, or the words in its place when they are no instant; null when not said. */
  readonly finishedAt: number | string | null;
  /** 1 to 5. */
  readonly rating: number | null;
  /** Whether the customer confirmed the conduct on site; null when not asked. */
  readonly conduct: boolean | null;
  readonly strokes: unknown;
  /** Digest → the photo as it was signed, in that order. */
  readonly photos: ReadonlyMap<string, SignedPhoto>;
}

export interface SignedPhoto {
  /** Epoch ms; null when not said. */
  readonly takenAt: number | null;
  readonly caption: string;
}

export function signedIn(manifest: Entry): Signed {
  const refusal = entry(manifest["refusal"]);
  const { conduct } = manifest;
  return {
    text: words(manifest["text"]) || words(manifest["note"]),
    locale: words(manifest["locale"]),
    signer: somebody(manifest["signer"]),
    refusal: refusal && { reason: words(refusal["reason"]), witness: witness(refusal["witness"]) },
    reason: words(manifest["reason"]),
    finishedAt: instantOrWords(words(manifest["finished_at"]) || words(manifest["made_at"])),
    rating: rating(manifest["rating"]),
    conduct: typeof conduct === "boolean" ? conduct : null,
    strokes: manifest["strokes"],
    photos: new Map(list(manifest["photos"]).map(photo)),
  };
}

function somebody(value: unknown): Somebody | null {
  const one = entry(value);
  const name = words(one?.["name"]).trim();
  return name === "" ? null : { name, role: words(one?.["role"]).trim() };
}

function witness(value: unknown): Witness | null {
  const one = somebody(value);
  return one && { ...one, strokes: entry(value)?.["strokes"] };
}

function instantOrWords(said: string): number | string | null {
  if (said === "") return null;
  const at = Date.parse(said);
  return Number.isNaN(at) ? said : at;
}

function rating(value: unknown): number | null {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 5 ? value : null;
}

function photo(value: unknown): readonly [string, SignedPhoto] {
  const one = entry(value);
  const at = Date.parse(words(one?.["taken_at"]));
  return [words(one?.["sha256"]), { takenAt: Number.isNaN(at) ? null : at, caption: words(one?.["caption"]) }];
}

/** As they were taken, which is how they were signed; what the signature does not name comes last. */
export function inSignedOrder<T extends { readonly sha256: string }>(
  photos: readonly T[],
  signed: Signed["photos"],
): readonly T[] {
  const order = [...signed.keys()];
  const place = ({ sha256 }: T): number => (signed.has(sha256) ? order.indexOf(sha256) : order.length);
  return [...photos].sort((a, b) => place(a) - place(b));
}

function entry(value: unknown): Entry | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Entry) : null;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function words(value: unknown): string {
  return typeof value === "string" ? value : "";
}

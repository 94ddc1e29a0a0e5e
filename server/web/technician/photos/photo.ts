/** A photo of a job, from being taken to being sealed. Pure. */
import type { Code } from "../../shared/api/problem";
import { isObject } from "../../shared/replica/json";
import type { Judged, NamedPhoto, Operation } from "../../shared/replica";

/** `draft`: nothing signed names it. `signed`: it is, and the office waits for it. `received`: the office has it.
 * `sealed`: what named it is sealed, so that the phone may forget its bytes. */
export type PhotoState = "draft" | "signed" | "received" | "sealed";

/** `sha256`, `size`, `media_type`: of the bytes that are signed, or will be. `smaller`: those are not the camera's own,
 * which has `original_size`. `chosen`: the next statement names it. `op_id`: of the operation that names it. `sent`: bytes
 * the office has of it. `trouble`: what the office said against it. */
export interface Photo {
  readonly id: string;
  readonly job_id: string;
  readonly state: PhotoState;
  readonly chosen: boolean;
  readonly sha256: string;
  readonly size: number;
  readonly media_type: string;
  readonly taken_at: string;
  readonly caption: string;
  readonly smaller: boolean;
  readonly original_size: number;
  readonly op_id: string | null;
  readonly sent: number;
  readonly trouble: Code | null;
  /** There is a small picture of it. */
  readonly pictured: boolean;
}

/** As schemas/evidence.py has them. */
export const MOST_PHOTOS = 40;
export const MOST_BYTES = 50_000_000;
export const CAPTION_CHARACTERS = 200;
/** What a server takes unless it says otherwise (`ONSITE_PHOTO_LIMIT`). */
export const USUAL_LIMIT = 20 * 1024 * 1024;

/** Why a photo was not kept, or not changed; nothing was. */
export type PhotoRefusal =
  | { readonly code: "type" | "unreadable" | "twice" | "named" | "superseded" | "not_kept" }
  | { readonly code: "many"; readonly most: number }
  | { readonly code: "large"; readonly size: number; readonly most: number }
  /** `missing`: bytes to make free; null when the browser does not say. */
  | { readonly code: "full"; readonly size: number; readonly missing: number | null };

export function inOrder(photos: Iterable<Photo>): Photo[] {
  return [...photos].sort((one, other) => (one.id < other.id ? -1 : 1)); // UUIDv7: as they were taken
}

/** As a manifest names them. */
export function namedPhotos(photos: Iterable<Photo>): NamedPhoto[] {
  return inOrder(photos)
    .filter(({ state, chosen }) => state === "draft" && chosen)
    .map(({ sha256, size, media_type, taken_at, caption }) => ({
      ...{ sha256, size, media_type, taken_at },
      ...(caption === "" ? {} : { caption }),
    }));
}

const HEIC_BRANDS = new Set(["heic", "heix", "hevc", "hevx", "mif1", "msf1"]);

/** The kind of picture by its first bytes, as the server judges it: names and types that come with it say nothing. */
export function mediaTypeOf(content: Uint8Array): string | null {
  const text = (from: number, to: number): string => String.fromCharCode(...content.subarray(from, to));
  if (content[0] === 0xff && content[1] === 0xd8 && content[2] === 0xff) return "image/jpeg";
  if (text(0, 8) === "\x89PNG\r\n\x1a\n") return "image/png";
  if (text(0, 4) === "RIFF" && text(8, 12) === "WEBP") return "image/webp";
  return text(4, 8) === "ftyp" && HEIC_BRANDS.has(text(8, 12)) ? "image/heic" : null;
}

/** Without what no signed text may hold (docs/sync-protocol.md, "Limits"), and not too long. */
export function cleanCaption(said: string): string {
  const seen = said.replaceAll(/[\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/gu, " ");
  return Array.from(seen.trim()).slice(0, CAPTION_CHARACTERS).join("");
}

/** What was signed on this phone and names photos. `standing`: `waiting` for the office, `taken` by it (whatever it
 * decided), or `refused`, so that it counts for nothing. */
export interface Statement {
  readonly op_id: string;
  readonly job_id: string;
  readonly standing: "waiting" | "taken" | "refused";
  readonly code: string | null;
  readonly digests: ReadonlySet<string>;
}

const SIGNED_KINDS = new Set(["job.complete", "job.cannot_complete", "job.addendum"]);

/** Of everything the phone still keeps, in the order the person worked. */
export function statementsOf(judged: readonly Judged[], pending: readonly Operation[]): Statement[] {
  const waiting = new Set(pending.map(({ op_id }) => op_id));
  const heard = judged
    .filter(({ operation }) => !waiting.has(operation.op_id))
    .flatMap(({ operation, outcome: { status, code } }) =>
      statement(operation, status === "rejected" ? "refused" : "taken", code),
    );
  return [...heard, ...pending.flatMap((operation) => statement(operation, "waiting", null))];
}

function statement(operation: Operation, standing: Statement["standing"], code: string | null): Statement[] {
  const { kind, op_id, record, args } = operation;
  const manifest = args["manifest"];
  if (!SIGNED_KINDS.has(kind) || !isObject(manifest)) return [];
  const photos = manifest["photos"];
  const named = (Array.isArray(photos) ? photos : []).filter(isObject).map((photo) => photo["sha256"]);
  const digests = new Set(named.filter((digest) => typeof digest === "string"));
  return [{ op_id, job_id: record.id, standing, code, digests }];
}

/** How far a statement is at the office; by `GET /evidence/handed-in`. `code`: by which anyone verifies it. */
export interface HandedIn {
  readonly op_id: string;
  readonly job_id: string;
  readonly kind: string;
  readonly valid: boolean;
  readonly fault: string | null;
  readonly received_at: string;
  readonly sealed_at: string | null;
  readonly code: string | null;
  readonly photos: readonly {
    readonly sha256: string;
    readonly state: "awaited" | "received" | "ready" | "refused";
    readonly code: string | null;
  }[];
}

const THIRTY_DAYS_MS = 30 * 24 * 60 * 60 * 1000;

/** The photo in the light of what is signed on this phone; the same object when nothing changed. */
export function inLightOf(photo: Photo, statements: readonly Statement[], now_ms: number): Photo {
  if (photo.state === "received" || photo.state === "sealed") return photo;
  const naming = statements.filter(({ job_id, digests }) => job_id === photo.job_id && digests.has(photo.sha256));
  const counts = naming.findLast(({ standing }) => standing !== "refused");
  if (counts !== undefined) return changed(photo, { state: "signed", op_id: counts.op_id });
  const refused = naming.at(-1);
  if (refused?.op_id === photo.op_id) return changed(photo, { state: "draft", op_id: null, sent: 0, trouble: null });
  // What named it was taken back before anybody saw it; a phone forgets what it keeps only after 30 days.
  if (photo.op_id !== null && refused === undefined && now_ms - madeAt(photo.op_id) < THIRTY_DAYS_MS)
    return changed(photo, { state: "draft", op_id: null, sent: 0, trouble: null });
  return photo;
}

/** The photo in the light of what the office says of what named it. `kept`: its bytes are still on the phone. */
export function asHandedIn(photo: Photo, { photos, sealed_at }: HandedIn, kept: boolean): Photo {
  const there = photos.find(({ sha256 }) => sha256 === photo.sha256);
  if (there === undefined || photo.state === "draft") return photo;
  const trouble = there.code as Code | null;
  if (there.state !== "awaited")
    return changed(photo, { state: sealed_at === null ? "received" : "sealed", sent: photo.size, trouble });
  // It had it, and has it no more: it came back from a backup.
  return photo.state === "received" && kept ? changed(photo, { state: "signed", sent: 0, trouble: null }) : photo;
}

function changed(photo: Photo, to: Partial<Photo>): Photo {
  const differs = Object.entries(to).some(([name, value]) => photo[name as keyof Photo] !== value);
  return differs ? { ...photo, ...to } : photo;
}

/** Epoch ms in a UUIDv7. */
function madeAt(op_id: string): number {
  const ms = Number.parseInt(op_id.replaceAll("-", "").slice(0, 12), 16);
  return Number.isNaN(ms) ? 0 : ms;
}

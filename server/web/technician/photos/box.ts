/** The photos of one person on this phone: a database of their own, shared by all tabs, whole whenever one is killed.
 *
 * Bytes are kept as ArrayBuffers: Safari has lost Blobs of IndexedDB. They go when what named them is sealed, not
 * before; nothing that is named by something signed can be taken away by hand.
 */
import { signal, type ReadonlySignal } from "@preact/signals";
import { Dexie, type Table } from "dexie";
import { NoStorage, room, StorageFull, type NamedPhoto, type Replica } from "../../shared/replica";
import { storageFault } from "../../shared/replica/faults";
import { sha256 } from "../../shared/replica/manifest";
import { uuid7 } from "../../shared/replica/uuid7";
import * as photo from "./photo";
import type { HandedIn, Photo, PhotoRefusal, Statement } from "./photo";
import { shrink, SMALL_BYTES, thumbnailOf, type Picture, type Shrink } from "./shrink";

export type { HandedIn, Photo, PhotoRefusal } from "./photo";

export type Taken =
  { readonly ok: true; readonly photo: Photo } | { readonly ok: false; readonly refusal: PhotoRefusal };
export type Done = { readonly ok: true } | { readonly ok: false; readonly refusal: PhotoRefusal };

/** What it hears of operations: a replica's. */
export type Worked = Pick<Replica, "pending" | "judged" | "watch">;

export interface PhotoBox {
  /** By id, of all jobs, in the order they were taken; the same in every tab. */
  readonly photos: ReadonlySignal<ReadonlyMap<string, Photo>>;
  /** What was signed on this phone, by op_id, once the office has it. */
  readonly handedIn: ReadonlySignal<ReadonlyMap<string, HandedIn>>;
  /** What was signed on this phone, the oldest first. */
  readonly statements: ReadonlySignal<readonly Statement[]>;
  of(job_id: string): readonly Photo[];
  /** Those that are chosen and not signed yet, ready for a manifest. */
  named(job_id: string): readonly NamedPhoto[];
  /** Keeps a photo, its original bytes included. `smaller`: as the person usually wants it, unless it is said. */
  take(job_id: string, file: Blob, smaller?: boolean): Promise<Taken>;
  caption(id: string, text: string): Promise<Done>;
  choose(id: string, chosen: boolean): Promise<Done>;
  resize(id: string, smaller: boolean): Promise<Done>;
  remove(id: string): Promise<Done>;
  /** The operation is kept, and names these. The box finds that by itself, too. */
  signed(op_id: string, job_id: string, digests: readonly string[]): Promise<void>;
  thumbnail(id: string): Promise<Blob | null>;
  /** The bytes that are signed, or will be; null once they are sealed and gone. */
  content(id: string): Promise<Blob | null>;

  // ---- for uploads
  /** Where its upload stands at the office; null: not begun. */
  uploadOf(id: string): Promise<string | null>;
  uploading(id: string, url: string | null): Promise<void>;
  progressed(id: string, sent: number, trouble?: Photo["trouble"]): Promise<void>;
  received(id: string): Promise<void>;
  heard(standing: readonly HandedIn[]): Promise<void>;
  /** Looks again at what is signed. */
  reconcile(): Promise<void>;
  close(): void;
}

interface Row extends Photo {
  readonly original_sha256: string;
  readonly original_type: string;
  readonly upload_url: string | null;
}

interface ContentRow {
  readonly id: string;
  readonly which: "original" | "smaller" | "thumbnail";
  readonly bytes: ArrayBuffer;
  readonly media_type: string;
}

/** One entry per schema version. Never edit one that has shipped. */
const SCHEMA = [{ photo: "id, job_id", content: "[id+which], id", statement: "op_id" }] as const;

const PREFERENCE = "onsite.photos.smaller";
const LIMIT = "onsite.photos.limit";

export interface BoxParts {
  readonly indexedDB?: IDBFactory;
  readonly IDBKeyRange?: typeof IDBKeyRange;
  readonly shrink?: Shrink;
  readonly thumbnailOf?: typeof thumbnailOf;
  readonly room?: typeof room;
}

/** Throws NoStorage and StorageFull. `worked`: the person's replica. */
export async function openPhotoBox(userId: string, worked: Worked, parts: BoxParts = {}): Promise<PhotoBox> {
  const db = new Dexie(`onsite-photos-${userId}`, {
    autoOpen: false,
    cache: "disabled",
    chromeTransactionDurability: "strict",
    ...(parts.indexedDB === undefined ? {} : { indexedDB: parts.indexedDB }),
    ...(parts.IDBKeyRange === undefined ? {} : { IDBKeyRange: parts.IDBKeyRange }),
  });
  for (const [index, stores] of SCHEMA.entries()) db.version(index + 1).stores({ ...stores });
  try {
    await db.open();
  } catch (fault) {
    const named = storageFault(fault);
    throw named instanceof StorageFull ? named : new NoStorage("this browser keeps no photos", { cause: fault });
  }
  const box = new Box(db, worked, parts);
  await box.reconcile();
  return box;
}

/** Whether photos are made smaller when they are taken. */
export function usuallySmaller(): boolean {
  return localStorage.getItem(PREFERENCE) !== "no";
}

export function preferSmaller(smaller: boolean): void {
  localStorage.setItem(PREFERENCE, smaller ? "yes" : "no");
}

/** Bytes of a photo that the office takes, as it said last (`Tus-Max-Size`). */
export function largest(): number {
  const said = Number(localStorage.getItem(LIMIT));
  return Math.min(photo.MOST_BYTES, said > 0 ? said : photo.USUAL_LIMIT);
}

export function rememberLargest(bytes: number): void {
  if (bytes > 0) localStorage.setItem(LIMIT, String(bytes));
}

const DONE: Done = { ok: true };

class Box implements PhotoBox {
  readonly photos = signal<ReadonlyMap<string, Photo>>(new Map());
  readonly handedIn = signal<ReadonlyMap<string, HandedIn>>(new Map());
  readonly statements = signal<readonly Statement[]>([]);
  readonly #db: Dexie;
  readonly #rows: Table<Row, string>;
  readonly #contents: Table<ContentRow, [string, string]>;
  readonly #statements: Table<HandedIn, string>;
  readonly #worked: Worked;
  readonly #parts: Required<Pick<BoxParts, "shrink" | "thumbnailOf" | "room">>;
  readonly #channel: BroadcastChannel | null;
  readonly #unwatch: () => void;
  #closed = false;
  #last_ms = 0;

  constructor(db: Dexie, worked: Worked, parts: BoxParts) {
    this.#db = db;
    this.#rows = db.table("photo");
    this.#contents = db.table("content");
    this.#statements = db.table("statement");
    this.#worked = worked;
    this.#parts = {
      shrink: parts.shrink ?? shrink,
      thumbnailOf: parts.thumbnailOf ?? thumbnailOf,
      room: parts.room ?? room,
    };
    this.#channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(db.name);
    this.#channel?.addEventListener("message", () => void this.#show());
    this.#unwatch = worked.watch(() => void this.reconcile().catch(() => undefined)); // the next change looks again
    db.on("versionchange", () => {
      this.close();
      return false; // a newer version of the app, in another tab, takes over; this one is told to reload
    });
  }

  of(job_id: string): readonly Photo[] {
    return [...this.photos.value.values()].filter((each) => each.job_id === job_id);
  }

  named(job_id: string): readonly NamedPhoto[] {
    return photo.namedPhotos(this.of(job_id));
  }

  // ---- what a person does

  async take(job_id: string, file: Blob, smaller = usuallySmaller()): Promise<Taken> {
    const read = await this.#read(job_id, file);
    if ("refusal" in read) return { ok: false, refusal: read.refusal };
    const { content, media_type, digest } = read;
    const most = largest();
    const tooLarge = content.byteLength > most;
    const made = smaller || tooLarge ? await this.#smaller(content, media_type, smaller ? SMALL_BYTES : most) : null;
    if (tooLarge && made === null) return refused({ code: "large", size: content.byteLength, most });
    const id = uuid7(this.#nextMs());
    const row: Row = {
      ...{ id, job_id, state: "draft", chosen: true, caption: "", op_id: null, sent: 0, trouble: null },
      pictured: false,
      ...{ sha256: digest, size: content.byteLength, media_type, taken_at: takenAt(file), smaller: false },
      ...{ original_sha256: digest, original_size: content.byteLength, original_type: media_type, upload_url: null },
      ...(made === null ? {} : await asSmaller(made)),
    };
    const original: ContentRow = { id, which: "original", bytes: content, media_type };
    const contents = made === null ? [original] : [original, { id, which: "smaller" as const, ...made }];
    const kept = await this.#keep(row, contents);
    if (kept.ok) await this.#makeThumbnail(id, made?.bytes ?? content, made?.media_type ?? media_type);
    return kept.ok ? { ok: true, photo: row } : kept;
  }

  caption(id: string, text: string): Promise<Done> {
    return this.#change(id, { caption: photo.cleanCaption(text) });
  }

  choose(id: string, chosen: boolean): Promise<Done> {
    return this.#change(id, { chosen });
  }

  async resize(id: string, smaller: boolean): Promise<Done> {
    const row = await this.#rows.get(id);
    const original = await this.#contents.get([id, "original"]);
    if (row === undefined || original === undefined) return refused({ code: "named" });
    if (row.smaller === smaller) return DONE;
    if (!smaller) {
      const most = largest();
      if (row.original_size > most) return refused({ code: "large", size: row.original_size, most });
      const { original_sha256, original_size: size, original_type: media_type } = row;
      return this.#change(id, { sha256: original_sha256, size, media_type, smaller }, (contents) =>
        contents.delete([id, "smaller"]),
      );
    }
    const made = await this.#smaller(original.bytes, original.media_type, SMALL_BYTES);
    if (made === null) return refused({ code: "unreadable" });
    return this.#change(id, await asSmaller(made), (contents) => contents.put({ id, which: "smaller", ...made }));
  }

  async remove(id: string): Promise<Done> {
    await this.reconcile();
    return this.#writing(async () => {
      const row = await this.#rows.get(id);
      if (row !== undefined && row.state !== "draft") return refused({ code: "named" });
      await this.#rows.delete(id);
      await this.#contents.where("id").equals(id).delete();
      return DONE;
    });
  }

  async signed(op_id: string, job_id: string, digests: readonly string[]): Promise<void> {
    await this.#writing(async () => {
      const rows = await this.#rows.where("job_id").equals(job_id).toArray();
      const named = rows.filter(({ sha256, state }) => state === "draft" && digests.includes(sha256));
      await this.#rows.bulkPut(named.map((row) => ({ ...row, state: "signed", op_id })));
      return DONE;
    });
  }

  async thumbnail(id: string): Promise<Blob | null> {
    return blobOf(await this.#contents.get([id, "thumbnail"]));
  }

  async content(id: string): Promise<Blob | null> {
    const row = await this.#rows.get(id);
    return blobOf(await this.#contents.get([id, row?.smaller === true ? "smaller" : "original"]));
  }

  // ---- what uploads do

  async uploadOf(id: string): Promise<string | null> {
    return (await this.#rows.get(id))?.upload_url ?? null;
  }

  async uploading(id: string, url: string | null): Promise<void> {
    await this.#writing(async () => {
      await this.#rows.update(id, { upload_url: url });
      return DONE;
    });
  }

  async progressed(id: string, sent: number, trouble: Photo["trouble"] = null): Promise<void> {
    await this.#writing(async () => {
      await this.#rows.where("id").equals(id).modify({ sent, trouble });
      return DONE;
    });
  }

  async received(id: string): Promise<void> {
    await this.#writing(async () => {
      const row = await this.#rows.get(id);
      if (row?.state === "signed")
        await this.#rows.put({ ...row, state: "received", sent: row.size, trouble: null, upload_url: null });
      return DONE;
    });
  }

  async heard(standing: readonly HandedIn[]): Promise<void> {
    await this.#writing(async () => {
      await this.#statements.bulkPut([...standing]);
      for (const one of standing) await this.#takeIn(one);
      return DONE;
    });
  }

  async #takeIn(one: HandedIn): Promise<void> {
    const rows = await this.#rows.where("job_id").equals(one.job_id).toArray();
    const ids = new Set(
      await this.#contents
        .where("id")
        .anyOf(rows.map(({ id }) => id))
        .primaryKeys()
        .then(bytesOf),
    );
    for (const row of rows.filter(({ op_id }) => op_id === one.op_id)) {
      const next = photo.asHandedIn(row, one, ids.has(row.id));
      if (next !== row) await this.#rows.put({ ...row, ...next });
      if (next.state === "sealed")
        await this.#contents.bulkDelete([
          [row.id, "original"],
          [row.id, "smaller"],
        ]);
    }
  }

  async reconcile(): Promise<void> {
    const [judged, pending] = await Promise.all([this.#worked.judged(), this.#worked.pending()]);
    if (this.#closed) return;
    const statements = photo.statementsOf(judged, pending);
    const now_ms = Date.now();
    const rows = await this.#rows.toArray();
    if (rows.some((row) => photo.inLightOf(row, statements, now_ms) !== row)) {
      await this.#writing(async () => {
        const fresh = await this.#rows.toArray();
        await this.#rows.bulkPut(fresh.map((row) => ({ ...row, ...photo.inLightOf(row, statements, now_ms) })));
        return DONE;
      });
    } else await this.#show();
    this.statements.value = statements;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#unwatch();
    this.#channel?.close();
    this.#db.close();
  }

  // ----

  /** Names sort by the moment, and no two by the same one. */
  #nextMs(): number {
    this.#last_ms = Math.max(Date.now(), this.#last_ms + 1);
    return this.#last_ms;
  }

  async #read(
    job_id: string,
    file: Blob,
  ): Promise<{ content: ArrayBuffer; media_type: string; digest: string } | { refusal: PhotoRefusal }> {
    const own = this.of(job_id);
    const drafts = own.filter(({ state }) => state === "draft").length;
    if (drafts >= photo.MOST_PHOTOS) return { refusal: { code: "many", most: photo.MOST_PHOTOS } };
    if (file.size > photo.MOST_BYTES)
      return { refusal: { code: "large", size: file.size, most: Math.min(photo.MOST_BYTES, largest()) } };
    const content = await file.arrayBuffer().catch(() => null);
    if (content === null || content.byteLength === 0) return { refusal: { code: "unreadable" } };
    const media_type = photo.mediaTypeOf(new Uint8Array(content, 0, Math.min(64, content.byteLength)));
    if (media_type === null) return { refusal: { code: "type" } };
    const digest = await sha256(content);
    const rows = await this.#rows.where("job_id").equals(job_id).toArray();
    if (rows.some((row) => row.original_sha256 === digest || row.sha256 === digest))
      return { refusal: { code: "twice" } };
    return { content, media_type, digest };
  }

  #smaller(content: ArrayBuffer, media_type: string, most: number): Promise<Picture | null> {
    return this.#parts.shrink(content, media_type, most).catch(() => null);
  }

  async #keep(row: Row, contents: readonly ContentRow[]): Promise<Done> {
    const all = contents.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
    const add = async (): Promise<Done> => {
      await this.#rows.add(row);
      await this.#contents.bulkAdd([...contents]);
      return DONE;
    };
    const kept = await this.#writing(add, all);
    if (kept.ok || kept.refusal.code !== "full" || !(await this.#makeRoom())) return kept;
    return await this.#writing(add, all);
  }

  /** Pictures of what is sealed can be looked at no more; whether there were any. */
  async #makeRoom(): Promise<boolean> {
    const sealed = (await this.#rows.toArray()).filter(({ state }) => state === "sealed").map(({ id }) => id);
    let freed = 0;
    await this.#writing(async () => {
      freed = await this.#contents.where("id").anyOf(sealed).delete();
      return DONE;
    });
    return freed > 0;
  }

  async #makeThumbnail(id: string, content: ArrayBuffer, media_type: string): Promise<void> {
    const bytes = await this.#parts.thumbnailOf(content, media_type).catch(() => null);
    if (bytes === null) return;
    await this.#writing(async () => {
      if ((await this.#rows.update(id, { pictured: true })) > 0)
        await this.#contents.put({ id, which: "thumbnail", bytes, media_type: "image/jpeg" });
      return DONE;
    });
  }

  #change(
    id: string,
    to: Partial<Row>,
    alongside?: (contents: Table<ContentRow, [string, string]>) => PromiseLike<unknown>,
  ): Promise<Done> {
    return this.#writing(async () => {
      const row = await this.#rows.get(id);
      if (row?.state !== "draft") return refused({ code: "named" });
      await this.#rows.put({ ...row, ...to });
      await alongside?.(this.#contents);
      return DONE;
    }, to.size);
  }

  /** One transaction over all tables; afterwards every tab shows what is there. `size`: what is to find room. */
  async #writing(step: () => Promise<Done>, size = 0): Promise<Done> {
    try {
      const done = await this.#db.transaction("rw", this.#db.tables, async () => await step());
      await this.#show();
      if (!this.#isClosed()) this.#channel?.postMessage(null);
      return done;
    } catch (fault) {
      if (this.#isClosed()) return refused({ code: "superseded" });
      if (storageFault(fault) instanceof StorageFull)
        return refused({ code: "full", size, missing: await this.#missing(size) });
      return refused({ code: "not_kept" });
    }
  }

  async #missing(size: number): Promise<number | null> {
    const found = await this.#parts.room();
    const missing = found === null ? 0 : size - Math.max(0, found.allowed - found.used);
    return missing > 0 ? missing : null; // where it says that there is room, it does not know
  }

  async #show(): Promise<void> {
    if (this.#closed) return;
    const [rows, standing] = await Promise.all([this.#rows.toArray(), this.#statements.toArray()]);
    if (this.#isClosed()) return;
    this.photos.value = new Map(photo.inOrder(rows).map((row) => [row.id, row]));
    this.handedIn.value = new Map(standing.map((one) => [one.op_id, one]));
  }

  #isClosed(): boolean {
    return this.#closed;
  }
}

function refused(refusal: PhotoRefusal): { readonly ok: false; readonly refusal: PhotoRefusal } {
  return { ok: false, refusal };
}

async function asSmaller({ bytes, media_type }: Picture): Promise<Partial<Row>> {
  return { sha256: await sha256(bytes), size: bytes.byteLength, media_type, smaller: true };
}

function blobOf(row: ContentRow | undefined): Blob | null {
  return row === undefined ? null : new Blob([row.bytes], { type: row.media_type });
}

/** Ids of photos whose bytes are there. */
function bytesOf(keys: [string, string][]): string[] {
  return keys.filter(([, which]) => which !== "thumbnail").map(([id]) => id);
}

/** When a file was made, as far as the browser says; else now. */
function takenAt(file: Blob): string {
  const made = (file as Partial<File>).lastModified ?? 0;
  const now_ms = Date.now();
  return new Date(made > 0 && made <= now_ms ? made : now_ms).toISOString();
}

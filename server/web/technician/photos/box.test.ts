import { IDBFactory, IDBKeyRange, IDBObjectStore as FDBObjectStore } from "fake-indexeddb";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Judged, Operation } from "../../shared/replica";
import { uuid7 } from "../../shared/replica/uuid7";
import { openPhotoBox, preferSmaller, rememberLargest, type BoxParts, type HandedIn, type PhotoBox } from "./box";
import { aPhotoFile, completing } from "./builders";

/** What the replica knows of operations, as a test says it. */
class Work {
  waiting: Operation[] = [];
  heard: Judged[] = [];
  #told: (() => void)[] = [];
  pending = (): Promise<Operation[]> => Promise.resolve(this.waiting);
  judged = (): Promise<Judged[]> => Promise.resolve(this.heard);
  watch = (told: () => void): (() => void) => {
    this.#told.push(told);
    return () => undefined;
  };

  answer(status: string, code: string | null = null): void {
    this.heard = this.waiting.map((operation) => ({
      operation,
      outcome: { op_id: operation.op_id, seq: 1, status, version: 2, merges: [], review_id: null, code, text: null },
      answered_ms: 1,
      seen: false,
    }));
    this.waiting = [];
  }
}

let factory: IDBFactory;
let work: Work;
let box: PhotoBox;

function opened(parts: BoxParts = {}): Promise<PhotoBox> {
  const none = { shrink: () => Promise.resolve(null), thumbnailOf: () => Promise.resolve(null) };
  return openPhotoBox("u1", work, { indexedDB: factory, IDBKeyRange, ...none, ...parts });
}

beforeEach(async () => {
  localStorage.clear();
  factory = new IDBFactory();
  work = new Work();
  box = await opened();
});

async function taken(name: string, job = "j1"): Promise<string> {
  const done = await box.take(job, aPhotoFile(name));
  if (!done.ok) throw new Error(done.refusal.code);
  return done.photo.id;
}

const one = (id: string): ReturnType<PhotoBox["photos"]["value"]["get"]> => box.photos.value.get(id);

function standing(id: string, state: "awaited" | "received", sealed_at: string | null = null): HandedIn {
  const photo = one(id);
  return {
    ...{ op_id: photo?.op_id ?? "", job_id: "j1", kind: "completed", valid: true, fault: null },
    ...{ received_at: "2026-11-23T12:00:00Z", sealed_at, code: sealed_at === null ? null : "ABCD" },
    photos: [{ sha256: photo?.sha256 ?? "", state, code: null }],
  };
}

describe("a photo that was taken", () => {
  it("is kept with its bytes over a restart", async () => {
    const id = await taken("meter");
    const before = one(id);
    box.close();
    box = await opened();
    expect(one(id)).toEqual(before);
    expect(await (await box.content(id))?.text()).toBe(await aPhotoFile("meter").text());
  });

  it("tells when its small picture is there", async () => {
    box.close();
    box = await opened({ thumbnailOf: () => Promise.resolve(new ArrayBuffer(3)) });
    const id = await taken("meter");
    expect(one(id)?.pictured).toBe(true);
    expect((await box.thumbnail(id))?.size).toBe(3);
  });

  it("is named by the next manifest, in the order of taking, with its caption cleaned", async () => {
    const [first, second, third] = [await taken("a"), await taken("b"), await taken("c")];
    await box.caption(third, "  gas\u202emeter\n ");
    await box.choose(second, false);
    expect(box.named("j1").map(({ sha256 }) => sha256)).toEqual([one(first)?.sha256, one(third)?.sha256]);
    expect(box.named("j1")[1]?.caption).toBe("gas meter");
    expect(box.named("j2")).toEqual([]);
  });

  it("is taken once", async () => {
    await taken("same");
    expect(await box.take("j1", aPhotoFile("same"))).toEqual({ ok: false, refusal: { code: "twice" } });
    expect((await box.take("j2", aPhotoFile("same"))).ok).toBe(true);
  });

  it("is one of at most forty for a signature", async () => {
    for (let n = 0; n < 40; n += 1) await taken(`p${n}`);
    expect(await box.take("j1", aPhotoFile("more"))).toEqual({ ok: false, refusal: { code: "many", most: 40 } });
  });

  it("is a picture, whatever its name says", async () => {
    const text = new File(["<svg/>"], "meter.jpg", { type: "image/jpeg" });
    expect(await box.take("j1", text)).toEqual({ ok: false, refusal: { code: "type" } });
    expect(await box.take("j1", new File([], "a.jpg"))).toEqual({ ok: false, refusal: { code: "unreadable" } });
  });

  it("is no larger than the office takes, unless it can be made smaller", async () => {
    rememberLargest(10);
    expect((await box.take("j1", aPhotoFile("large"))).ok).toBe(false);
    box.close();
    box = await opened({ shrink: () => Promise.resolve({ bytes: new ArrayBuffer(5), media_type: "image/jpeg" }) });
    const done = await box.take("j1", aPhotoFile("large"), false);
    expect(done.ok && done.photo).toMatchObject({ size: 5, smaller: true });
  });
});

describe("a photo made smaller", () => {
  const small = { shrink: () => Promise.resolve({ bytes: new ArrayBuffer(5), media_type: "image/jpeg" }) };

  it("is signed small, its original kept beside it until it is sealed", async () => {
    box.close();
    box = await opened(small);
    const id = await taken("meter");
    expect(one(id)).toMatchObject({ smaller: true, size: 5 });
    await box.resize(id, false);
    expect(one(id)).toMatchObject({ smaller: false, size: aPhotoFile("meter").size });
    await box.resize(id, true);
    expect((await box.content(id))?.size).toBe(5);
  });

  it("is a choice", async () => {
    box.close();
    box = await opened(small);
    preferSmaller(false);
    expect(one(await taken("meter"))?.smaller).toBe(false);
  });
});

describe("a photo that something signed names", () => {
  it("cannot be changed or removed", async () => {
    const id = await taken("meter");
    work.waiting = [completing("j1", [one(id)?.sha256 ?? ""])];
    expect(await box.remove(id)).toEqual({ ok: false, refusal: { code: "named" } });
    expect(one(id)).toMatchObject({ state: "signed", op_id: work.waiting[0]?.op_id });
    expect(await box.caption(id, "late")).toEqual({ ok: false, refusal: { code: "named" } });
    expect(box.named("j1")).toEqual([]);
  });

  it("is free again when the operation was refused, or taken back", async () => {
    const id = await taken("meter");
    const digest = one(id)?.sha256 ?? "";
    work.waiting = [completing("j1", [digest])];
    await box.reconcile();
    work.answer("rejected", "arguments_invalid");
    await box.reconcile();
    expect(one(id)).toMatchObject({ state: "draft", op_id: null });
    work.heard = [];
    work.waiting = [completing("j1", [digest], uuid7())];
    await box.reconcile();
    expect(one(id)?.state).toBe("signed");
    work.waiting = [];
    await box.reconcile();
    expect(one(id)?.state).toBe("draft");
  });

  it("keeps its bytes until the seal, and is forgotten by the office only in a restore", async () => {
    const id = await taken("meter");
    work.waiting = [completing("j1", [one(id)?.sha256 ?? ""])];
    await box.reconcile();
    await box.received(id);
    await box.heard([standing(id, "received")]);
    expect(one(id)?.state).toBe("received");
    await box.heard([standing(id, "awaited")]);
    expect(one(id)?.state).toBe("signed");
    await box.heard([standing(id, "received", "2026-11-23T12:01:00Z")]);
    expect(one(id)?.state).toBe("sealed");
    expect(await box.content(id)).toBeNull();
    expect(box.handedIn.value.get(one(id)?.op_id ?? "")?.code).toBe("ABCD");
  });
});

describe("a phone without room", () => {
  it("says how much is missing, keeps nothing of the photo, and all of the others", async () => {
    const before = await taken("before");
    box.close();
    box = await opened({ room: () => Promise.resolve({ used: 90, allowed: 100 }) });
    const full = new DOMException("full", "QuotaExceededError");
    const put = IDBObjectStoreAdd.fails(full);
    const size = aPhotoFile("more").size;
    expect(await box.take("j1", aPhotoFile("more"))).toEqual({
      ok: false,
      refusal: { code: "full", size, missing: size - 10 },
    });
    put();
    expect([...box.photos.value.keys()]).toEqual([before]);
    expect((await box.take("j1", aPhotoFile("more"))).ok).toBe(true);
  });
});

/** The browser's own refusal, when it comes to adding. */
const IDBObjectStoreAdd = {
  fails(fault: DOMException): () => void {
    const store = FDBObjectStore.prototype;
    const spied = vi.spyOn(store, "add").mockImplementation(() => {
      throw fault;
    });
    return () => {
      spied.mockRestore();
    };
  },
};

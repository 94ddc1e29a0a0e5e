import { signal } from "@preact/signals";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Contact } from "../phone/phone";
import { aPhoto } from "../photos/builders";
import type { HandedIn, Photo, PhotoBox } from "../photos/box";
import type { Statement } from "../photos/photo";
import { keepUploading, type Uploading } from "./keep";
import type { Sending, Sent } from "./send";

const ONLINE: Contact = { state: "online", last: 0, problem: null };
const OFFLINE: Contact = { state: "offline", last: 0, problem: null };

/** A box of photos in memory, and an office that answers as the test says. */
class Stand {
  readonly photos = signal<ReadonlyMap<string, Photo>>(new Map());
  readonly handedIn = signal<ReadonlyMap<string, HandedIn>>(new Map());
  readonly statements = signal<readonly Statement[]>([]);
  readonly contact = signal<Contact>(OFFLINE);
  readonly urls = new Map<string, string>();
  readonly sent: Sending[] = [];
  readonly asked: (readonly string[])[] = [];
  answers: ((sending: Sending) => Sent | Promise<Sent>)[] = [];
  uploads: Uploading | null = null;

  readonly box = {
    ...{ photos: this.photos, handedIn: this.handedIn, statements: this.statements },
    content: () => Promise.resolve(new Blob(["x"])),
    uploadOf: (id: string) => Promise.resolve(this.urls.get(id) ?? null),
    uploading: (id: string, url: string | null) => {
      if (url !== null) this.urls.set(id, url);
      return Promise.resolve();
    },
    progressed: (id: string, sent: number, trouble: Photo["trouble"] = null) => this.set(id, { sent, trouble }),
    received: (id: string) => this.set(id, { state: "received" }),
    heard: () => Promise.resolve(),
  } as unknown as PhotoBox;

  set(id: string, to: Partial<Photo>): Promise<void> {
    const photo = this.photos.peek().get(id);
    if (photo !== undefined) this.photos.value = new Map(this.photos.peek()).set(id, { ...photo, ...to });
    return Promise.resolve();
  }

  hold(...photos: Photo[]): void {
    this.photos.value = new Map(photos.map((photo) => [photo.id, photo]));
    this.statements.value = [...new Set(photos.map(({ op_id }) => op_id ?? ""))].map((op_id) => ({
      ...{ op_id, job_id: "j1", standing: "taken" as const, code: null, digests: new Set<string>() },
    }));
  }

  start(alone?: <T>(work: () => Promise<T>) => Promise<T | null>): void {
    const api = {
      GET: (_path: string, { params }: { params: { query: { ids: string[] } } }) => {
        this.asked.push(params.query.ids);
        return Promise.resolve({ data: [], response: new Response() });
      },
    };
    const state = signal({ kind: "in", user: { id: "u1" } });
    const session = { token: () => Promise.resolve("t"), state };
    const sender = { user: { id: "u1" }, session: session as never, contact: this.contact };
    const send = async (sending: Sending): Promise<Sent> => {
      this.sent.push(sending);
      return await (this.answers.shift() ?? ((): Sent => ({ kind: "there" })))(sending);
    };
    this.uploads = keepUploading(
      { ...sender, api: api as never, photos: this.box },
      { load: () => Promise.resolve({ send }), alone: alone ?? ((work) => work()) },
    );
  }

  names(): string[] {
    return this.sent.map(({ sha256 }) => sha256);
  }
}

let stand: Stand;
const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  stand = new Stand();
});

afterEach(() => {
  stand.uploads?.stop();
  vi.useRealTimers();
});

describe("uploads", () => {
  it("begin by themselves once the phone is online, one by one", async () => {
    stand.hold(aPhoto({ sha256: "one", op_id: "a" }), aPhoto({ sha256: "two", op_id: "b" }));
    stand.start();
    await settle(1000);
    expect(stand.sent).toEqual([]);
    stand.contact.value = ONLINE;
    await settle(1000);
    expect(stand.names()).toEqual(["two", "one"]);
    expect([...stand.photos.value.values()].map(({ state }) => state)).toEqual(["received", "received"]);
  });

  it("go on from where they were begun after a fault, and wait longer each time nothing goes through", async () => {
    stand.hold(aPhoto({ sha256: "one", op_id: "a" }));
    stand.contact.value = ONLINE;
    stand.answers = [
      ({ begun }) => {
        begun("/uploads/1");
        return { kind: "later", code: null };
      },
      () => ({ kind: "later", code: null }),
    ];
    stand.start();
    await settle();
    expect(stand.sent.map(({ url }) => url)).toEqual([null]);
    await settle(60_000);
    expect(stand.sent.map(({ url }) => url)).toEqual([null, "/uploads/1", "/uploads/1"]);
  });

  it("go on at once when some of it went through", async () => {
    stand.hold(aPhoto({ sha256: "one", op_id: "a" }));
    stand.contact.value = ONLINE;
    stand.answers = [
      ({ progress }) => {
        progress(400);
        return { kind: "later", code: null };
      },
    ];
    stand.start();
    await settle();
    expect(stand.sent).toHaveLength(2);
  });

  it("pass a photo that is refused, and send the next", async () => {
    const [wrong, right] = [aPhoto({ sha256: "wrong", op_id: "a" }), aPhoto({ sha256: "right", op_id: "a" })];
    stand.hold(wrong, right);
    stand.contact.value = ONLINE;
    stand.answers = [() => ({ kind: "refused", code: "digest_mismatch" })];
    stand.start();
    await settle(600_000);
    expect(stand.names()).toEqual(["wrong", "right"]);
    expect(stand.photos.value.get(wrong.id)?.trouble).toBe("digest_mismatch");
    stand.uploads?.retryNow();
    await settle();
    expect(stand.names()).toEqual(["wrong", "right", "wrong"]);
  });

  it("try again by themselves when the office did not expect it yet", async () => {
    stand.hold(aPhoto({ sha256: "early", op_id: "a" }));
    stand.contact.value = ONLINE;
    stand.answers = [() => ({ kind: "refused", code: "photo_not_expected" })];
    stand.start();
    await settle(30_000);
    expect(stand.sent).toHaveLength(1);
    await settle(40_000);
    expect(stand.sent).toHaveLength(2);
  });

  it("leave it to another tab that is at it, and take over when it is not", async () => {
    stand.hold(aPhoto({ sha256: "one", op_id: "a" }));
    stand.contact.value = ONLINE;
    let busy = true;
    stand.start((work) => (busy ? Promise.resolve(null) : work()));
    await settle(20_000);
    expect(stand.sent).toEqual([]);
    busy = false;
    await settle(6_000);
    expect(stand.sent).toHaveLength(1);
  });

  it("ask how far it is until it is sealed, ever more seldom", async () => {
    stand.hold(aPhoto({ sha256: "one", op_id: "a" }));
    stand.contact.value = ONLINE;
    stand.start();
    await settle(30_000);
    const asked = stand.asked.length;
    expect(asked).toBeGreaterThan(2);
    await settle(30_000);
    expect(stand.asked.length - asked).toBeLessThan(3);
    stand.contact.value = OFFLINE;
    const before = stand.asked.length;
    await settle(900_000);
    expect(stand.asked).toHaveLength(before);
  });
});

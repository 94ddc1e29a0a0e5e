// @vitest-environment node
/** The database and what can go wrong with it: no room, no database, an update of the app in mid-day, several tabs. */
import { describe, expect, it, vi } from "vitest";
import { NoStorage, ServerProblem, StorageFull, Superseded, TooNew, Unreachable, WrongDevice } from "./faults";
import { handIn } from "./handin";
import type { FieldTime } from "./operation";
import { installedVersion, SCHEMA, Store } from "./store";
import { IDBKeyRange } from "fake-indexeddb";
import { NOON, openStore, profile } from "./testing/builders";
import { mortal, type Fate } from "./testing/mortal";
import { Line, Office } from "./testing/office";
import { freshPull, JOB, Phone } from "./testing/phone";
import { turnsAmongTabs } from "./turns";

vi.setConfig({ testTimeout: 60_000 }); // milliseconds until a test gives up; nothing is measured with it

const NEWER = [...SCHEMA, { operation: `${SCHEMA[0]?.["operation"] ?? ""}, kind`, photo: "id" }];
const clock = (): FieldTime => ({ wall_ms: NOON, monotonic_ms: 0, boot_id: "b" });

function office(): Office {
  const held = new Office();
  held.enrol("d1", "t1");
  held.put(JOB, { technician: "t1", priority: 3 });
  return held;
}

/** A disk that is full for writes to these tables, while it is. */
class Disk {
  full: readonly string[] = [];
  /** Full for work until something makes place. */
  fullUntilCleared = false;
  readonly fate: Fate = (moment) => {
    if (moment === "clear staged") this.fullUntilCleared = false;
    if (this.fullUntilCleared && moment === "add operation") throw new DOMException("no room", "QuotaExceededError");
    if (this.full.some((name) => moment === `put ${name}` || moment === `add ${name}`))
      throw new DOMException("no room", "QuotaExceededError");
  };
}

async function onADisk(): Promise<{ disk: Disk; phone: Phone; line: Line }> {
  const disk = new Disk();
  const line = new Line(office());
  const phone = await Phone.on(line, { deviceId: "d1", factory: mortal(profile(), disk.fate), pageLimit: 1 });
  await phone.replica.sync();
  return { disk, phone, line };
}

describe("no room", () => {
  it("for work: the person is told, nothing is half done, and what waits can be sent", async () => {
    const { disk, phone } = await onADisk();
    await phone.note("n1");
    const before = await phone.everything();
    disk.full = ["operation", "identity"];
    await expect(phone.note("n2")).rejects.toThrow(StorageFull);
    expect(await phone.everything()).toEqual(before);
    disk.full = [];
    await phone.replica.sync();
    expect(await phone.notes()).toEqual(["n1"]);
    await phone.note("n3");
    expect((await phone.replica.pending()).map(({ seq }) => seq)).toEqual([2]);
  });

  it("for an answer: the work is sent again, and has one effect", async () => {
    const { disk, phone, line } = await onADisk();
    await phone.use(2);
    disk.full = ["operation"];
    await expect(phone.replica.push()).rejects.toThrow(StorageFull);
    expect((await phone.replica.pending()).length).toBe(1);
    disk.full = [];
    await phone.replica.sync();
    expect(line.office.records.get("job:j1")?.fields["parts"]).toEqual({ brush: 2 });
    expect([await phone.brushes(), line.office.duplicates]).toEqual([2, 1]);
  });

  it.each([["staged"], ["base"], ["progress"]])(
    "for a page (%s): what is on view stays, and is read later",
    async (name) => {
      const { disk, phone, line } = await onADisk();
      for (let number = 0; number < 3; number++)
        line.office.put({ type: "job", id: `k${number}` }, { technician: "t1" });
      const before = await phone.base();
      disk.full = [name];
      await expect(phone.replica.pull()).rejects.toThrow(StorageFull);
      expect(await phone.base()).toEqual(before);
      disk.full = [];
      await phone.replica.pull();
      expect(await phone.base()).toEqual(await freshPull(line.office, "d1"));
    },
  );

  it("pages that are only on their way make place for work", async () => {
    const { disk, phone, line } = await onADisk();
    for (let number = 0; number < 3; number++) line.office.put({ type: "job", id: `k${number}` }, { technician: "t1" });
    line.faults = ["", "", "lost_reply"];
    await expect(phone.replica.pull()).rejects.toThrow(Unreachable);
    disk.fullUntilCleared = true;
    await phone.note("n1");
    expect(await phone.store.reading((tables) => tables.staged.count())).toBe(0);
    await phone.replica.sync();
    expect(await phone.base()).toEqual(await freshPull(line.office, "d1"));
  });
});

describe("no database", () => {
  it("is said by name, where there is none", async () => {
    await expect(Store.open("replica", {})).rejects.toThrow(NoStorage);
  });

  it("is said by name, where it is closed to us", async () => {
    const closed = {
      open: () => {
        throw new DOMException("not here", "SecurityError");
      },
    } as unknown as IDBFactory;
    await expect(openStore(closed, "d1")).rejects.toThrow(NoStorage);
  });
});

describe("a database", () => {
  it("that is new needs an identity, and looking for it leaves nothing behind", async () => {
    const factory = profile();
    await expect(openStore(factory)).rejects.toThrow(WrongDevice);
    expect(await installedVersion(profile(), "replica")).toBe(0);
  });

  it("of another device is refused", async () => {
    const factory = profile();
    (await openStore(factory, "d1")).close();
    await expect(openStore(factory, "d2")).rejects.toThrow(WrongDevice);
    const store = await openStore(factory);
    expect(await store.deviceId()).toBe("d1");
    store.close();
  });
});

describe("an update of the app in mid-day", () => {
  it("takes over from the old tab, which says so; no work is lost", async () => {
    const held = office();
    const said: string[] = [];
    const old = await Phone.on(new Line(held), { deviceId: "d1", onSuperseded: () => said.push("superseded") });
    await old.replica.sync();
    await old.note("n1");
    const parts = { schema: NEWER, factory: old.factory, onBlocked: () => said.push("blocked") };
    const updated = await Phone.on(new Line(held), parts);
    expect(said).toEqual(["superseded"]);
    await expect(old.note("n2")).rejects.toThrow(Superseded);
    await expect(old.replica.view(JOB)).rejects.toThrow(Superseded);
    expect(await updated.notes()).toEqual(["n1"]);
    await updated.note("n3");
    await updated.replica.sync();
    expect(await updated.notes()).toEqual(["n1", "n3"]);
    updated.close();
  });

  it("waits for a step under way, which is kept", async () => {
    const held = office();
    const old = await Phone.on(new Line(held), { deviceId: "d1" });
    await old.replica.sync();
    const step = old.note("n1");
    const [kept, updated] = await Promise.all([
      step,
      Phone.on(new Line(held), { schema: NEWER, factory: old.factory }),
    ]);
    expect((await updated.replica.pending()).map(({ op_id }) => op_id)).toEqual([kept]);
    updated.close();
  });

  it("waits for a tab that does not let go, and says so", async () => {
    const factory = profile();
    const held = office();
    const first = await Phone.on(new Line(held), { deviceId: "d1", factory });
    await first.note("n1");
    first.close();
    const stubborn = await new Promise<IDBDatabase>((resolve) => {
      const request = factory.open("replica");
      request.onsuccess = () => {
        resolve(request.result);
      };
    });
    const blocked = new Promise<void>((resolve) => {
      void Phone.on(new Line(held), { schema: NEWER, factory, onBlocked: resolve }).then((phone) => {
        phone.close();
      });
    });
    await blocked;
    stubborn.close();
    const updated = await Phone.on(new Line(held), { schema: NEWER, factory });
    expect((await updated.replica.pending()).length).toBe(1);
    updated.close();
  });
});

describe("an app older than its database", () => {
  async function aged(): Promise<{ held: Office; phone: Phone }> {
    const held = office();
    const phone = await Phone.on(new Line(held), { deviceId: "d1", schema: NEWER });
    await phone.replica.sync();
    for (let number = 0; number < 60; number++) await phone.use(1);
    return { held, phone };
  }

  it("leaves it alone", async () => {
    const { held, phone } = await aged();
    const before = await phone.everything();
    phone.close();
    await expect(openStore(phone.factory)).rejects.toThrow(TooNew);
    const again = await Phone.on(new Line(held), { schema: NEWER, factory: phone.factory });
    expect(await again.everything()).toEqual(before);
    again.close();
  });

  it("may still hand in what waits there; the newer one is told the same, with one effect (guarantee 13)", async () => {
    const { held, phone } = await aged();
    const before = await phone.everything();
    phone.close();
    const parts = { indexedDB: phone.factory, IDBKeyRange };
    expect(await handIn("replica", new Line(held), clock, parts)).toBe(60);
    expect(await installedVersion(phone.factory, "replica")).toBe(20);
    const again = await Phone.on(new Line(held), { schema: NEWER, factory: phone.factory });
    expect(await again.everything()).toEqual(before);
    await again.replica.sync();
    expect(held.records.get("job:j1")?.fields["parts"]).toEqual({ brush: 60 });
    expect([await again.brushes(), held.judged.length]).toEqual([60, 60]);
    again.close();
  });

  it("hands in nothing where there is nothing", async () => {
    expect(await handIn("replica", new Line(office()), clock, { indexedDB: profile(), IDBKeyRange })).toBe(0);
  });
});

describe("several tabs", () => {
  it("that work and sync at once have each note once, and all of them (guarantee 2)", async () => {
    const held = office();
    const first = await Phone.on(new Line(held), { deviceId: "d1", pageLimit: 2 });
    const tabs = [first, await first.tab(new Line(held)), await first.tab(new Line(held))];
    const work = async (phone: Phone, tab: number): Promise<void> => {
      for (let note = 0; note < 9; note++) {
        await phone.note(`n${tab}-${note}`);
        await phone.use(1);
        if (note % 3 === tab) await phone.replica.sync();
      }
      await phone.replica.sync();
    };
    await Promise.all(tabs.map(work));
    const job = held.records.get("job:j1")?.fields ?? {};
    expect(new Set((job["notes"] as { id: string }[]).map(({ id }) => id)).size).toBe(27);
    expect((job["notes"] as unknown[]).length).toBe(27);
    expect(job["parts"]).toEqual({ brush: 27 });
    await first.replica.sync();
    expect([await first.brushes(), await first.replica.pending()]).toEqual([27, []]);
    expect(held.judged.map(({ seq }) => seq)).toEqual(held.judged.map((_, index) => index + 1));
    for (const tab of tabs) tab.close();
  });

  it("hear of each other's changes", async () => {
    const first = await Phone.on(new Line(office()), { deviceId: "d1" });
    const other = await first.tab();
    const heard = new Promise<void>((resolve) => {
      other.replica.watch(resolve);
    });
    await first.note("n1");
    await heard;
    expect((await other.replica.pending()).length).toBe(1);
    first.close();
    other.close();
  });

  it("drop a page that no longer continues what another has read", async () => {
    const held = office();
    for (let number = 0; number < 4; number++) held.put({ type: "job", id: `k${number}` }, { technician: "t1" });
    const slow = await Phone.on(new Line(held), { deviceId: "d1" });
    await slow.replica.pull();
    const quick = await slow.tab(new Line(held));
    const pull = slow.line.pull.bind(slow.line);
    slow.line.pull = async (...how) => {
      const page = await pull(...how);
      slow.line.pull = pull;
      held.delete(JOB);
      held.purge();
      quick.line.faults = ["", "", "lost_reply"]; // expired; a first page from the start; cut
      await quick.replica.pull().catch(() => undefined);
      return page;
    };
    await slow.replica.pull();
    expect(await slow.base()).toEqual(await freshPull(held, "d1"));
    slow.close();
    quick.close();
  });

  it("go on when another has enrolled anew meanwhile", async () => {
    const held = office();
    const slow = await Phone.on(new Line(held), { deviceId: "d1" });
    await slow.replica.sync();
    const quick = await slow.tab();
    await slow.use(2);
    const push = slow.line.push.bind(slow.line);
    slow.line.push = async () => {
      slow.line.push = push;
      held.enrol("d9", "t1");
      await quick.replica.adoptIdentity("d9");
      throw new ServerProblem("forked", 409);
    };
    await slow.replica.push();
    expect(held.judged.map(({ device_id }) => device_id)).toEqual(["d9"]);
    expect(held.records.get("job:j1")?.fields["parts"]).toEqual({ brush: 2 });
    slow.close();
    quick.close();
  });
});

describe("turns among tabs", () => {
  /** Web Locks as far as we use them. */
  class Locks {
    #last: Promise<unknown> = Promise.resolve();
    request(_: string, { signal }: { signal: AbortSignal }, work: () => Promise<unknown>): Promise<unknown> {
      const refused = new Promise<never>((_, reject) => {
        signal.addEventListener("abort", () => {
          reject(new DOMException("", "AbortError"));
        });
      });
      const mine = this.#last.then(() => (signal.aborted ? undefined : work()));
      this.#last = mine.catch(() => undefined);
      return Promise.race([mine, refused]);
    }
  }
  const locks = (): LockManager => new Locks() as unknown as LockManager;

  it("are taken one after the other, a failed one included", async () => {
    const shared = locks();
    const tabs = [turnsAmongTabs(shared), turnsAmongTabs(shared)] as const;
    const seen: string[] = [];
    const work = (name: string) => async (): Promise<void> => {
      seen.push(`${name} begins`);
      await Promise.resolve();
      seen.push(`${name} ends`);
      if (name === "a") throw new Error("as told");
    };
    const [first] = await Promise.allSettled([tabs[0]("push", work("a")), tabs[1]("push", work("b"))]);
    expect(first.status).toBe("rejected");
    expect(seen).toEqual(["a begins", "a ends", "b begins", "b ends"]);
  });

  it("are not waited for for ever: a tab that hangs holds nobody up", async () => {
    const shared = locks();
    void turnsAmongTabs(shared)("push", () => new Promise(() => undefined));
    expect(await turnsAmongTabs(shared, 10)("push", () => Promise.resolve("done"))).toBe("done");
  });

  it("are not needed where the browser has none", async () => {
    const turns = turnsAmongTabs(null);
    expect(
      await Promise.all([turns("push", () => Promise.resolve(1)), turns("push", () => Promise.resolve(2))]),
    ).toEqual([1, 2]);
  });
});

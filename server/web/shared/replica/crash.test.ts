// @vitest-environment node
/** Killed anywhere, the replica is whole when it is opened again, and goes on as if nothing had been (guarantees 1 to 3,
 * 6). IndexedDB takes back what a dying page had begun; so this is to show that every step is one transaction, and that
 * between any two of them lies a state to go on from. */
import { describe, expect, it, vi } from "vitest";
import { Forked } from "./faults";
import { installedVersion } from "./store";
import { profile } from "./testing/builders";
import { Killed, mortal, Reaper } from "./testing/mortal";
import { Line, Office, operationsOf } from "./testing/office";
import { freshPull, JOB, Phone } from "./testing/phone";

vi.setConfig({ testTimeout: 60_000 }); // milliseconds until a test gives up; nothing is measured with it

const OTHER = { type: "job", id: "j2" };

/** A day that leads to every step: pages, work, a restored server, a fork. Each part can be begun anew. */
class Day {
  readonly office = new Office();
  readonly line = new Line(this.office);
  readonly #factory = profile();
  #backup = this.office;
  /** What the person was told is kept; what they do again when it was not. */
  readonly brushes: number[] = [];
  #attempted = 0;

  constructor(readonly forked: boolean) {
    this.office.enrol("d1", "t1");
    this.office.put(JOB, { technician: "t1", priority: 3 });
    this.office.put(OTHER, { technician: "t1" });
    this.#backup = this.office.backup();
  }

  async open(reaper: Reaper): Promise<Phone> {
    this.line.at = async (moment) => {
      await Promise.resolve();
      reaper.fate(moment);
    };
    const factory = mortal(this.#factory, reaper.fate);
    return await Phone.on(this.line, { factory, deviceId: this.#identity, pageLimit: 1 });
  }

  #identity = "d1";

  readonly parts: readonly ((phone: Phone) => Promise<unknown>)[] = [
    (phone) => phone.replica.pull(),
    (phone) => this.#use(phone, 1),
    (phone) => phone.replica.sync(),
    (phone) => this.#use(phone, 2),
    (phone) => this.#use(phone, 4),
    (phone) => phone.replica.sync(),
    () => this.#comeBack(),
    (phone) => this.#use(phone, 8),
    (phone) => this.#syncAnew(phone),
    () => this.#decide(),
    (phone) => phone.replica.sync(),
    async (phone) => phone.replica.markSeen((await phone.replica.news()).map(({ op_id }) => op_id)),
  ];

  #decide(): Promise<void> {
    this.office.put(JOB, { priority: 1 });
    this.office.put(OTHER, { technician: "t2" });
    return Promise.resolve();
  }

  async #use(phone: Phone, quantity: number): Promise<void> {
    const durable = (await phone.brushes()) === sum(this.brushes) + quantity; // though the person was not told
    this.#attempted = quantity;
    if (!durable) await phone.use(quantity);
    this.brushes.push(quantity);
    this.#attempted = 0;
  }

  #comeBack(): Promise<void> {
    this.office.restore(this.#backup, "epoch-2");
    if (this.forked) {
      // Somebody with the same identity has filled the number meanwhile.
      const record = { ...JOB };
      const at = { wall_ms: this.office.now, monotonic_ms: 0, boot_id: "clone" };
      const operation = { op_id: "clone-1", seq: 1, kind: "job.note", record, base_version: 0, args: { id: "c" }, at };
      this.office.push({ device_id: "d1", sent_at: at, operations: [operation] });
    }
    return Promise.resolve();
  }

  async #syncAnew(phone: Phone): Promise<void> {
    try {
      await phone.replica.sync();
    } catch (fault) {
      if (!(fault instanceof Forked)) throw fault;
      if (!this.office.devices.has("d9")) this.office.enrol("d9", "t1");
      if ((await phone.store.deviceId()) !== "d9") await phone.replica.adoptIdentity("d9");
      this.#identity = "d9";
      await phone.replica.sync();
    }
  }

  /** Lives the day with a death in it. */
  async live(reaper: Reaper): Promise<Phone> {
    let phone: Phone | null = null;
    for (let part = -1; part < this.parts.length;) {
      try {
        if (phone === null) phone = await this.open(reaper);
        else await this.parts[part]?.(phone);
        part += 1;
      } catch (fault) {
        if (!reaper.dead) throw fault;
        phone?.close();
        phone = await this.#afterDeath();
        part = Math.max(part, 0);
      }
    }
    if (phone === null) throw new Error("nobody lived");
    return phone;
  }

  async #afterDeath(): Promise<Phone> {
    this.line.at = () => Promise.resolve();
    const lived = (await installedVersion(this.#factory, "replica")) > 0 && this.line.pulls > 0;
    const named = lived ? {} : { deviceId: this.#identity };
    const phone = await Phone.on(this.line, { factory: this.#factory, pageLimit: 1, ...named });
    await this.#isWhole(phone);
    return phone;
  }

  async #isWhole(phone: Phone): Promise<void> {
    // Guarantee 6: what was kept is on view, whatever step died, and once.
    const known = sum(this.brushes);
    expect([known, known + this.#attempted]).toContain((await phone.brushes()) ?? 0);
    const seqs = (await phone.replica.pending()).map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

async function survives(words: string, nth: number, forked: boolean): Promise<void> {
  const day = new Day(forked);
  const reaper = new Reaper(words, nth);
  const phone = await day.live(reaper);
  expect(reaper.dead, `the day has such a moment: ${reaper.seen.join(", ")}`).toBe(true);
  await phone.replica.sync();
  expect(await phone.replica.pending()).toEqual([]);
  expect(await phone.brushes()).toBe(15);
  expect((day.office.records.get("job:j1")?.fields["parts"] as { brush: number }).brush).toBe(15);
  expect(await phone.base()).toEqual(await freshPull(day.office, await phone.store.deviceId()));
  expect(await phone.keptCopies()).toEqual([]);
  expect(new Set(day.office.judged.map(({ op_id }) => op_id)).size).toBe(day.office.judged.length);
  phone.close();
}

/** The crash points of tests/offline_sync/victim.py, and where they lie here. */
const POINTS: readonly [name: string, words: string, nth: number, story?: "forked"][] = [
  ["before the first opening is durable", "put identity", 1],
  ["before work is written", "put identity", 2],
  ["with its number given out, before work is written", "add operation", 1],
  ["before the send", "before push", 1],
  ["after the send, before the reply is recorded", "after push", 1],
  ["after the second reply, before it is recorded", "after push", 2],
  ["while a reply is recorded", "put operation", 3],
  ["before the next push, the reply recorded", "before push", 2],
  ["while forgotten work is reopened", "put operation", 8],
  ["before the first page", "before pull", 1],
  ["while it starts afresh", "clear staging", 9],
  ["after a page came, before it is staged", "after pull", 2],
  ["while a page is staged", "put staging", 3],
  ["between two pages", "before pull", 2],
  ["with the checkpoint staged", "put membership", 1],
  ["in mid-apply, the old streams gone", "put membership", 5],
  ["in mid-apply, half of the base changed", "put base", 6],
  ["in mid-apply, the base changed", "put operation", 14],
  ["in mid-apply, a record leaving", "delete base", 1],
  ["in mid-apply, the cursor not moved", "put progress", 6],
  ["in mid-apply, the pages not cleared", "clear staged", 10],
  ["while what the server said is marked as seen", "put operation", 16],
  ["while a new identity is taken", "put operation", 11, "forked"],
  ["before the new identity is durable", "clear staged", 7, "forked"],
  ["with the new identity, before its first push", "before push", 5, "forked"],
  ["after the new identity's first reply", "after push", 4, "forked"],
];

describe("killed", () => {
  it.each(POINTS)("%s", async (_, words, nth, story) => {
    await survives(words, nth, story === "forked");
  });

  // ONSITE_DEEP=1: at every transaction and exchange of the day, one by one.
  it.runIf(process.env["ONSITE_DEEP"]).each([false, true])(
    "anywhere, forked: %s",
    async (forked) => {
      const whole = new Reaper(null);
      await new Day(forked).live(whole);
      for (const words of ["begin", "before push", "after push", "before pull", "after pull"]) {
        const times = whole.seen.filter((moment) => moment === words).length;
        for (let nth = 1; nth <= times; nth++) await survives(words, nth, forked);
      }
    },
    600_000,
  );
});

describe("every operation that was taken", () => {
  it("is there in its order, however often the app died while more were written", async () => {
    const factory = profile();
    const office = new Office();
    office.enrol("d1", "t1");
    office.put(JOB, { technician: "t1" });
    const taken: string[] = [];
    for (const lives of [3, 1, 5, 2]) {
      const reaper = new Reaper("add operation", lives);
      const phone = await Phone.on(new Line(office), { factory: mortal(factory, reaper.fate), deviceId: "d1" });
      for (;;) {
        const op_id = await phone.note("n").catch((fault: unknown) => {
          expect(String(fault)).toContain(Killed.name);
        });
        if (op_id === undefined) break;
        taken.push(op_id);
      }
      phone.close();
    }
    const line = new Line(office);
    const phone = await Phone.on(line, { factory });
    expect((await phone.replica.pending()).map(({ op_id }) => op_id)).toEqual(taken);
    await phone.replica.push();
    expect(operationsOf(line).map(({ seq }) => seq)).toEqual(taken.map((_, index) => index + 1));
    phone.close();
  });
});

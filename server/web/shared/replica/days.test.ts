// @vitest-environment node
/** Guarantees 1 to 8 and 11 over random days (tests/offline_sync/test_machine.py, smaller): two phones, one of them with
 * two tabs, a dispatcher, and what can go wrong between them.
 *
 * After every action a copy of a phone is drained against a copy of the office: it must end equal to a fresh pull.
 * ONSITE_DEEP=1: many days. A failure names its seed; give it a case of its own below.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ServerProblem, Unreachable } from "./faults";
import type { JsonObject } from "./json";
import type { Operation, RecordKey } from "./operation";
import { MINUTE } from "./testing/builders";
import { keyOf } from "./testing/decide";
import { Line, Office, type LineFault } from "./testing/office";
import { freshPull, Phone } from "./testing/phone";

const JOBS: RecordKey[] = [0, 1, 2].map((number) => ({ type: "job", id: `j${number}` }));
const [FIRST, SECOND] = JOBS as [RecordKey, RecordKey];
const ARTICLE: RecordKey = { type: "article", id: "a1" };

class Day {
  readonly office = new Office();
  readonly phones: Phone[] = [];
  readonly enqueued = new Map<string, Operation>();
  #backup: Office | null = null;
  #count = 0;

  async open(): Promise<void> {
    this.office.enrol("d1", "t1");
    this.office.enrol("d2", "t2");
    this.office.put(FIRST, { state: "scheduled", technician: "t1", priority: 3, contact: "Li" });
    this.office.put(SECOND, { state: "scheduled", technician: "t2", area: "north" });
    this.office.put(ARTICLE, { price: 700 });
    const first = await Phone.on(new Line(this.office), { deviceId: "d1", pageLimit: 3 });
    const other = await Phone.on(new Line(this.office), { deviceId: "d2", technician: "t2", pageLimit: 3 });
    this.phones.push(first, await first.tab(new Line(this.office)), other);
  }

  close(): void {
    for (const phone of this.phones) phone.close();
  }

  phone(number: number): Phone {
    const phone = this.phones[number];
    if (phone === undefined) throw new Error(`there is no phone ${number}`);
    return phone;
  }

  next(): number {
    this.office.now += MINUTE;
    return ++this.#count;
  }

  async enqueue(number: number, kind: string, key: RecordKey, args: JsonObject): Promise<void> {
    const { replica } = this.phone(number);
    if (kind !== "job.raise" && (await replica.view(key)) === null) return;
    const op_id = await replica.enqueue(kind, key, args);
    const operation = (await replica.pending()).find((each) => each.op_id === op_id);
    if (operation !== undefined) this.enqueued.set(op_id, operation);
  }

  async online(number: number, faults: LineFault[], deed: "push" | "pull" | "sync"): Promise<void> {
    const { replica, line } = this.phone(number);
    line.faults = [...faults];
    try {
      await replica[deed]();
      if (deed !== "push") await this.#onlyWhatIsInScope(this.phone(number));
    } catch (fault) {
      if (!(fault instanceof Unreachable)) throw fault;
    } finally {
      line.faults = [];
    }
  }

  /** Guarantee 7. */
  async #onlyWhatIsInScope(phone: Phone): Promise<void> {
    const pending = new Set((await phone.replica.pending()).map(({ record }) => keyOf(record)));
    for (const key of await phone.keptCopies()) expect(pending).toContain(key);
  }

  async crash(number: number): Promise<void> {
    const phone = this.phone(number);
    this.phones[number] = await phone.restart();
  }

  backUp(): void {
    this.#backup = this.office.backup();
  }

  restore(): void {
    if (this.#backup !== null) this.office.restore(this.#backup, `epoch ${this.next()}`);
  }

  async evening(): Promise<void> {
    for (const phone of this.phones) await phone.replica.sync();
    const outcomes = (await Promise.all([0, 2].map((number) => this.phone(number).replica.outcomes()))).flat();
    expect(new Set(outcomes.map(({ op_id }) => op_id))).toEqual(new Set(this.enqueued.keys()));
    const accepted = outcomes.filter(({ status }) => status !== "rejected").map(({ op_id }) => op_id);
    for (const [key, { fields }] of this.office.records) {
      const done = accepted
        .map((op_id) => this.enqueued.get(op_id))
        .filter((each) => each && keyOf(each.record) === key);
      const used = done.filter((each) => each?.kind === "job.use").map((each) => each?.args["brush"] as number);
      const notes = done.filter((each) => each?.kind === "job.note").map((each) => each?.args["id"]);
      expect((fields["parts"] as { brush?: number } | undefined)?.brush ?? 0).toBe(
        used.reduce((sum, each) => sum + each, 0),
      );
      expect(((fields["notes"] ?? []) as { id: string }[]).map(({ id }) => id).sort()).toEqual(notes.sort());
    }
  }

  /** What must hold after every action. */
  async check(number: number): Promise<void> {
    const { judged } = this.office;
    expect(new Set(judged.map(({ op_id }) => op_id)).size).toBe(judged.length); // 2
    for (const device of ["d1", "d2"]) {
      const seqs = judged.filter(({ device_id }) => device_id === device).map(({ seq }) => seq);
      expect(seqs).toEqual(seqs.map((_, index) => index + 1)); // 3
    }
    const phone = this.phone(number);
    for (const operation of await phone.replica.pending())
      if (operation.kind === "job.note") expect(await phone.notes(operation.record)).toContain(operation.args["id"]); // 6
    const office = this.office.backup();
    const device_id = await phone.store.deviceId();
    const twin = await phone.twin(office);
    await twin.replica.sync();
    expect(await twin.replica.pending()).toEqual([]); // 8
    expect(await twin.base()).toEqual(await freshPull(office, device_id)); // 4 and 5
    expect(await twin.keptCopies()).toEqual([]); // 7
    await twin.replica.pull();
    const views = await twin.replica.records("job");
    const held = Object.entries(office.inScope(device_id)).filter(([key]) => key.startsWith("job:"));
    expect(Object.fromEntries(views.map((view) => [keyOf(view), view.version]))).toEqual(Object.fromEntries(held));
    twin.close();
  }
}

type Action = (day: Day) => Promise<void> | void;
type Told = readonly [name: string, phone: number, action: Action];

const phones = fc.integer({ min: 0, max: 2 });
const jobs = fc.constantFrom(...JOBS);
const fields = fc.constantFrom("priority", "contact", "diagnosis");
const faults = fc.array(fc.constantFrom<LineFault>("", "lost_request", "lost_reply", "twice", "late"), {
  maxLength: 4,
});

const field = fc.oneof(
  fc
    .tuple(phones, jobs)
    .map(([phone, key]): Told => [
      "note",
      phone,
      (day) => day.enqueue(phone, "job.note", key, { id: `n${day.next()}` }),
    ]),
  fc
    .tuple(phones, jobs, fc.integer({ min: -1, max: 3 }))
    .map(([phone, key, brush]): Told => ["use", phone, (day) => day.enqueue(phone, "job.use", key, { brush })]),
  fc
    .tuple(phones, jobs, fields)
    .map(([phone, key, name]): Told => [
      "fill in",
      phone,
      (day) => day.enqueue(phone, "job.patch", key, { [name]: `field ${day.next()}` }),
    ]),
  fc
    .tuple(phones, jobs)
    .map(([phone, key]): Told => [
      "check",
      phone,
      (day) => day.enqueue(phone, "job.check", key, { shoes: `field ${day.next()}` }),
    ]),
  fc
    .tuple(phones, jobs)
    .map(([phone, key]): Told => [
      "complete",
      phone,
      (day) => day.enqueue(phone, "job.complete", key, { diagnosis: `field ${day.next()}` }),
    ]),
  fc
    .tuple(phones, jobs)
    .map(([phone, key]): Told => ["hit a bug", phone, (day) => day.enqueue(phone, "job.break", key, {})]),
  phones.map((phone): Told => [
    "raise",
    phone,
    (day) => day.enqueue(phone, "job.raise", { type: "job", id: `raised-${day.next()}` }, {}),
  ]),
);

const line = fc.oneof(
  fc
    .tuple(phones, faults, fc.constantFrom("push" as const, "pull" as const, "sync" as const))
    .map(([phone, told, deed]): Told => [`${deed} ${told.join(" ")}`, phone, (day) => day.online(phone, told, deed)]),
  phones.map((phone): Told => ["crash", phone, (day) => day.crash(phone)]),
  fc.tuple(faults, faults).map(([one, other]): Told => [
    "both tabs sync",
    0,
    async (day) => {
      await Promise.all([day.online(0, one, "sync"), day.online(1, other, "sync")]);
    },
  ]),
);

const desk = fc.oneof(
  fc.tuple(phones, jobs, fc.constantFrom("t1", "t2", null)).map(([phone, key, technician]): Told => [
    "assign",
    phone,
    (day) => {
      day.office.put(key, { technician });
    },
  ]),
  fc.tuple(phones, jobs, fields).map(([phone, key, name]): Told => [
    "change",
    phone,
    (day) => {
      day.office.put(key, { [name]: `office ${day.next()}` });
    },
  ]),
  fc.tuple(phones, jobs).map(([phone, key]): Told => [
    "cancel",
    phone,
    (day) => {
      day.office.put(key, { state: "cancelled" });
    },
  ]),
  fc.tuple(phones, fc.constantFrom(...JOBS.slice(1), ARTICLE)).map(([phone, key]): Told => [
    "delete",
    phone,
    (day) => {
      day.office.delete(key);
    },
  ]),
  fc.tuple(phones, jobs, fc.constantFrom("north", "south", null)).map(([phone, key, area]): Told => [
    "move",
    phone,
    (day) => {
      day.office.put(key, { area });
    },
  ]),
  fc.tuple(phones, fc.constantFrom("area:north", "area:south")).map(([phone, stream]): Told => [
    "change the scope",
    phone,
    (day) => {
      const extra = day.office.devices.get(phone === 2 ? "d2" : "d1")?.extraStreams;
      if (!extra?.delete(stream)) extra?.add(stream);
    },
  ]),
  phones.map((phone): Told => [
    "purge",
    phone,
    (day) => {
      day.office.purge();
    },
  ]),
  phones.map((phone): Told => [
    "back up",
    phone,
    (day) => {
      day.backUp();
    },
  ]),
  phones.map((phone): Told => [
    "restore",
    phone,
    (day) => {
      day.restore();
    },
  ]),
);

const deep = Boolean(process.env["ONSITE_DEEP"]);
const actions = fc.array(
  fc.oneof({ arbitrary: field, weight: 3 }, { arbitrary: line, weight: 3 }, { arbitrary: desk, weight: 2 }),
  {
    minLength: deep ? 20 : 10,
    maxLength: deep ? 50 : 18,
  },
);

async function live(told: readonly Told[]): Promise<void> {
  const day = new Day();
  await day.open();
  try {
    for (const [, phone, action] of told) {
      await action(day);
      await day.check(phone);
    }
    await day.evening();
  } catch (fault) {
    if (fault instanceof ServerProblem) throw new Error(`unexpected: ${fault.message}`, { cause: fault });
    throw fault;
  } finally {
    day.close();
  }
}

describe("a random day", () => {
  it("keeps the guarantees after every action", async () => {
    const names = (told: readonly Told[]): string => told.map(([name, phone]) => `${name} (${phone})`).join(", ");
    await fc.assert(fc.asyncProperty(actions, live), {
      numRuns: deep ? 60 : 5,
      endOnFailure: !deep,
      reporter: (run) => {
        if (!run.failed) return;
        const path = run.counterexamplePath ?? "";
        const said = names(run.counterexample?.[0] ?? []);
        throw new Error(`seed ${run.seed}, path "${path}": ${said}`, { cause: run.errorInstance });
      },
    });
  }, 600_000);
});

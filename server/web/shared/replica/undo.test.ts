// @vitest-environment node
/** An operation that is taken back a moment after it was kept: nobody has seen it, and nothing is missing. */
import { describe, expect, it, vi } from "vitest";
import { DAY, MINUTE } from "./testing/builders";
import { Line, Office } from "./testing/office";
import { freshPull, JOB, Phone } from "./testing/phone";

vi.setConfig({ testTimeout: 60_000 }); // milliseconds until a test gives up; nothing is measured with it

const FOR_TEN_SECONDS = { undoMs: 10_000 };

async function start(): Promise<{ office: Office; line: Line; phone: Phone }> {
  const office = new Office();
  office.enrol("d1", "t1");
  office.put(JOB, { state: "scheduled", technician: "t1", priority: 3 });
  const line = new Line(office);
  const phone = await Phone.on(line, { deviceId: "d1" });
  await phone.replica.sync();
  return { office, line, phone };
}

const noteOnTrial = (phone: Phone, id: string): Promise<string> =>
  phone.replica.enqueue("job.note", JOB, { id }, FOR_TEN_SECONDS);

const seqs = async (phone: Phone): Promise<number[]> => (await phone.replica.pending()).map(({ seq }) => seq);

describe("an operation that can be taken back", () => {
  it("is on view and waits, and nobody is told", async () => {
    const { office, phone } = await start();
    const op_id = await noteOnTrial(phone, "n1");
    await phone.replica.sync();
    expect(await phone.notes()).toEqual(["n1"]);
    expect(await phone.replica.undoable()).toMatchObject({ op_id, kind: "job.note", record: JOB });
    expect(office.judged).toEqual([]);
  });

  it("lets what was done before it go", async () => {
    const { office, phone } = await start();
    await phone.note("n1");
    await noteOnTrial(phone, "n2");
    await phone.replica.sync();
    expect(office.judged.map(({ seq }) => seq)).toEqual([1]);
    expect(await seqs(phone)).toEqual([2]);
  });

  it("is sent once its time is over, as of the moment it was kept", async () => {
    const { office, line, phone } = await start();
    const begun = office.now;
    const op_id = await noteOnTrial(phone, "n1");
    office.now += 10_000;
    await phone.replica.sync();
    expect(office.judged.map((judged) => judged.op_id)).toEqual([op_id]);
    expect(line.said.at(-1)?.operations[0]?.at.wall_ms).toBe(begun);
    expect(await phone.base()).toEqual(await freshPull(office, "d1"));
  });

  it("outlives the app", async () => {
    const { phone } = await start();
    const op_id = await noteOnTrial(phone, "n1");
    const again = await phone.restart();
    expect((await again.replica.undoable())?.op_id).toBe(op_id);
    expect(await again.replica.withdraw(op_id)).toBe(true);
    expect(await again.notes()).toEqual([]);
  });

  it("does not wait on a wall clock that was set back", async () => {
    const { office, phone } = await start();
    await noteOnTrial(phone, "n1");
    office.now -= DAY;
    await phone.replica.sync();
    expect(office.judged.length).toBe(1);
  });

  it("goes with everything else when a device hands in for the last time", async () => {
    const { office, phone } = await start();
    const op_id = await noteOnTrial(phone, "n1");
    await phone.replica.lastUpload();
    expect(office.judged.length).toBe(1);
    expect(await phone.replica.withdraw(op_id)).toBe(false);
  });

  it("does not keep a phone from finding out that somebody else speaks in its name", async () => {
    const { office, phone } = await start();
    const clone = await phone.twin(office);
    await clone.note("from the clone");
    await clone.replica.push();
    await noteOnTrial(phone, "n1");
    await expect(phone.replica.sync()).rejects.toThrow("forked");
  });
});

describe("taking it back", () => {
  it("leaves nothing of it", async () => {
    const { office, phone } = await start();
    const before = await phone.everything();
    expect(await phone.replica.withdraw(await noteOnTrial(phone, "n1"))).toBe(true);
    expect(await phone.everything()).toEqual(before);
    office.now += MINUTE;
    await phone.replica.sync();
    expect(office.judged).toEqual([]);
  });

  it("gives its number to the next one", async () => {
    const { office, phone } = await start();
    await phone.note("n1");
    await phone.replica.withdraw(await noteOnTrial(phone, "n2"));
    await phone.note("n3");
    expect(await seqs(phone)).toEqual([1, 2]);
    await phone.replica.sync();
    expect(await phone.notes()).toEqual(["n1", "n3"]);
    expect(office.judged.map(({ seq }) => seq)).toEqual([1, 2]);
  });

  it("is over when something else was done", async () => {
    const { phone } = await start();
    const op_id = await noteOnTrial(phone, "n1");
    await phone.note("n2");
    expect(await phone.replica.undoable()).toBeNull();
    expect(await phone.replica.withdraw(op_id)).toBe(false);
    expect(await seqs(phone)).toEqual([1, 2]);
  });

  it("is over when its time is", async () => {
    const { office, phone } = await start();
    const op_id = await noteOnTrial(phone, "n1");
    office.now += 10_000;
    expect(await phone.replica.withdraw(op_id)).toBe(false);
    expect(await seqs(phone)).toEqual([1]);
  });

  it("is over once it may have been sent, though nobody answered and the clock says otherwise", async () => {
    const { office, line, phone } = await start();
    const op_id = await noteOnTrial(phone, "n1");
    office.now += 10_000;
    line.faults = ["lost_reply"];
    await expect(phone.replica.push()).rejects.toThrow();
    office.now -= 5_000;
    expect(await phone.replica.withdraw(op_id)).toBe(false);
    await phone.note("n2");
    await phone.replica.sync();
    expect(await phone.notes()).toEqual(["n1", "n2"]);
  });

  it("is not for what was never to be taken back, and not for what there is not", async () => {
    const { phone } = await start();
    expect(await phone.replica.withdraw(await phone.note("n1"))).toBe(false);
    expect(await phone.replica.withdraw("never")).toBe(false);
  });

  it("can be done in another tab, and only once", async () => {
    const { phone } = await start();
    const other = await phone.tab();
    const op_id = await noteOnTrial(phone, "n1");
    const answers = await Promise.all([phone.replica.withdraw(op_id), other.replica.withdraw(op_id)]);
    expect(answers.sort()).toEqual([false, true]);
    expect(await seqs(phone)).toEqual([]);
  });
});

describe("a record that has left", () => {
  it("goes when the only work on it is taken back", async () => {
    const { office, phone } = await start();
    const op_id = await noteOnTrial(phone, "n1");
    office.put(JOB, { technician: "t2" });
    await phone.replica.sync();
    expect(await phone.keptCopies()).toEqual(["job:j1"]);
    await phone.replica.withdraw(op_id);
    expect(await phone.replica.view(JOB)).toBeNull();
  });
});

describe("what was judged", () => {
  it("is told with the operation it was about", async () => {
    const { phone } = await start();
    const op_id = await phone.note("n1");
    await phone.replica.sync();
    const [judged] = await phone.replica.judged();
    expect(judged).toMatchObject({ operation: { op_id, record: JOB }, outcome: { status: "applied" }, seen: false });
  });
});

// @vitest-environment node
/** The replica against the office in memory, as a technician would meet it. What the vectors say is not said again. */
import { describe, expect, it, vi } from "vitest";
import { Forked, NotJson, ServerProblem, Unreachable } from "./faults";
import type { JsonObject } from "./json";
import { DAY, NOON } from "./testing/builders";
import { Line, Office } from "./testing/office";
import { freshPull, JOB, Phone } from "./testing/phone";

vi.setConfig({ testTimeout: 60_000 }); // milliseconds until a test gives up; nothing is measured with it

const OTHER = { type: "job", id: "j2" };

async function start(parts: { pageLimit?: number } = {}): Promise<{ office: Office; line: Line; phone: Phone }> {
  const office = new Office();
  office.enrol("d1", "t1");
  office.put(JOB, { state: "scheduled", technician: "t1", priority: 3 });
  const line = new Line(office);
  const phone = await Phone.on(line, { deviceId: "d1", ...parts });
  await phone.replica.sync();
  return { office, line, phone };
}

function nested(levels: number): JsonObject {
  return levels === 0 ? {} : { x: nested(levels - 1) };
}

describe("what is not JSON that every server takes", () => {
  it.each([
    ["not a number", { x: NaN }],
    ["half a character", { x: "\ud800" }],
    ["half a character in a name", { "\udc00": 1 }],
    ["a date", { x: new Date() }],
    ["a hole", { x: [1, , 2] }], // eslint-disable-line no-sparse-arrays
    ["nothing", { x: undefined }],
    ["a big integer", { x: 1n }],
    ["nested without end", nested(33)],
  ])("is refused, and nothing of it is kept: %s", async (_, args) => {
    const { phone } = await start();
    await expect(phone.replica.enqueue("job.note", JOB, args as JsonObject)).rejects.toThrow(NotJson);
    expect(await phone.replica.pending()).toEqual([]);
    await phone.note("n1");
    expect((await phone.replica.pending()).map(({ seq }) => seq)).toEqual([1]);
  });

  it("and what is, comes through whole", async () => {
    const { office, phone } = await start();
    const said = JSON.parse(
      '{"id": "n1", "😀": ["__proto__", null, 1.5, -0.0], "__proto__": {"toString": 1}}',
    ) as JsonObject;
    await phone.replica.enqueue("job.note", JOB, said);
    await phone.replica.sync();
    const note = (office.records.get("job:j1")?.fields["notes"] as JsonObject[])[0] ?? {};
    expect(JSON.stringify(note)).toBe(JSON.stringify(said));
    expect(JSON.stringify((await phone.replica.view(JOB))?.fields["notes"])).toBe(JSON.stringify([said]));
  });

  it("a name that every object has is a name like any other", async () => {
    const { phone } = await start();
    await phone.replica.enqueue("job.check", JOB, { constructor: "done", toString: "done" });
    await phone.replica.sync();
    expect((await phone.replica.view(JOB))?.fields["checklist"]).toEqual({ constructor: "done", toString: "done" });
  });
});

describe("handing in", () => {
  it("goes in batches", async () => {
    const { line, phone } = await start();
    for (let number = 0; number < 120; number++) await phone.note(`n${number}`);
    await phone.replica.push();
    expect(line.said.map((body) => body.operations.length)).toEqual([50, 50, 20]);
  });

  it("goes in smaller pieces when a batch was too large, down to the operation that is at fault", async () => {
    const { line, office, phone } = await start();
    for (let number = 0; number < 10; number++) await phone.note(`n${number}`);
    const push = line.push.bind(line);
    line.push = (body) => {
      const bad = body.operations.some(({ args }) => args["id"] === "n7");
      return bad ? Promise.reject(new ServerProblem("body_too_large", 413)) : push(body);
    };
    await expect(phone.replica.push()).rejects.toThrow("413 body_too_large");
    expect(office.judged.length).toBe(7);
    expect((await phone.replica.pending()).length).toBe(3);
  });

  it("reads the clock anew for every attempt", async () => {
    const { line, office, phone } = await start();
    await phone.note("n1");
    line.faults = ["lost_request"];
    await expect(phone.replica.push()).rejects.toThrow(Unreachable);
    office.now += 5000;
    await phone.replica.push();
    expect(line.said.map((body) => body.sent_at.wall_ms)).toEqual([NOON, NOON + 5000]);
    expect(line.said[1]?.operations[0]?.at.wall_ms).toBe(NOON);
  });

  it("keeps outcomes for thirty days", async () => {
    const { office, phone } = await start();
    for (const day of [0, 29, 31]) {
      office.now = NOON + day * DAY;
      await phone.note(`n${day}`);
      await phone.replica.sync();
    }
    expect((await phone.replica.outcomes()).length).toBe(2);
  });

  it("does not ask a server for ever that judges nothing", async () => {
    const { line, phone } = await start();
    await phone.note("n1");
    line.push = () => Promise.resolve({ outcomes: [], last_seq: 0, epoch: "epoch-1", server_time: NOON });
    await expect(phone.replica.push()).rejects.toThrow(Unreachable);
  });

  it("that is refused does not keep the replica from reading", async () => {
    const { line, office, phone } = await start();
    await phone.note("n1");
    office.put(JOB, { priority: 1 });
    line.refusal = new ServerProblem("client_outdated", 426);
    await expect(phone.replica.sync()).rejects.toThrow("client_outdated");
    expect((await phone.replica.view(JOB))?.fields).toMatchObject({ priority: 1, notes: [{ id: "n1" }] });
  });

  it("keeps news until they were seen, also over a restart", async () => {
    const { phone } = await start();
    const op_id = await phone.note("n1");
    await phone.replica.sync();
    const again = await phone.restart();
    expect((await again.replica.news()).map((outcome) => outcome.op_id)).toEqual([op_id]);
    await again.replica.markSeen([op_id]);
    expect(await again.replica.news()).toEqual([]);
    expect((await again.replica.outcomes()).length).toBe(1);
  });

  it.each([
    ["a hotel's page", { welcome: "to our hotel" }],
    ["a list", []],
    ["a version that is text", { outcomes: [{ op_id: "x", seq: 1, status: "applied", version: "1" }] }],
  ])("takes no answer of another shape for one: %s", async (_, answer) => {
    const { line, phone } = await start();
    await phone.note("n1");
    line.push = () => Promise.resolve(answer);
    await expect(phone.replica.push()).rejects.toThrow(Unreachable);
    line.pull = () => Promise.resolve(answer);
    await expect(phone.replica.pull()).rejects.toThrow(Unreachable);
    expect((await phone.replica.pending()).length).toBe(1);
  });

  it("a page that leaves a body out removes nothing", async () => {
    const { line, phone } = await start();
    const change = { stream: "technician:t1", type: "job", id: "j1", version: 2, position: 2 };
    const page = { changes: [change], cursor: "c", checkpoint: true, streams: [], last_seq: 0, epoch: "epoch-1" };
    line.pull = () => Promise.resolve(page);
    await expect(phone.replica.pull()).rejects.toThrow(Unreachable);
    expect(await phone.replica.view(JOB)).not.toBeNull();
  });
});

describe("a last upload", () => {
  it("says so with its last batch, and only then", async () => {
    const { line, phone } = await start();
    for (let number = 0; number < 60; number++) await phone.note(`n${number}`);
    await phone.replica.lastUpload();
    expect(line.said.map((body) => [body.operations.length, body.drained])).toEqual([
      [50, undefined],
      [10, true],
    ]);
  });
});

describe("much at once", () => {
  it("a whole day's refusals and a whole outlet's records, each in one step", async () => {
    const { office, phone } = await start();
    for (let number = 0; number < 600; number++) office.put({ type: "article", id: `a${number}` }, { price: number });
    for (let number = 0; number < 150; number++) await phone.replica.enqueue("job.break", JOB, {});
    const { judged, changes } = await phone.replica.sync();
    expect([judged, changes]).toEqual([150, 600]);
    office.restore(office.backup(), "epoch-2");
    await phone.replica.sync();
    expect(await phone.base()).toEqual(await freshPull(office, "d1"));
  });
});

describe("reading", () => {
  it("a stream that comes and goes between two pages leaves nothing behind", async () => {
    const office = new Office();
    office.enrol("d1", "t1");
    office.devices.get("d1")?.extraStreams.add("area:north");
    const north = [0, 1, 2, 3].map((number) => ({ type: "job", id: `k${number}` }));
    const [first, second] = north as [typeof JOB, typeof JOB];
    for (const key of north) office.put(key, { state: "new", area: "north" });
    const line = new Line(office);
    const phone = await Phone.on(line, { deviceId: "d1", pageLimit: 1 });
    await phone.replica.pull();
    for (let number = 0; number < 4; number++) office.put({ type: "job", id: `w${number}` }, { technician: "t1" });
    office.put(first, { priority: 1 });
    const cutAfterOne = async (): Promise<void> => {
      line.faults = ["", "lost_reply"];
      await expect(phone.replica.pull()).rejects.toThrow(Unreachable);
    };
    await cutAfterOne();
    office.devices.get("d1")?.extraStreams.clear();
    await cutAfterOne();
    office.delete(first);
    office.put(second, { area: "south" });
    office.purge();
    office.devices.get("d1")?.extraStreams.add("area:north");
    await phone.replica.pull();
    expect(await phone.base()).toEqual(await freshPull(office, "d1"));
  });

  it("a server that always says expired is not asked for ever", async () => {
    const { line, phone } = await start();
    let asked = 0;
    line.pull = () => {
      asked += 1;
      return Promise.reject(new ServerProblem("cursor_expired", 410));
    };
    await expect(phone.replica.pull()).rejects.toThrow("cursor_expired");
    expect(asked).toBeLessThan(5);
  });
});

describe("a copied profile", () => {
  it("is found out, and both keep their work (guarantee 12)", async () => {
    const { office, phone } = await start();
    await phone.use(1);
    await phone.replica.sync();
    await phone.use(2); // pending in both
    const clone = await phone.twin(office);
    await phone.use(10);
    await clone.use(20);
    await phone.replica.sync();
    await expect(clone.replica.sync()).rejects.toThrow(Forked);
    office.enrol("d9", "t1");
    await clone.replica.adoptIdentity("d9");
    await clone.replica.sync();
    await phone.replica.sync();
    expect([await phone.brushes(), await clone.brushes()]).toEqual([33, 33]);
    expect(await clone.replica.pending()).toEqual([]);
  });
});

describe("a restored server", () => {
  it("gets forgotten work again; meanwhile the work never leaves the view (guarantees 6 and 11)", async () => {
    const { line, office, phone } = await start();
    const backup = office.backup();
    await phone.use(2);
    await phone.replica.sync();
    office.restore(backup, "epoch-2");
    for (let good = 0; good < 6; good++) {
      line.faults = [...Array<"">(good).fill(""), "lost_reply"];
      await phone.replica.sync().catch(() => undefined);
      expect(await phone.brushes()).toBe(2);
    }
    line.faults = [];
    await phone.replica.sync();
    expect(await phone.base()).toEqual(await freshPull(office, "d1"));
    expect(office.records.get("job:j1")?.fields["parts"]).toEqual({ brush: 2 });
  });
});

describe("a job raised here and given away", () => {
  it("stays while work on it is pending (guarantee 7)", async () => {
    const { office, phone } = await start();
    await phone.replica.enqueue("job.raise", OTHER, {});
    await phone.replica.push();
    await phone.note("n1", OTHER);
    office.put(OTHER, { technician: "t2" });
    await phone.replica.pull();
    expect(await phone.notes(OTHER)).toEqual(["n1"]);
    await phone.replica.sync();
    expect(await phone.replica.view(OTHER)).toBeNull();
  });
});

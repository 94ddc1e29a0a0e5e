/** A completion on its way, on a real replica, drafts and photos; only the screen is missing. */
import { signal } from "@preact/signals";
import { IDBFactory, IDBKeyRange } from "fake-indexeddb";
import { afterEach, describe, expect, it } from "vitest";
import type { Job } from "../../shared/api/types";
import { DeviceKey, ManifestRefused, NoKey, type Judged, type Operation } from "../../shared/replica";
import { isObject, type JsonObject } from "../../shared/replica/json";
import { profile } from "../../shared/replica/testing/builders";
import { Line, Office } from "../../shared/replica/testing/office";
import { Phone as Device } from "../../shared/replica/testing/phone";
import type { Performed, Phone } from "../phone/phone";
import { aStroke, aVisit, NOON, REPAIR } from "./builders";
import { draftFrom, draftKey } from "./draft";
import { openDrafts } from "./drafts";
import { Finishing } from "./finishing";
import { latestOf, statementsOf } from "./standing";

const FRAME = { width: 350, height: 220 };
const { job: JOB } = aVisit();
const made: { close(): void }[] = [];

afterEach(() => {
  for (const each of made.splice(0)) each.close();
});

/** The parts of a phone that finishing uses. */
async function phoneOf({ key = true, job = JOB } = {}): Promise<Phone> {
  const office = new Office();
  office.enrol("d1", "t1");
  const parts = { deviceId: "d1", factory: profile(), ...(key ? { deviceKey: await DeviceKey.generate() } : {}) };
  const device = await Device.on(new Line(office), parts);
  const drafts = await openDrafts("u1", { indexedDB: new IDBFactory(), IDBKeyRange });
  made.push(device, drafts);
  const waiting = signal<readonly Operation[]>([]);
  const keep = async (act: Parameters<Phone["keep"]>[0]): Promise<Performed> => {
    try {
      const op_id = await act(device.replica);
      waiting.value = await device.replica.pending();
      return { ok: true, op_id };
    } catch (fault) {
      const code = fault instanceof NoKey ? "no_key" : fault instanceof ManifestRefused ? "manifest" : "not_kept";
      return { ok: false, problem: { code, detail: String(fault) } };
    }
  };
  const has = <T>(...all: (readonly [string, T])[]): ReturnType<typeof signal<ReadonlyMap<string, T>>> =>
    signal<ReadonlyMap<string, T>>(new Map(all));
  const phone = {
    user: { technician_id: "t1" },
    replica: device.replica,
    jobs: has([job.id, job]),
    customers: has(),
    units: has(),
    cards: has(),
    types: has([REPAIR.code, REPAIR]),
    waiting,
    judged: signal<readonly Judged[]>([]),
    clockAhead: signal(60_000),
    clock: () => ({ wall_ms: NOON, monotonic_ms: 5, boot_id: "b" }),
    drafts,
    photos: { photos: has(), named: () => [], signed: () => Promise.resolve() },
    keep,
    perform: (kind: string, record: { type: string; id: string }, args: JsonObject) =>
      keep((replica) => replica.enqueue(kind, record, args)),
  };
  return phone as unknown as Phone;
}

async function drawnOn(phone: Phone): Promise<Finishing> {
  const finishing = await Finishing.open(phone, JOB.id, null);
  finishing.change({ locale: "zh-CN" });
  finishing.show("read");
  finishing.go("sign");
  finishing.stroke("pad", aStroke(), FRAME);
  finishing.stroke("pad", aStroke(3, NOON + 900), FRAME);
  return finishing;
}

/** The tab is gone, without a word. */
async function again(phone: Phone, finishing: Finishing): Promise<Finishing> {
  finishing.leave();
  await expect.poll(async () => (await kept(phone))?.pad.strokes.length).toBe(finishing.draft.value.pad.strokes.length);
  return await Finishing.open(phone, JOB.id, null);
}

async function kept(phone: Phone): Promise<ReturnType<typeof draftFrom>> {
  const value = await phone.drafts.read(draftKey(JOB.id));
  return draftFrom(isObject(value) ? (value["draft"] ?? null) : null);
}

describe("a completion on its way", () => {
  it("goes on after the app was killed: the step, the words, every stroke", async () => {
    const phone = await phoneOf();
    const before = await drawnOn(phone);
    const after = await again(phone, before);
    expect(after.draft.value).toEqual(before.draft.value);
    expect([after.draft.value.step, after.draft.value.pad.strokes.length]).toEqual(["sign", 2]);
  });

  it("keeps a stroke that is under way", async () => {
    const phone = await phoneOf();
    const finishing = await drawnOn(phone);
    finishing.underWay("pad", aStroke(2, NOON + 2000), FRAME);
    await expect.poll(async () => (await kept(phone))?.pad.strokes.length).toBe(3);
  });

  it("was done when it was shown, by the server's clock; under a signature it stays then", async () => {
    const finishing = await drawnOn(await phoneOf());
    const { finish } = finishing.draft.value;
    expect(finish).toEqual({ reading: { wall_ms: NOON, monotonic_ms: 5, boot_id: "b" }, at: "2026-11-23T03:59:00.000+00:00" }); // prettier-ignore
    expect(finishing.draft.value.signer.name).toBe("李梅");
    finishing.go("report");
    finishing.show("read");
    expect(finishing.draft.value.finish).toBe(finish);
  });

  it("is signed to the letter, with what was typed here kept in the job, and its draft is gone", async () => {
    const phone = await phoneOf();
    const finishing = await drawnOn(phone);
    finishing.clear("pad");
    finishing.change({ result: "换了电容" });
    finishing.stroke("pad", aStroke(), FRAME);
    const text = finishing.stated.value?.text;
    expect(await finishing.sign("signed")).toBe(true);
    const [patch, complete] = phone.waiting.value;
    expect([patch?.kind, patch?.args]).toEqual(["job.patch", { result: "换了电容" }]);
    expect(complete?.args["manifest"]).toMatchObject({ text, locale: "zh-CN", outcome: "completed" });
    expect(text).toContain("处理结果\n换了电容");
    expect(await kept(phone)).toBeNull();
  });

  it("is signed once, however often it is tapped and in however many tabs", async () => {
    const phone = await phoneOf();
    const one = await drawnOn(phone);
    const other = await again(phone, one);
    await Promise.all([one.sign("signed"), one.sign("signed")]);
    await other.sign("signed");
    expect(phone.waiting.value.map(({ kind }) => kind)).toEqual(["job.complete"]);
  });

  it("that was signed when the phone died is not begun again", async () => {
    const phone = await phoneOf();
    const finishing = await drawnOn(phone);
    const value = await phone.drafts.read(draftKey(JOB.id));
    await finishing.sign("signed");
    await phone.drafts.keep(draftKey(JOB.id), value);
    const after = await Finishing.open(phone, JOB.id, null);
    expect(after.draft.value.pad.strokes).toEqual([]);
    expect(after.draft.value.after).toBe(latestOf(statementsOf(JOB.id, [], phone.waiting.value))?.op_id);
  });

  it("loses nothing when it cannot be signed here", async () => {
    const phone = await phoneOf({ key: false });
    const finishing = await drawnOn(phone);
    expect(await finishing.sign("signed")).toBe(false);
    expect(finishing.problem.value?.code).toBe("no_key");
    expect((await again(phone, finishing)).draft.value.pad.strokes).toHaveLength(2);
  });

  it("can be finished when the job was taken away meanwhile", async () => {
    const phone = await phoneOf();
    const finishing = await drawnOn(phone);
    (phone.jobs as unknown as { value: ReadonlyMap<string, Job> }).value = new Map();
    expect([finishing.there, finishing.job?.id]).toEqual([false, JOB.id]);
    expect(await finishing.sign("signed")).toBe(true);
  });

  it("says why it cannot be done, and why nobody signed", async () => {
    const phone = await phoneOf();
    const finishing = await Finishing.open(phone, JOB.id, "cannot_complete");
    finishing.change({ reason: "无人在家", cause: "no_access", refusal: { kind: "not_present", words: "" } });
    finishing.show("refuse");
    expect(await finishing.sign("refused")).toBe(true);
    const last = phone.waiting.value.at(-1);
    expect([last?.kind, last?.args["reason"], last?.args["cause"]]).toEqual([
      "job.cannot_complete",
      "无人在家",
      "no_access",
    ]);
    expect(last?.args["manifest"]).toMatchObject({
      reason: "无人在家",
      refusal: { reason: expect.any(String) as string },
    });
  });
});

// @vitest-environment node
/** A phone signs and hands in, each in one call. */
import { describe, expect, it } from "vitest";
import { DeviceKey } from "./devicekey";
import { NoKey } from "./faults";
import type { JsonObject } from "./json";
import { canonical, digest, ManifestRefused, type Facts } from "./manifest";
import { profile } from "./testing/builders";
import { Line, Office } from "./testing/office";
import { JOB, Phone } from "./testing/phone";

const FACTS: Facts = {
  job_id: JOB.id,
  text: "压缩机已更换",
  locale: "zh-CN",
  finished_at: "2026-11-23T08:00:00+00:00",
  signer: { name: "李梅" },
  strokes: [[[0, 0, 0, 500]]],
};

async function enrolled(): Promise<{ phone: Phone; key: DeviceKey; line: Line }> {
  const office = new Office();
  office.enrol("d1", "t1");
  office.put(JOB, { technician: "t1", priority: 3 });
  const [key, line] = [await DeviceKey.generate(), new Line(office)];
  const phone = await Phone.on(line, { deviceId: "d1", deviceKey: key, factory: profile() });
  await phone.replica.sync();
  return { phone, key, line };
}

describe("a phone that was enrolled with a key", () => {
  it("completes a job in one call, signed, with its raw clocks", async () => {
    const { phone, key } = await enrolled();
    const op_id = await phone.replica.complete(FACTS);
    const [operation] = await phone.replica.pending();
    const { manifest, signature } = operation?.args ?? {};
    expect([operation?.op_id, operation?.kind, operation?.record]).toEqual([op_id, "job.complete", JOB]);
    expect(manifest).toMatchObject({ ...FACTS, form: 2, outcome: "completed", finish: operation?.at, photos: [] });
    const [header = "", rest = ""] = (signature as string).split("..");
    const imported = await crypto.subtle.importKey(
      "jwk",
      { ...key.public },
      { name: "ECDSA", namedCurve: "P-256" },
      true,
      ["verify"],
    );
    const signed = `${header}.${Buffer.from(canonical(manifest as JsonObject)).toString("base64url")}`;
    expect(
      await crypto.subtle.verify(
        { name: "ECDSA", hash: "SHA-256" },
        imported,
        Buffer.from(rest, "base64url"),
        new TextEncoder().encode(signed),
      ),
    ).toBe(true);
  });

  it("signs with the server's time where it was heard, whatever its own clock shows", async () => {
    const { phone, line } = await enrolled();
    await phone.note("n1");
    await phone.replica.sync();
    const heard = new Date(line.office.now).toISOString().replace("Z", "+00:00");
    const { job_id, text, locale, signer, strokes } = FACTS;
    await phone.replica.complete({ job_id, text, locale, signer: signer ?? null, strokes: strokes ?? null });
    const [operation] = await phone.replica.pending();
    expect((operation?.args["manifest"] as JsonObject)["finished_at"]).toBe(heard);
  });

  it("says when it last heard the server's clock", async () => {
    const { phone } = await enrolled();
    await phone.note("n1");
    await phone.replica.sync();
    await phone.replica.complete(FACTS);
    const [operation] = await phone.replica.pending();
    expect((operation?.args["manifest"] as JsonObject)["anchors"]).toHaveLength(1);
  });

  it("signs with the same key after it was closed, and after it was enrolled anew (R-1)", async () => {
    const { phone, key } = await enrolled();
    const again = await phone.restart();
    expect((await again.store.deviceKey())?.public).toEqual(key.public);
    await again.replica.adoptIdentity("d9", await DeviceKey.generate());
    expect((await again.store.deviceKey())?.public).toEqual(key.public);
  });

  it("says that work cannot be done, and adds to what was signed", async () => {
    const { phone } = await enrolled();
    await phone.replica.cannotComplete(FACTS, "主板停产", "waiting_for_parts");
    const [first] = await phone.replica.pending();
    const signed = first?.args["manifest"] as JsonObject;
    expect(first?.args).toMatchObject({ reason: "主板停产", cause: "waiting_for_parts" });
    await phone.replica.addendum({
      job_id: JOB.id,
      extends: await digest(signed),
      made_at: "2026-11-23T08:10:00+00:00",
      note: "补拍",
    });
    const [, second] = await phone.replica.pending();
    expect([second?.kind, (second?.args["manifest"] as JsonObject)["extends"]]).toEqual([
      "job.addendum",
      await digest(signed),
    ]);
  });

  it("keeps nothing of what would be held", async () => {
    const { phone } = await enrolled();
    await expect(phone.replica.complete({ ...FACTS, strokes: [] })).rejects.toThrow(ManifestRefused);
    expect(await phone.replica.pending()).toEqual([]);
  });
});

describe("a phone that was enrolled without one", () => {
  it("signs nothing, and takes the key it is enrolled with", async () => {
    const line = new Line(new Office());
    line.office.enrol("d1", "t1");
    const factory = profile();
    const phone = await Phone.on(line, { deviceId: "d1", factory });
    await expect(phone.replica.complete(FACTS)).rejects.toThrow(NoKey);
    phone.close();
    const key = await DeviceKey.generate();
    const again = await Phone.on(line, { deviceId: "d1", deviceKey: key, factory });
    expect((await again.store.deviceKey())?.public).toEqual(key.public);
  });
});

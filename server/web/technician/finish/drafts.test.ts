// @vitest-environment node
import { IDBFactory, IDBKeyRange } from "fake-indexeddb";
import { describe, expect, it } from "vitest";
import { aDraft, aStroke, drawn } from "./builders";
import { asJson, draftFrom, NEW_DRAFT } from "./draft";
import { openDrafts } from "./drafts";
import { Keeper } from "./keeper";

const DRAFT = aDraft({
  step: "sign",
  fees: [{ name: "上门费", amount: "50" }],
  conduct: { conduct_shoe_covers: "no" },
  rating: 2,
  pad: drawn(aStroke(), aStroke(1)),
  shown: { text: "…", mark: "m" },
  refusal: { kind: "other", words: "w" },
  witness: { name: "老王", role: "neighbour" },
  position: { lat: 31, lon: 121, accuracy_m: 5 },
  after: "op",
  job: { id: "j1" },
});

describe("drafts", () => {
  it("are there after the app was killed, and go when they are dropped", async () => {
    const parts = { indexedDB: new IDBFactory(), IDBKeyRange };
    const drafts = await openDrafts("u1", parts);
    expect(await drafts.keep("finish:j1", asJson(DRAFT))).toBe(true);
    await drafts.keep("note:j1", "half a sen");
    drafts.close();
    const again = await openDrafts("u1", parts);
    expect(draftFrom(await again.read("finish:j1"))).toEqual(DRAFT);
    expect([...(await again.kept("finish:")).keys()]).toEqual(["finish:j1"]);
    await again.drop("finish:j1");
    expect(await again.read("finish:j1")).toBeNull();
    again.close();
  });

  it("are another person's own", async () => {
    const parts = { indexedDB: new IDBFactory(), IDBKeyRange };
    const [one, other] = [await openDrafts("u1", parts), await openDrafts("u2", parts)];
    await one.keep("finish:j1", 1);
    expect(await other.read("finish:j1")).toBeNull();
    one.close();
    other.close();
  });

  it("say when they could not be kept, instead of failing", async () => {
    const drafts = await openDrafts("u1", { indexedDB: new IDBFactory(), IDBKeyRange });
    drafts.close();
    expect(await drafts.keep("finish:j1", 1)).toBe(false);
  });
});

describe("a draft", () => {
  it("is read back as it was kept", () => {
    expect(draftFrom(asJson(DRAFT))).toEqual(DRAFT);
  });

  it.each([null, 7, "x", []])("is none of %j", (kept) => {
    expect(draftFrom(kept)).toBeNull();
  });

  it("of another version keeps what fits, and what is drawn above all", () => {
    const kept = { pad: { frame: null, strokes: [[{ x: 1, y: 2, time: 3, pressure: 0 }, { x: "?" }], "?"] }, step: "dance", rating: 9, fees: 3 }; // prettier-ignore
    expect(draftFrom(kept)).toEqual({
      ...NEW_DRAFT,
      pad: { frame: null, strokes: [[{ x: 1, y: 2, time: 3, pressure: 0 }]] },
    });
  });
});

describe("keeping what changes quickly", () => {
  it("writes one at a time, and the newest last", async () => {
    const written: number[] = [];
    const keeper = new Keeper<number>(async (value) => {
      await Promise.resolve();
      written.push(value);
      return true;
    });
    await Promise.all([1, 2, 3, 4].map((value) => keeper.keep(value)));
    expect([written[0], written.at(-1), written.length]).toEqual([1, 4, 2]);
    expect(keeper.failed.value).toBe(false);
  });

  it("knows when nothing was kept, and when it is again", async () => {
    let room = false;
    const keeper = new Keeper<number>(() => Promise.resolve(room));
    await keeper.keep(1);
    const full = keeper.failed.value;
    room = true;
    await keeper.keep(2);
    expect([full, keeper.failed.value]).toEqual([true, false]);
  });
});

import { signal } from "@preact/signals";
import { IDBFactory, IDBKeyRange } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { aJob } from "../../shared/api/builders";
import type { Judged, Operation } from "../../shared/replica";
import { draftFrom, draftKey } from "../finish/draft";
import { openDrafts, type Drafts } from "../finish/drafts";
import { completing } from "../photos/builders";
import { keepLast, leftOf } from "./gone";

let drafts: Drafts;

beforeEach(async () => {
  drafts = await openDrafts("u1", { indexedDB: new IDBFactory(), IDBKeyRange });
});

afterEach(() => {
  drafts.close();
});

const worked = (...waiting: Operation[]): { judged: { value: Judged[] }; waiting: { value: Operation[] } } => ({
  judged: signal<Judged[]>([]),
  waiting: signal(waiting),
});
const kept = (...waiting: Operation[]): Parameters<typeof keepLast>[0] =>
  ({ drafts, ...worked(...waiting) }) as unknown as Parameters<typeof keepLast>[0];

describe("a job that was taken away", () => {
  it("while its technician was at work can still be signed for, as it was seen last", async () => {
    const job = aJob({ id: "j1", state: "working", title: "drips" });
    expect(await keepLast(kept(), "j1", job)).toBe(true);
    const read = (await drafts.read(draftKey("j1"))) as { draft: never };
    expect(draftFrom(read.draft)).toMatchObject({ step: "report", job: { title: "drips" } });
    expect(leftOf(kept(), "j1", true)).toBe("unsigned");
  });

  it("before anybody set off leaves nothing to do", async () => {
    expect(await keepLast(kept(), "j1", aJob({ state: "accepted" }))).toBe(false);
    expect(leftOf(kept(), "j1", false)).toBe("hint");
  });

  it("keeps what was begun to be signed, and is not begun twice", async () => {
    await drafts.keep(draftKey("j1"), { tab: "a", draft: { step: "sign" } });
    expect(await keepLast(kept(), "j1", aJob({ state: "working" }))).toBe(true);
    expect(await drafts.read(draftKey("j1"))).toMatchObject({ draft: { step: "sign" } });
  });

  it("says what waits of it, and what was signed", () => {
    const step = { ...completing("j1", []), kind: "job.arrive", args: {} };
    expect(leftOf(kept(step), "j1", false)).toBe("waiting");
    expect(leftOf(kept(step), "another", false)).toBe("hint");
    expect(leftOf(kept(completing("j1", [])), "j1", true)).toBe("signed");
  });
});

import { describe, expect, it } from "vitest";
import { aJob } from "../../shared/api/builders";
import type { Review } from "../../shared/api/types";
import type { JsonObject } from "../../shared/replica/json";
import type { Judged, Operation, Outcome } from "../../shared/replica";
import { uuid7 } from "../../shared/replica/uuid7";
import { switchLanguage } from "../../shared/text/language";
import { aPhoto, completing } from "../photos/builders";
import { groups, type EntryState, type Kept } from "./entries";
import { waitingSummary, waitingWords } from "./summary";
import { enteredWords, reasonWords } from "./words";

const NOTHING: Kept = {
  ...{ waiting: [], judged: [], undoable: null, photos: [], technician_id: "t1" },
  ...{ handedIn: new Map(), reviews: new Map(), jobs: new Map() },
};

let ms = Date.now() - 60_000;

function step(kind: string, job_id = "j1", args: JsonObject = {}): Operation {
  ms += 1000;
  const at = { wall_ms: ms, monotonic_ms: 0, boot_id: "b" };
  return { ...completing(job_id, []), op_id: uuid7(ms), kind, args, at };
}

function judged(operation: Operation, status: string, said: Partial<Outcome> = {}): Judged {
  const outcome = { op_id: operation.op_id, seq: 1, status, version: 2, merges: [], review_id: null, code: null };
  return { operation, outcome: { ...outcome, text: null, ...said }, answered_ms: ms, seen: false };
}

const states = (kept: Partial<Kept>): EntryState[] =>
  groups({ ...NOTHING, ...kept }).flatMap(({ entries }) => entries.map(({ state }) => state));

describe("the outbox", () => {
  it("says of each step where it stands, the latest first", () => {
    const [sent, mixed, no, waits] = [step("job.accept"), step("job.patch"), step("job.pause"), step("job.resume")];
    const heard = [
      judged(sent, "applied"),
      judged(mixed, "merged"),
      judged(no, "rejected", { code: "job_reassigned" }),
    ];
    expect(states({ waiting: [waits], judged: heard })).toEqual(["waiting", "refused", "merged", "received"]);
  });

  it("shows a step that waits again, after a restore, as waiting and once", () => {
    const again = step("job.note");
    expect(states({ waiting: [again], judged: [judged(again, "applied")] })).toEqual(["waiting"]);
  });

  it("says of a held step whether the office has decided", () => {
    const held = judged(step("job.arrive"), "held", { review_id: "r1" });
    const review = { id: "r1", settled_at: null, op_id: null } as unknown as Review;
    expect(states({ judged: [held], reviews: new Map([["r1", review]]) })).toEqual(["held"]);
    const settled = { ...review, settled_at: "2026-11-23T00:00:00Z" };
    expect(states({ judged: [held], reviews: new Map([["r1", settled]]) })).toEqual(["settled"]);
  });

  it("follows what was signed until it is sealed", () => {
    const signed = judged(step("job.complete"), "applied");
    const { op_id } = signed.operation;
    const photo = aPhoto({ op_id });
    const [group] = groups({ ...NOTHING, judged: [signed], photos: [photo] });
    expect(group?.entries[0]).toMatchObject({ state: "received", open: true, photos: [photo] });
    const handedIn = {
      ...{ op_id, job_id: "j1", kind: "completed", valid: true, fault: null, received_at: "", photos: [] },
      ...{ sealed_at: "2026-11-23T00:00:00Z", code: "X" },
    };
    expect(states({ judged: [signed], handedIn: new Map([[op_id, handedIn]]) })).toEqual(["sealed"]);
  });

  it("puts records with something open first, and then the latest", () => {
    const [older, newer, open] = [step("job.accept", "a"), step("job.accept", "b"), step("job.accept", "c")];
    const late = step("job.accept", "d");
    const found = groups({
      ...NOTHING,
      waiting: [open],
      judged: [older, newer, late].map((each) => judged(each, "applied")),
      photos: [aPhoto({ state: "draft", job_id: "a", taken_at: new Date(0).toISOString() })],
      jobs: new Map([["a", aJob({ technician_id: "t2" })]]),
    });
    expect(found.map(({ id }) => id)).toEqual(["c", "a", "d", "b"]);
    expect(found.find(({ id }) => id === "a")).toMatchObject({ mine: false, open: 1 });
  });
});

describe("the words of the outbox", () => {
  it("say what waits, in both languages", () => {
    const photos = [aPhoto({ size: 4_100_000, sent: 0 }), aPhoto({ size: 600_000, sent: 600_000 })];
    const summary = waitingSummary([step("job.accept"), step("job.start"), step("job.note")], photos);
    switchLanguage("en");
    expect(waitingWords(summary)).toBe("3 steps, 2 photos, 4.1 MB");
    switchLanguage("zh-CN");
    expect(waitingWords(summary)).toBe("3 个步骤，2 张照片，4.1 MB");
    switchLanguage("en");
    expect(waitingWords(waitingSummary([], [aPhoto({ state: "received" })]))).toBe("");
  });

  it("say what was entered, as text and nothing else", () => {
    expect(enteredWords(step("job.note", "j1", { text: "<b>hot</b>" }))).toBe("<b>hot</b>");
    expect(enteredWords(step("job.use_part", "j1", { part: "WM-1", quantity: 2 }))).toBe("2 × WM-1");
    expect(enteredWords(step("job.accept"))).toBe("");
  });

  it("say why a step was refused, also by a code of a newer server", () => {
    const [known] = groups({ ...NOTHING, judged: [judged(step("job.pause"), "rejected", { code: "job_reassigned" })] });
    const [unknown] = groups({ ...NOTHING, judged: [judged(step("job.pause"), "rejected", { code: "of_2030" })] });
    const words = [known, unknown].map((group) => (group?.entries[0] ? reasonWords(group.entries[0], true) : ""));
    expect(words[0]).toContain("given to somebody else");
    expect(words[1]).toContain("kept here");
  });
});

import { describe, expect, it } from "vitest";
import type { Judged, Operation, Outcome } from "../../shared/replica";
import { aPhoto } from "../photos/builders";
import type { HandedIn, Photo } from "../photos/photo";
import { isSigned, latestOf, standingOf, statementsOf, type Statement } from "./standing";

const operation = (op_id: string, kind = "job.complete", photos: readonly string[] = []): Operation => ({
  op_id,
  seq: 1,
  kind,
  record: { type: "job", id: "j1" },
  base_version: 1,
  args: { manifest: { photos: photos.map((sha256) => ({ sha256 })) } },
  at: { wall_ms: 0, monotonic_ms: 0, boot_id: "b" },
});
const outcome = (op_id: string, fields: Partial<Outcome> = {}): Outcome => ({
  op_id,
  seq: 1,
  status: "applied",
  version: 2,
  merges: [],
  review_id: null,
  code: null,
  text: null,
  ...fields,
});
const judged = (op: Operation, fields: Partial<Outcome> = {}): Judged => ({
  operation: op,
  outcome: outcome(op.op_id, fields),
  seen: false,
  answered_ms: 1,
});
const handedIn = (fields: Partial<HandedIn> = {}): HandedIn => ({
  op_id: "a",
  job_id: "j1",
  kind: "completed",
  valid: true,
  fault: null,
  received_at: "",
  sealed_at: null,
  code: null,
  photos: [],
  ...fields,
});
const statement = (photos: readonly string[], answered: Outcome | null): Statement => {
  const [one] = statementsOf("j1", [], [operation("a", "job.complete", photos)]);
  if (one === undefined) throw new Error("none was signed");
  return { ...one, outcome: answered };
};
const stages = (...of: Parameters<typeof standingOf>): string[] =>
  standingOf(...of).stages.map(({ name, state }) => `${name} ${state}`);

describe("what was signed for a job", () => {
  it("is the last that is no addendum, heard of or not", () => {
    const all = statementsOf(
      "j1",
      [judged(operation("a")), judged(operation("b", "job.addendum"))],
      [operation("c", "job.note")],
    );
    expect([all.map(({ kind }) => kind), latestOf(all)?.op_id]).toEqual([["completed", "addendum"], "a"]);
    expect(statementsOf("j2", [judged(operation("a"))], [])).toEqual([]);
  });

  it("waits again where the server came back without it", () => {
    const all = statementsOf("j1", [judged(operation("a"))], [operation("a")]);
    expect(all.map((each) => each.outcome)).toEqual([null]);
  });
});

describe("whether there is nothing to finish", () => {
  const done = { state: "completed", sign_again: null };
  const live = { state: "working", sign_again: null };
  it.each([
    ["nothing was signed", live, null, false],
    ["it was signed a moment ago", done, statement([], null), true],
    ["the office has it", done, statement([], outcome("a")), true],
    ["the office asks about it", live, statement([], outcome("a", { status: "held" })), true],
    ["the office refused it", live, statement([], outcome("a", { status: "rejected" })), false],
    ["the job was opened again", live, statement([], outcome("a")), false],
    ["it is to be signed again", { ...done, sign_again: "a" }, statement([], outcome("a")), false],
    ["the job is gone", undefined, statement([], outcome("a")), true],
  ])("when %s", (_, job, latest, signed) => {
    expect(isSigned(job, latest)).toBe(signed);
  });
});

describe("how far it has come", () => {
  it("is saved, received, its photos received, sealed, one after the other", () => {
    const [here, there] = [statement(["p", "q"], null), statement(["p", "q"], outcome("a"))];
    const photos = (p: "awaited" | "ready", q: "awaited" | "ready"): HandedIn["photos"] => [
      { sha256: "p", state: p, code: null },
      { sha256: "q", state: q, code: null },
    ];
    expect(stages(here, undefined, [])).toEqual(["saved done", "received now", "photos later", "sealed later"]);
    expect(stages(there, undefined, [])).toEqual(["saved done", "received done", "photos now", "sealed later"]);
    const some = handedIn({ photos: photos("ready", "awaited") });
    expect(standingOf(there, some, []).photos).toMatchObject({ named: 2, received: 1 });
    const all = handedIn({ photos: photos("ready", "ready") });
    expect(stages(there, all, [])).toEqual(["saved done", "received done", "photos done", "sealed now"]);
    const sealed = { ...all, sealed_at: "2026-11-23T04:00:00Z", code: "C" };
    expect(stages(there, sealed, [])).toEqual(["saved done", "received done", "photos done", "sealed done"]);
  });

  it("does not wait for a photo that the office does not take", () => {
    const signed = statement(["p"], outcome("a"));
    const photo = (trouble: Photo["trouble"]): Photo => aPhoto({ op_id: signed.op_id, trouble });
    const [wrong, later] = [photo("digest_mismatch"), photo("storage_full")];
    const standing = standingOf(signed, handedIn(), [], [wrong, aPhoto({ trouble: "digest_mismatch" })]);
    expect([standing.photos.refused, standing.stages[2]?.state]).toEqual([1, "trouble"]);
    expect(standingOf(signed, handedIn(), [], [later]).stages[2]?.state).toBe("now");
  });

  it("has no line for photos where there are none", () => {
    expect(stages(statement([], outcome("a")), undefined, [])).toEqual(["saved done", "received done", "sealed now"]);
  });

  it("stops where it was refused, or does not hold", () => {
    const refused = standingOf(
      statement([], outcome("a", { status: "rejected", code: "unknown_record" })),
      undefined,
      [],
    );
    expect([refused.trouble, refused.code, refused.stages.at(-1)?.state]).toEqual([
      "refused",
      "unknown_record",
      "trouble",
    ]);
    const invalid = standingOf(
      statement([], outcome("a", { status: "held" })),
      handedIn({ valid: false, fault: "signature_invalid" }),
      [],
    );
    expect([invalid.trouble, invalid.code]).toEqual(["invalid", "signature_invalid"]);
  });

  it("is asked about while the office decides", () => {
    const held = standingOf(statement([], outcome("a", { status: "held" })), handedIn(), []);
    expect([held.trouble, held.stages.map(({ state }) => state)]).toEqual(["held", ["done", "done", "now"]]);
  });
});

import { describe, expect, it } from "vitest";
import type { FieldMerge, Judged, Operation } from "../../shared/replica";
import type { JsonObject } from "../../shared/replica/json";
import { meanwhileOf } from "./meanwhile";

const JOB = "job-1";
const IDS = new Set([JOB]);
const lost: FieldMerge = { field: "contact_phone", winner: "office", won: "139", lost: "138" };

function said(op_id: string, kind: string, args: JsonObject = {}, id = JOB): Operation {
  const at = { wall_ms: 0, monotonic_ms: 0, boot_id: "b" };
  return { op_id, seq: 1, kind, record: { type: "job", id }, base_version: 1, args, at };
}

function judged(operation: Operation, status: string, merges: readonly FieldMerge[] = [], seen = false): Judged {
  const { op_id, seq } = operation;
  const outcome = { op_id, seq, status, version: 2, merges, review_id: null, code: "transition_illegal", text: null };
  return { operation, outcome, answered_ms: 0, seen };
}

const patched = said("a", "job.patch", { contact_phone: "138" });

describe("what became of an entry", () => {
  it("is told beside its field: whose value stands, and which did not", () => {
    const { fields, op_ids } = meanwhileOf([judged(patched, "merged", [lost])], [], IDS);
    expect(fields.get("contact_phone")).toEqual({ op_id: "a", winner: "office", won: "139", lost: "138" });
    expect(op_ids).toEqual(["a"]);
  });

  it("is over when it was seen, or entered anew since", () => {
    expect(meanwhileOf([judged(patched, "merged", [lost], true)], [], IDS).fields.size).toBe(0);
    const anew = said("b", "job.patch", { contact_phone: "137" });
    expect(meanwhileOf([judged(patched, "merged", [lost])], [anew], IDS).fields.size).toBe(0);
    const both = [judged(patched, "merged", [lost]), judged(anew, "applied")];
    expect(meanwhileOf(both, [], IDS).fields.size).toBe(0);
  });

  it("is nothing when both said the same", () => {
    expect(meanwhileOf([judged(patched, "merged", [{ ...lost, lost: "139" }])], [], IDS).fields.size).toBe(0);
  });

  it("is that job's alone", () => {
    expect(meanwhileOf([judged(said("c", "job.accept", {}, "job-2"), "rejected")], [], IDS).turned).toEqual([]);
  });
});

describe("a deed that was not simply taken", () => {
  it("is named with the reason", () => {
    const { turned } = meanwhileOf([judged(said("a", "job.accept"), "rejected")], [], IDS);
    expect(turned).toEqual([{ op_id: "a", kind: "job.accept", status: "rejected", code: "transition_illegal" }]);
  });

  it("is left to the news when it was signed: that is more than this page should wave away", () => {
    expect(meanwhileOf([judged(said("a", "job.complete"), "held")], [], IDS).op_ids).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";
import { aJob } from "../../shared/api/builders";
import type { Job, Review } from "../../shared/api/types";
import type { Operation } from "../../shared/replica";
import { marksOf, openReview, type MarkFacts } from "./marks";

const ME = "tech-me";
const NOTHING: MarkFacts = { technician_id: ME, waiting: [], photos: 0, recalled: false, changed: false, reviews: [] };

const kinds = (job: Job, facts: Partial<MarkFacts> = {}): string[] =>
  marksOf(job, { ...NOTHING, ...facts }).map(({ kind, n }) => `${kind} ${n}`);
const mine = (fields: Partial<Job> = {}): Job => aJob({ state: "scheduled", technician_id: ME, ...fields });

function said(job: Job): Operation {
  const at = { wall_ms: 0, monotonic_ms: 0, boot_id: "b" };
  return { op_id: "o", seq: 1, kind: "job.note", record: { type: "job", id: job.id }, base_version: 1, args: {}, at };
}

function aReview(job: Job, opened_at: string, settled_at: string | null = null): Review {
  return {
    ...{ id: opened_at, outlet_id: "o", kind: "held", record_type: "job", record_id: job.id, technician_id: ME },
    ...{ op_id: null, sides: {}, choices: {}, opened_at, settled_at, settled_by: null, choice: null, version: 1 },
    undo_until: null,
  };
}

describe("the marks of a job", () => {
  it("are none when all is as it should be", () => {
    expect(kinds(mine())).toEqual([]);
  });

  it("count what was not sent, of this job alone", () => {
    const job = mine();
    expect(kinds(job, { waiting: [said(job), said(mine()), said(job)], photos: 3 })).toEqual(["unsent 2", "photos 3"]);
  });

  it("name what waits, what is called back, and what is asked, the most pressing first", () => {
    const job = mine({ hold_cause: "waiting_for_parts", billing_held: true, sign_again: "op" });
    expect(kinds(job, { recalled: true, changed: true })).toEqual([
      ...["sign_again 1", "recall 1", "changed 1", "parts 1", "review 1"],
    ]);
  });

  it("say when the job is somebody else's", () => {
    expect(kinds(mine({ technician_id: "other" }))).toEqual(["not_mine 1"]);
    expect(kinds(mine({ technician_id: null, state: "declined" }))).toEqual([]);
  });
});

describe("the open review of a job", () => {
  it("is the oldest that nobody has settled", () => {
    const job = mine();
    const reviews = [aReview(job, "2026-11-03"), aReview(job, "2026-11-01", "2026-11-02"), aReview(job, "2026-11-02")];
    expect(openReview(job, reviews)?.id).toBe("2026-11-02");
    expect(openReview(mine(), reviews)).toBeNull();
  });
});

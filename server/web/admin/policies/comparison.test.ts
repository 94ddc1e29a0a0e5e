import { describe, expect, it } from "vitest";
import { compare, deadlinesOf, inTime, movedBy, type Previewed, type PreviewedJob } from "./comparison";

const job = (fields: Partial<PreviewedJob>): PreviewedJob => ({
  job_id: "j",
  number: 1,
  opened_at: "2026-11-01T08:00:00Z",
  respond_by: "2026-11-02T08:00:00Z",
  would_respond_by: "2026-11-01T20:00:00Z",
  resolve_by: null,
  would_resolve_by: null,
  arrived_at: "2026-11-01T21:00:00Z",
  ...fields,
});

const told: Previewed = {
  since: "2026-10-24T00:00:00Z",
  jobs: 100,
  capped: false,
  bound: 40,
  sooner: 30,
  later: 5,
  as_promised: { met: 80, missed: 10, open: 6, not_promised: 4 },
  with_change: { met: 60, missed: 30, open: 10, not_promised: 0 },
  examples: [job({ number: 1 }), job({ number: 2, would_respond_by: "2026-11-03T08:00:00Z" })],
  standing: "binding",
  shortfall: null,
};

describe("a comparison", () => {
  it("says how each fate changes, and how many stay as they are", () => {
    const found = compare(told);
    expect(found.rows.map((row) => [row.fate, row.change])).toEqual([
      ["met", -20],
      ["missed", 20],
      ["open", 4],
      ["not_promised", -4],
    ]);
    expect(found.same).toBe(65);
  });

  it("shares out only what was judged", () => {
    expect(compare(told).keptAfter).toBeCloseTo(2 / 3);
    expect(compare({ ...told, with_change: { met: 0, missed: 0, open: 9, not_promised: 1 } }).keptAfter).toBeNull();
  });

  it("names the job whose deadline comes most forward and the one with most time won", () => {
    const found = compare(told);
    expect([found.worst?.number, found.easiest?.number]).toEqual([1, 2]);
    expect(compare({ ...told, examples: [] }).worst).toBeNull();
  });
});

describe("a job's deadlines", () => {
  it("are of the resolution where the response stays", () => {
    const moved = job({
      would_respond_by: "2026-11-02T08:00:00Z",
      resolve_by: null,
      would_resolve_by: "2026-11-05T00:00:00Z",
    });
    expect(deadlinesOf(moved)).toEqual([null, "2026-11-05T00:00:00Z"]);
    expect(movedBy(moved)).toBe(-Infinity);
  });

  it("are judged by the arrival, where there was one", () => {
    expect([inTime(job({}), "2026-11-02T08:00:00Z"), inTime(job({}), "2026-11-01T20:00:00Z")]).toEqual([true, false]);
    expect(inTime(job({ arrived_at: null }), "2026-11-02T08:00:00Z")).toBeNull();
  });
});

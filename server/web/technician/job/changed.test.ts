import { describe, expect, it } from "vitest";
import type { Change } from "../news/changes";
import type { NewsItem } from "../news/items";
import { changedOf } from "./changed";

const HOUR = 3_600_000;
const NOW = 100 * HOUR;

function anItem(hoursAgo: number, changes: readonly Change[], how: { unseen?: boolean; job?: string } = {}): NewsItem {
  const { unseen = false, job = "job-1" } = how;
  const at_ms = NOW - hoursAgo * HOUR;
  const id = `${job} ${at_ms}`;
  const news = {
    id,
    at_ms,
    seen: unseen ? 0 : 1,
    kind: "changed",
    job_id: job,
    number: 1,
    title: "",
    changes,
  } as const;
  return { id, at_ms, unseen, kind: "job", news };
}
const moved = (from: string, to: string): Change => ({ field: "address", from, to });

describe("what the office changed on a job", () => {
  it("is told from what the technician knew to what stands now", () => {
    const { fields, unseen } = changedOf([anItem(1, [moved("B", "C")]), anItem(2, [moved("A", "B")])], "job-1", NOW);
    expect([fields.get("address"), unseen]).toEqual([moved("A", "C"), false]);
  });

  it("stays until it is seen, and half a day beyond", () => {
    expect(changedOf([anItem(13, [moved("A", "B")])], "job-1", NOW).fields.size).toBe(0);
    expect(changedOf([anItem(13, [moved("A", "B")], { unseen: true })], "job-1", NOW).unseen).toBe(true);
  });

  it("is that job's alone", () => {
    expect(changedOf([anItem(1, [moved("A", "B")], { job: "job-2" })], "job-1", NOW).fields.size).toBe(0);
  });
});

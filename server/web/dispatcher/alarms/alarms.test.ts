import { describe, expect, it } from "vitest";
import { aJob } from "../../shared/api/builders";
import type { Alarm } from "../../shared/api/types";
import { byPress, quietTrouble, untaken } from "./alarms";

function alarm(id: string, fields: Partial<Alarm> = {}): Alarm {
  return {
    id,
    version: 1,
    centre_id: "c",
    outlet_id: "o",
    job_id: `job of ${id}`,
    number: 7,
    clock: "response",
    step: "missed",
    tell: "dispatcher",
    due: "2026-11-24T02:00:00Z",
    fired_at: "2026-11-24T01:00:00Z",
    taken_by: null,
    taken_at: null,
    over_at: null,
    ...fields,
  };
}

const NOW = Date.parse("2026-11-24T03:00:00Z");

describe("alarms", () => {
  it("put first what nobody has taken, then what is due first", () => {
    const taken = alarm("a", { taken_by: "me", due: "2026-11-24T00:00:00Z" });
    const later = alarm("b", { due: "2026-11-24T05:00:00Z" });
    expect(byPress([taken, later, alarm("c")]).map(({ id }) => id)).toEqual(["c", "b", "a"]);
  });

  it("count until somebody takes them", () => {
    expect(untaken([alarm("a"), alarm("b", { taken_by: "me" })]).length).toBe(1);
  });
});

describe("promises that no alarm speaks of", () => {
  const late = { respond_by: "2026-11-24T02:00:00Z", state: "scheduled" } as const;

  it("are those that will not hold", () => {
    const calm = aJob({ respond_by: "2026-11-25T00:00:00Z", window_start: "2026-11-24T06:00:00Z", state: "accepted" });
    const overdue = aJob(late);
    expect(quietTrouble([calm, overdue], [], NOW).map(({ job }) => job.id)).toEqual([overdue.id]);
  });

  it("are told once: where there is an alarm, they are not", () => {
    const job = aJob(late);
    expect(quietTrouble([job], [alarm("a", { job_id: job.id })], NOW)).toEqual([]);
  });

  it("are not those of work that is over", () => {
    const over = aJob({ ...late, promise_state: "missed", state: "completed" });
    expect(quietTrouble([over], [], NOW)).toEqual([]);
  });
});

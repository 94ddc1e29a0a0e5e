import { describe, expect, it } from "vitest";
import { aJob } from "../../shared/api/builders";
import type { Alarm } from "../../shared/api/types";
import { byHands, byPress, freshIn, quietTrouble, seenWith, untaken } from "./alarms";
import { anAlarm } from "./builders";

const alarm = (id: string, fields: Partial<Alarm> = {}): Alarm => anAlarm({ id, ...fields });

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

describe("alarms by who sees to them", () => {
  it("are nobody's, one's own, or a colleague's", () => {
    const [free, mine, other] = [alarm("a"), alarm("b", { taken_by: "me" }), alarm("c", { taken_by: "li" })];
    expect(byHands([free, mine, other], "me")).toEqual({ nobody: [free], mine: [mine], colleagues: [other] });
  });
});

describe("news of alarms", () => {
  it("is none of what stood there when the desk was opened", () => {
    expect(freshIn([alarm("a")], null)).toEqual([]);
    expect(freshIn(null, new Set())).toEqual([]);
  });

  it("is told once, also when the list was away meanwhile", () => {
    const opened = seenWith([alarm("a")], null);
    expect(freshIn([alarm("a"), alarm("b")], opened).map(({ id }) => id)).toEqual(["b"]);
    const later = seenWith([], seenWith(null, seenWith([alarm("a"), alarm("b")], opened)));
    expect(freshIn([alarm("a"), alarm("b")], later)).toEqual([]);
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

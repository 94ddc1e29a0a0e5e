import { describe, expect, it } from "vitest";
import type { JobPromise } from "../../shared/api/types";
import { linesOf } from "./telling";

const DUE = "2026-11-24T02:00:00Z";
const LATER = "2026-11-24T05:00:00Z";

function promise(fields: Partial<JobPromise> = {}): JobPromise {
  return {
    job_id: "j",
    policy_id: "p",
    started_at: "2026-11-23T02:00:00Z",
    state: "running",
    response: { state: "running", first_due: DUE, base_due: DUE, due: DUE },
    resolution: null,
    pauses: [],
    appointments: [],
    judgements: [],
    planned_at: null,
    next_at: null,
    ...fields,
  };
}

describe("a promise", () => {
  it("to which nothing happened has nothing to tell", () => {
    expect(linesOf(promise())).toEqual([]);
  });

  it("that moved is told with what was promised at first", () => {
    const moved = { state: "running", first_due: DUE, base_due: DUE, due: LATER };
    expect(linesOf(promise({ response: moved }))).toEqual([{ kind: "first", goal: "arrive", due: Date.parse(DUE) }]);
  });

  it("that stands still says so first; a pause that is over comes last", () => {
    const over = { cause: "no_access", began: DUE, ended: LATER };
    const running = { cause: "waiting_for_parts", began: LATER, ended: null };
    const lines = linesOf(promise({ pauses: [over, running], planned_at: LATER }));
    expect(lines.map(({ kind }) => kind)).toEqual(["pause", "planned", "pause"]);
    expect(lines[0]).toMatchObject({ cause: "waiting_for_parts", ended: null });
  });

  it("is told by the last agreement, once for both clocks", () => {
    const first = { clock: "response", at: DUE, agreed_at: "2026-11-23T03:00:00Z" };
    const last = { clock: "response", at: LATER, agreed_at: "2026-11-23T04:00:00Z" };
    const lines = linesOf(promise({ appointments: [first, { ...last, clock: "resolution" }, last] }));
    expect(lines).toEqual([{ kind: "appointment", at: Date.parse(LATER), agreedAt: Date.parse(last.agreed_at) }]);
  });

  it("that was judged anew shows both judgements; one alone is on the clock already", () => {
    const missed = { clock: "response", state: "missed", judged_at: DUE, first_missed: true, why: "", due: DUE };
    const met = { ...missed, state: "met", judged_at: LATER, late_by_seconds: -60 };
    expect(linesOf(promise({ judgements: [missed] }))).toEqual([]);
    expect(
      linesOf(promise({ judgements: [missed, met] })).map((line) => line.kind === "judgement" && line.state),
    ).toEqual(["missed", "met"]);
  });
});

import { describe, expect, it } from "vitest";
import { readPromise, slackOf, type PromiseFacts } from "./promise";

const at = (clock: string): number => Date.parse(`2026-11-07T${clock}:00Z`);
const iso = (clock: string): string => new Date(at(clock)).toISOString();

/** Planned in time, unless `fields` say otherwise. */
function job(fields: Partial<PromiseFacts> = {}): PromiseFacts {
  return {
    opened_at: iso("08:00"),
    respond_by: iso("12:00"),
    resolve_by: iso("16:00"),
    promise_state: "running",
    window_start: iso("08:30"),
    arrival: null,
    ...fields,
  };
}

const HOUR = 3_600_000;

describe("before arrival", () => {
  it("the promise is to arrive, and the ring shows the share used", () => {
    expect(readPromise(job(), at("09:00"))).toEqual({
      state: "running",
      goal: "arrive",
      due: at("12:00"),
      left: 3 * HOUR,
      spent: 0.25,
    });
  });

  it("it holds at the due instant itself and is over after it", () => {
    expect(readPromise(job(), at("12:00")).state).toBe("running");
    expect(readPromise(job(), at("12:00") + 1)).toMatchObject({ state: "overdue", spent: 1 });
  });

  it("a visit planned too late puts it at risk", () => {
    expect(readPromise(job({ window_start: iso("12:30") }), at("09:00")).state).toBe("at_risk");
    expect(readPromise(job({ window_start: iso("12:00") }), at("09:00")).state).toBe("running");
  });

  it("is told when nobody is planned, and at risk when that is so in the last hour", () => {
    expect(readPromise(job({ window_start: null }), at("11:00")).state).toBe("unplanned");
    expect(readPromise(job({ window_start: null }), at("11:00") + 1).state).toBe("at_risk");
    expect(readPromise(job({ window_start: null }), at("12:00") + 1).state).toBe("overdue");
  });

  it("the server's warning is believed", () => {
    expect(readPromise(job({ promise_state: "at_risk" }), at("09:00")).state).toBe("at_risk");
  });
});

describe("after arrival", () => {
  it("the promise is to finish", () => {
    const there = job({ arrival: { at: iso("11:00") }, window_start: iso("12:30") });
    expect(readPromise(there, at("12:30"))).toMatchObject({ state: "running", goal: "finish", left: 3.5 * HOUR });
  });
});

describe("what the server has judged", () => {
  it.each(["met", "missed", "void"] as const)("stands, and no clock runs: %s", (state) => {
    expect(readPromise(job({ promise_state: state }), at("15:00"))).toMatchObject({ state, left: null, spent: 1 });
  });

  it("a pause stops the clock where it is", () => {
    expect(readPromise(job({ promise_state: "paused" }), at("10:00"))).toMatchObject({ left: null, spent: 0.5 });
  });
});

describe("without a promise", () => {
  const free = job({ respond_by: null, resolve_by: null });

  it("there is no clock", () => {
    expect(readPromise(free, at("09:00"))).toMatchObject({ state: "none", due: null, left: null, spent: 0 });
    expect(slackOf(free, at("09:00"))).toBeNull();
  });

  it("a void one is none rather than broken off", () => {
    expect(readPromise({ ...free, promise_state: "void" }, at("09:00")).state).toBe("none");
  });

  it("to arrive, the promise to finish is shown", () => {
    expect(readPromise(job({ respond_by: null }), at("09:00"))).toMatchObject({ goal: "finish", due: at("16:00") });
  });
});

describe("a job overdue on creation", () => {
  it("has used all its time", () => {
    expect(readPromise(job({ respond_by: iso("08:00") }), at("08:00"))).toMatchObject({ spent: 1 });
    expect(readPromise(job({ respond_by: iso("07:00") }), at("08:00")).state).toBe("overdue");
  });
});

describe("slack", () => {
  it("counts from now while nobody is assigned", () => {
    expect(slackOf(job({ window_start: null }), at("10:00"))).toBe(2 * HOUR);
    expect(slackOf(job({ window_start: null }), at("13:00"))).toBe(-HOUR);
  });

  it("counts from the planned arrival once a visit is booked", () => {
    expect(slackOf(job({ window_start: iso("11:00") }), at("09:00"))).toBe(HOUR);
    expect(slackOf(job({ window_start: iso("13:00") }), at("09:00"))).toBe(-HOUR);
  });

  it("counts from now again when the planned arrival has passed", () => {
    expect(slackOf(job({ window_start: iso("09:00") }), at("11:30"))).toBe(HOUR / 2);
  });

  it("is none when the promise is judged", () => {
    expect(slackOf(job({ promise_state: "met" }), at("10:00"))).toBeNull();
  });
});

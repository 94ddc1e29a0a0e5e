import { describe, expect, it } from "vitest";
import { aJob } from "../shared/api/builders";
import { arrangementsOf, bookingIn, offersIn } from "./offers";

describe("what the desk may do with a job", () => {
  it("is to book it while nobody is at work on it", () => {
    expect((["new", "declined", "cannot_complete"] as const).map(bookingIn)).toEqual(["assign", "assign", "assign"]);
    expect((["scheduled", "accepted", "en_route", "paused"] as const).map(bookingIn)).toEqual(Array(4).fill("move"));
    expect((["on_site", "working", "completed", "closed", "cancelled"] as const).map(bookingIn)).toEqual(
      Array(5).fill(null),
    );
  });

  it("is nothing once it is over", () => {
    expect([offersIn("closed"), offersIn("cancelled", true)]).toEqual([[], []]);
    expect(offersIn("completed")).toEqual(["close"]);
  });

  it("is to delete what was raised by mistake, but no work", () => {
    expect([offersIn("new"), offersIn("cancelled")].every((offers) => offers.includes("delete"))).toBe(true);
    expect(offersIn("new", true)).not.toContain("delete");
  });
});

describe("what can be arranged about a promise", () => {
  const promised = { respond_by: "2026-11-24T02:00:00Z" };

  it("is to pause it while it runs, and to let it go on while it is paused", () => {
    expect(arrangementsOf(aJob(promised))).toEqual(["hold", "appointment"]);
    expect(arrangementsOf(aJob({ ...promised, promise_state: "paused" }))).toEqual(["resume", "appointment"]);
  });

  it("is no pause where nothing was promised", () => {
    expect(arrangementsOf(aJob())).toEqual(["appointment"]);
  });

  it("includes fixing a visit only where there is one", () => {
    expect(arrangementsOf(aJob({ ...promised, visit_id: "v", state: "scheduled" }))).toContain("lock");
  });

  it("is to take work up again once it is done, and nothing once it is called off", () => {
    expect(arrangementsOf(aJob({ ...promised, state: "completed" }))).toEqual(["reopen"]);
    expect(arrangementsOf(aJob({ ...promised, state: "cancelled" }))).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";
import { bookingIn, offersIn } from "./offers";

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

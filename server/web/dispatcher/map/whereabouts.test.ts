import { describe, expect, it } from "vitest";
import type { Job } from "../../shared/api/types";
import { at, aRow, aVisit } from "../timeline/builders";
import { kindOf, routeOf, whereaboutsOf } from "./whereabouts";

const OUTLET = { lat: 31, lon: 121 };
const done = (from: number): Job => aVisit(from, from + 1, { state: "completed", lat: from });
const seen = (jobs: readonly Job[]): unknown[] => {
  const { place, known, visit } = whereaboutsOf(aRow(jobs, undefined, at(12)), OUTLET, at(12));
  return [known, place?.lat, visit?.job.number];
};

describe("where a technician is", () => {
  it("is the job they work at", () => {
    const here = aVisit(11, 12, { state: "working", lat: 11 });
    expect(seen([done(8), here, aVisit(14, 15)])).toEqual(["at_job", 11, here.number]);
  });

  it("on the way is where they set off", () => {
    const going = aVisit(11, 12, { state: "en_route", lat: 11 });
    expect(seen([done(8), going])).toEqual(["on_way", 8, going.number]);
    expect(seen([going])).toEqual(["on_way", OUTLET.lat, going.number]);
  });

  it("is the last job that is done, else the first that is planned", () => {
    const [first, last, next] = [done(8), done(10), aVisit(14, 15, { lat: 14 })];
    expect(seen([first, last, next])).toEqual(["was_at", 10, last.number]);
    expect(seen([next])).toEqual(["next_at", 14, next.number]);
  });

  it("without a job is their outlet", () => {
    expect(seen([])).toEqual(["at_home", OUTLET.lat, undefined]);
  });
});

describe("the route of a day", () => {
  it("goes from the outlet from visit to visit", () => {
    const row = aRow([aVisit(10, 11, { lat: 2 }), aVisit(8, 9, { lat: 1 })]);
    expect(routeOf(row, OUTLET).map((stop) => stop.lat)).toEqual([31, 1, 2]);
    expect(routeOf(aRow([]), OUTLET)).toEqual([]);
  });
});

describe("the sign of a job", () => {
  it("says where it stands", () => {
    expect(
      (["declined", "accepted", "paused", "closed"] as const).map((state) => kindOf(aVisit(1, 2, { state }))),
    ).toEqual(["waiting", "planned", "under_way", "done"]);
  });
});

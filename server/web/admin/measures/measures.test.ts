import { describe, expect, it } from "vitest";
import { byNeed, csv, firstTimeShare, keptShare, periodsOf, points, totalOf, type OutletMeasures } from "./measures";

const outlet = (name: string, met: number, missed: number, fields: Partial<OutletMeasures> = {}): OutletMeasures => ({
  outlet_id: name,
  centre_id: "c",
  name,
  name_en: "",
  jobs: met + missed,
  response: { met, missed, open: 0 },
  resolution: { met: 0, missed: 0, open: 0 },
  slack_seconds: null,
  finished: 0,
  first_time: 0,
  ...fields,
});

describe("shares", () => {
  it("are of what was judged, and unknown where nothing was", () => {
    expect([keptShare({ met: 3, missed: 1 }), keptShare({ met: 0, missed: 0 })]).toEqual([0.75, null]);
    expect(firstTimeShare({ finished: 0, first_time: 0 })).toBeNull();
  });

  it("change by points, where both are known", () => {
    expect([points(0.9, 0.85), points(null, 0.5)]).toEqual([5, null]);
  });
});

describe("the firm", () => {
  it("adds its outlets up; the mean slack counts each arrival once", () => {
    const total = totalOf([
      outlet("a", 3, 1, { slack_seconds: 100 }),
      outlet("b", 1, 0, { slack_seconds: 600 }),
      outlet("c", 0, 0),
    ]);
    expect([total.jobs, total.response.met, total.slack_seconds]).toEqual([5, 4, 200]);
    expect(totalOf([]).slack_seconds).toBeNull();
  });

  it("shows the outlet that keeps least first, and those that were not judged last", () => {
    expect(byNeed([outlet("none", 0, 0), outlet("good", 9, 1), outlet("bad", 1, 9)]).map((one) => one.name)).toEqual([
      "bad",
      "good",
      "none",
    ]);
  });
});

describe("a period", () => {
  it("ends now and begins where the one before it ends", () => {
    expect(periodsOf(7, Date.parse("2026-11-23T12:00:00Z"))).toEqual({
      from: "2026-11-16T12:00:00.000Z",
      to: "2026-11-23T12:00:00.000Z",
      before: "2026-11-09T12:00:00.000Z",
    });
  });
});

describe("a table for a spreadsheet", () => {
  it("quotes what it has to and lets no name be a formula", () => {
    expect(
      csv([
        ["a,b", 'say "hi"', null, 0.5],
        ["=1+1", "@x", "-y", -3],
      ]),
    ).toBe("\uFEFF" + '"a,b","say ""hi""",,0.5\r\n\'=1+1,\'@x,\'-y,-3\r\n');
  });
});

import { describe, expect, it } from "vitest";
import { HOUR, MINUTE } from "./hours";
import { aPerson, at, aRow, aTechnician, aVisit, iso, SPAN } from "./builders";
import { keptRows, rowOf, visitOf, visitsBy } from "./rows";

const times = (row: ReturnType<typeof aRow>): readonly (readonly number[])[] =>
  row.visits.map((visit) => [(visit.start - SPAN.from) / HOUR, (visit.end - SPAN.from) / HOUR, visit.lane]);

describe("a technician's row", () => {
  it("holds the visits in the order of their beginning", () => {
    expect(times(aRow([aVisit(14, 15), aVisit(9, 10)]))).toEqual([
      [9, 10, 0],
      [14, 15, 0],
    ]);
  });

  it("puts what overlaps into lanes, and what follows back into the first", () => {
    const row = aRow([aVisit(9, 11), aVisit(10, 12), aVisit(11, 12), aVisit(10.5, 13)]);
    expect(times(row)).toEqual([
      [9, 11, 0],
      [10, 12, 1],
      [10.5, 13, 2],
      [11, 12, 0],
    ]);
    expect(row.lanes).toBe(3);
  });

  it("shows a shift over midnight on both days", () => {
    const night = [{ start: at(22), end: at(30) }];
    const row = rowOf(aPerson({ shifts: night }), visitsBy([aVisit(23.5, 24.5)], SPAN, at(7)).get("wang") ?? [], SPAN);
    expect(times(row)).toEqual([[23.5, 24.5, 0]]);
    expect(row.load).toEqual({ booked: 0.5 * HOUR, shift: 2 * HOUR }); // what is after midnight is the next day's load
  });

  it("holds nothing of the day before that is over, and what reaches into the day", () => {
    expect(times(aRow([aVisit(-3, -1), aVisit(-1, 1)]))).toEqual([[-1, 1, 0]]);
  });

  it("shows the time between two shifts as a break, but not a whole night", () => {
    const split = aRow([], aPerson({ shifts: [8, 13].map((h) => ({ start: at(h), end: at(h + 4) })) }));
    expect(split.breaks).toEqual([{ start: at(12), end: at(13) }]);
    const nights = aRow([], aPerson({ shifts: [-2, 22].map((h) => ({ start: at(h), end: at(h + 8) })) }));
    expect(nights.breaks).toEqual([]);
  });
});

describe("a visit", () => {
  it("is where it was told until somebody is there", () => {
    expect(visitOf(aVisit(9, 10, { state: "en_route" }), at(12))).toMatchObject({
      start: at(9),
      standing: "under_way",
    });
  });

  it("begins with the arrival and goes on to the present while it lasts longer than it should", () => {
    const arrival = { at: iso(9.5), technician_id: "wang" };
    const late = visitOf(aVisit(9, 10, { state: "working", arrival }), at(12));
    expect(late).toMatchObject({ start: at(9.5), end: at(12), standing: "under_way" });
  });

  it("ends when it was finished", () => {
    const done = aVisit(9, 10, { state: "completed", arrival: { at: iso(9.25), technician_id: "wang" } });
    expect(visitOf({ ...done, finished_at: iso(9.75) }, at(12))).toMatchObject({ start: at(9.25), end: at(9.75) });
  });

  it("does not begin with somebody else's arrival", () => {
    const arrival = { at: iso(3), technician_id: "li" };
    expect(visitOf(aVisit(9, 10, { state: "working", arrival }), at(9.5))).toMatchObject({ start: at(9) });
  });

  it("is nobody's when the job waits or is cancelled", () => {
    expect(visitOf(aVisit(9, 10, { state: "cancelled" }), at(7))).toBeNull();
    expect(visitOf(aVisit(9, 10, { technician_id: null }), at(7))).toBeNull();
  });
});

describe("the way to a visit", () => {
  const far = { lat: 31.2, lon: 121.6 }; // some 9.5 km, 25 minutes by estimate

  it("is estimated from the visit before, and from home for the first", () => {
    const row = aRow([aVisit(9, 10, far), aVisit(11, 12)], aPerson({ technician: aTechnician() }));
    expect(row.travels.map((travel) => Math.round(travel.ms / MINUTE))).toEqual([25, 25]);
    expect(row.travels.map((travel) => travel.arrive)).toEqual([at(9), at(11)]);
  });

  it("is tight when there is not so much time between two visits", () => {
    const row = aRow([aVisit(9, 10), aVisit(10.25, 11, far)]);
    expect(row.travels.map((travel) => travel.tight)).toEqual([true]);
  });

  it("is not told of what is done: nobody knows it", () => {
    expect(aRow([aVisit(9, 10, { ...far, state: "completed" })]).travels).toEqual([]);
  });
});

describe("rows that are kept", () => {
  it("stay the same objects but for the one that changed", () => {
    const rowsOf = keptRows();
    const people = [aPerson(), aPerson({ technician: aTechnician({ id: "li" }) })];
    const jobs = [aVisit(9, 10), aVisit(9, 10, { technician_id: "li" })];
    const before = rowsOf(people, visitsBy(jobs, SPAN, at(7)), SPAN);
    const after = rowsOf(people, visitsBy([...jobs, aVisit(11, 12)], SPAN, at(7.1)), SPAN);
    expect(after[0]).not.toBe(before[0]);
    expect(after[1]).toBe(before[1]);
  });
});

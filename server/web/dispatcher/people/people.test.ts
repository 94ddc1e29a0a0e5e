import { describe, expect, it } from "vitest";
import { aJob } from "../../shared/api/builders";
import type { Absence, Borrowing, Device, Technician } from "../../shared/api/types";
import { finds, inOrder, peopleOf, shows, standingOf, visitsWithin, type Known, type Person } from "./people";

const NOW = Date.parse("2026-11-23T09:00:00Z");
const at = (hours: number): string => new Date(NOW + hours * 3_600_000).toISOString();

function technician(id: string, ...shifts: readonly (readonly [number, number])[]): Technician {
  return {
    id,
    outlet_id: "outlet",
    name: id,
    name_en: "",
    skills: ["gas"],
    home_lat: 0,
    home_lon: 0,
    shifts: shifts.map(([from, to]) => ({ id: `${from}`, starts_at: at(from), ends_at: at(to) })),
    version: 1,
  };
}

const away = (from: number, to: number, fields: Partial<Absence> = {}): Absence => ({
  id: "absence",
  technician_id: "wang",
  starts_at: at(from),
  ends_at: at(to),
  reason: "sick",
  note: "",
  added_at: at(-9),
  withdrawn_at: null,
  ...fields,
});

const phone = (heard: number | null, fields: Partial<Device> = {}): Device => ({
  id: "phone",
  user_id: "user",
  technician_id: "wang",
  name: "",
  last_seq: 0,
  enrolled_at: at(-48),
  last_seen_at: heard === null ? null : at(heard),
  revoked_at: null,
  ...fields,
});

const wang = technician("wang", [-1, 8]);

function one(known: Partial<Known>): Person {
  const nothing = { technicians: [wang], devices: [], absences: [], borrowings: [], jobs: [] };
  const [person] = peopleOf({ ...nothing, ...known }, NOW);
  if (person === undefined) throw new Error("nobody");
  return person;
}

describe("where somebody stands", () => {
  it("is told by the shift of the day", () => {
    expect(standingOf(wang, [], NOW)).toEqual({ kind: "here", until: Date.parse(at(8)) });
    expect(standingOf(technician("l", [1, 8]), [], NOW)).toEqual({ kind: "later", from: Date.parse(at(1)) });
    expect(standingOf(technician("o", [-8, 0]), [], NOW)).toEqual({ kind: "over", at: NOW });
    expect(standingOf(technician("x"), [], NOW)).toEqual({ kind: "off" });
  });

  it("finds the second shift of a day with two", () => {
    expect(standingOf(technician("two", [-6, -2], [2, 6]), [], NOW).kind).toBe("later");
  });

  it("is away while an absence lasts, but not after it was taken back", () => {
    expect(standingOf(wang, [away(-1, 3)], NOW)).toMatchObject({ kind: "away", until: Date.parse(at(3)) });
    expect(standingOf(wang, [away(-1, 0)], NOW).kind).toBe("here");
    expect(standingOf(wang, [away(-1, 3, { withdrawn_at: at(-1) })], NOW).kind).toBe("here");
  });
});

describe("a phone", () => {
  it("is silent when it was not heard for an hour of work", () => {
    expect(one({ devices: [phone(-0.9)] }).silent).toBeNull();
    expect(one({ devices: [phone(-2)] }).silent).toBe(2 * 3_600_000);
    expect(one({ devices: [phone(null)] }).silent).toBe(48 * 3_600_000);
  });

  it("is not silent outside of work, nor where there is none", () => {
    expect(one({ devices: [phone(-2)], absences: [away(-1, 3)] }).silent).toBeNull();
    expect(one({ devices: [] }).silent).toBeNull();
  });

  it("that is locked speaks for nobody", () => {
    const locked = phone(-0.1, { id: "old", revoked_at: at(-1) });
    expect(one({ devices: [locked] }).heard).toBeNull();
    expect(shows("phoneless", one({ devices: [locked] }))).toBe(true);
    expect(one({ devices: [locked, phone(-3)] }).silent).toBe(3 * 3_600_000);
  });
});

describe("the list", () => {
  it("counts the open jobs of each, and shows who is lent now", () => {
    const loan = { technician_id: "wang", state: "active", starts_at: at(-1), ends_at: at(1) } as Borrowing;
    const jobs = [aJob({ technician_id: "wang" }), aJob({ technician_id: "wang", state: "completed" }), aJob()];
    expect(one({ jobs, borrowings: [loan] })).toMatchObject({ load: 1, loan });
    expect(one({ borrowings: [{ ...loan, state: "asked" }] }).loan).toBeNull();
  });

  it("has the silent first, then who is at work, then by name", () => {
    const known = { technicians: [technician("b", [-1, 8]), technician("off"), technician("a", [-1, 8]), wang] };
    const people = peopleOf({ ...known, devices: [phone(-2)], absences: [], borrowings: [], jobs: [] }, NOW);
    expect(inOrder(people, ({ technician: { id } }) => id).map(({ technician: { id } }) => id)).toEqual([
      "wang",
      "a",
      "b",
      "off",
    ]);
  });

  it("finds by name and skill, also as a skill is called", () => {
    const called = (code: string): string => (code === "gas" ? "燃气" : code);
    expect(finds("wa gas", one({}), called)).toBe(true);
    expect(finds("wa 燃气", one({}), called)).toBe(true);
    expect(finds("li", one({}), called)).toBe(false);
    expect(finds("", one({}), called)).toBe(true);
  });
});

describe("what an absence would meet", () => {
  it("is every open visit that shares an instant with it", () => {
    const visit = (from: number, to: number | null): ReturnType<typeof aJob> =>
      aJob({ technician_id: "wang", window_start: at(from), window_end: to === null ? null : at(to) });
    const [before, within, open] = [visit(-2, 0), visit(1, 2), visit(-0.5, null)];
    const other = aJob({ technician_id: "li", window_start: at(1), window_end: at(2) });
    expect(visitsWithin([before, within, open, other], "wang", NOW, NOW + 4 * 3_600_000)).toEqual([within, open]);
  });
});

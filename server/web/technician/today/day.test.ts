import { describe, expect, it } from "vitest";
import { aJob } from "../../shared/api/builders";
import type { Job } from "../../shared/api/types";
import { folded, nextOf, sections } from "./day";

// 12:00 on 7 November in Asia/Shanghai, where the tests run.
const NOON = Date.parse("2026-11-07T04:00:00Z");
const HOUR = 3_600_000;

function booked(hoursFromNoon: number, fields: Partial<Job> = {}): Job {
  return aJob({
    state: "scheduled",
    window_start: new Date(NOON + hoursFromNoon * HOUR).toISOString(),
    ...fields,
  });
}

const outline = (jobs: Job[]): [string, number[]][] =>
  sections(jobs, NOON).map(({ kind, jobs: held }) => [kind, held.map((job) => job.number)]);

describe("a technician's day", () => {
  it("is in the order of its windows", () => {
    const [late, early] = [booked(4), booked(1)];
    expect(outline([late, early])).toEqual([["day", [early.number, late.number]]]);
  });

  it("keeps this morning's open jobs with today's", () => {
    const [morning, evening] = [booked(-3), booked(3)];
    expect(outline([evening, morning])).toEqual([["day", [morning.number, evening.number]]]);
  });

  it("puts first what is still open from before", () => {
    const [today, before] = [booked(1), booked(-20)];
    expect(outline([today, before])).toEqual([
      ["earlier", [before.number]],
      ["day", [today.number]],
    ]);
  });

  it("begins with what is under way, whenever it was planned", () => {
    const [next, here] = [booked(-1), booked(-30, { state: "paused" })];
    expect(outline([next, here])).toEqual([
      ["now", [here.number]],
      ["day", [next.number]],
    ]);
  });

  it("gives each later day its own heading", () => {
    const [today, tomorrow, after] = [booked(1), booked(20), booked(50)];
    expect(sections([after, tomorrow, today], NOON).map(({ day }) => day)).toEqual([
      NOON + HOUR,
      NOON + 20 * HOUR,
      NOON + 50 * HOUR,
    ]);
  });

  it("ends with jobs without a time, and what is done, the latest first", () => {
    const [none, first, last] = [aJob(), booked(-5, { state: "completed" }), booked(-2, { state: "closed" })];
    expect(outline([first, last, none])).toEqual([
      ["unset", [none.number]],
      ["done", [last.number, first.number]],
    ]);
  });

  it("folds what is far ahead, and what is done", () => {
    const jobs = [booked(1), booked(20), booked(50), aJob(), booked(-2, { state: "closed" })];
    expect(sections(jobs, NOON).map((section) => folded(section, NOON))).toEqual([false, false, true, false, true]);
  });

  it("names the one to go to: what is under way, else the first that is open", () => {
    const [done, first, second] = [booked(-3, { state: "completed" }), booked(-1), booked(2)];
    expect(nextOf(sections([second, done, first], NOON))).toBe(first.id);
    expect(nextOf(sections([first, { ...second, state: "en_route" }], NOON))).toBe(second.id);
    expect(nextOf(sections([done], NOON))).toBeNull();
  });

  it("has no headings without jobs", () => {
    expect(outline([])).toEqual([]);
  });
});

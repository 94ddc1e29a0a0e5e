import { describe, expect, it } from "vitest";
import { aJob } from "../shared/api/builders";
import type { Job } from "../shared/api/types";
import { neighbour, queueOf, searching, standingOf } from "./queue";
import { PLAIN } from "./view";

const NOW = Date.parse("2026-11-07T09:00:00Z");
const inHours = (hours: number): string => new Date(NOW + hours * 3_600_000).toISOString();

function waiting(slackHours: number | null, fields: Partial<Job> = {}): Job {
  return aJob({ respond_by: slackHours === null ? null : inHours(slackHours), ...fields });
}

function planned(startHours: number, dueHours: number, fields: Partial<Job> = {}): Job {
  return aJob({
    state: "scheduled",
    technician_id: "t",
    window_start: inHours(startHours),
    window_end: inHours(startHours + 1),
    respond_by: inHours(dueHours),
    ...fields,
  });
}

const numbers = (jobs: readonly Job[]): number[] => jobs.map((job) => job.number);
const order = (...jobs: Job[]): number[] => numbers(queueOf(jobs, PLAIN, NOW).jobs);

describe("a search by serial", () => {
  it("finds the jobs about the products that the server found, beside those that say the words", () => {
    const [about, says, neither] = [aJob({ unit_id: "u" }), aJob({ title: "SN-77 leaks" }), aJob({ unit_id: "v" })];
    const found = queueOf([about, says, neither], { ...PLAIN, search: "sn-77" }, NOW, new Set(["u"]));
    expect(numbers(found.jobs).sort()).toEqual(numbers([about, says]));
  });
});

describe("the order of the queue", () => {
  it("is by slack, the least first", () => {
    const [calm, tight, over] = [waiting(8), waiting(1), waiting(-2)];
    expect(order(calm, tight, over)).toEqual(numbers([over, tight, calm]));
  });

  it("puts what needs a decision before what is planned, however tight that is", () => {
    const [free, soon] = [waiting(30), planned(1, 1.1)];
    expect(order(soon, free)).toEqual(numbers([free, soon]));
  });

  it("counts a visit planned after its promise among what needs a decision", () => {
    const [late, good, free] = [planned(5, 2), planned(1, 2), waiting(1)];
    expect(order(good, free, late)).toEqual(numbers([late, free, good]));
  });

  it("puts jobs without a clock last, the more important and then the older first", () => {
    const [old, young] = [waiting(null), waiting(null)];
    const urgent = waiting(null, { priority: 1 });
    const clocked = waiting(100);
    expect(order(young, old, urgent, clocked)).toEqual(numbers([clocked, urgent, old, young]));
  });

  it("brings back what the field declined or could not do", () => {
    const back = aJob({ state: "declined", technician_id: "t" });
    const stuck = aJob({ state: "cannot_complete", technician_id: "t", promise_state: "met" });
    expect([back, stuck].map((job) => standingOf(job, NOW).group)).toEqual(["act", "act"]);
  });

  it("leaves alone a job whose technician is there, although the promise was missed", () => {
    const there = planned(-3, -4, { state: "working", arrival: { at: inHours(-2) }, promise_state: "missed" });
    expect(standingOf(there, NOW).group).toBe("watch");
  });

  it("shows the latest done first", () => {
    const [first, last] = [
      aJob({ state: "completed", finished_at: inHours(-5) }),
      aJob({ state: "closed", finished_at: inHours(-1) }),
    ];
    expect(numbers(queueOf([first, last], { ...PLAIN, filter: "done" }, NOW).jobs)).toEqual(numbers([last, first]));
  });
});

describe("the rows of the queue", () => {
  it("have a heading with a count before each group", () => {
    const { rows } = queueOf([waiting(1), waiting(2), planned(1, 2)], PLAIN, NOW);
    expect(rows.map((row) => (row.kind === "head" ? `${row.group} ${row.count}` : "job"))).toEqual([
      "act 2",
      "job",
      "job",
      "watch 1",
      "job",
    ]);
  });
});

describe("the filters", () => {
  const jobs = [
    waiting(1),
    planned(1, 3),
    planned(5, 2),
    planned(0, 1, { state: "working", arrival: { at: inHours(0) }, promise_state: "met" }),
    aJob({ state: "completed" }),
    aJob({ state: "cancelled" }),
  ];

  it("count what they would show", () => {
    expect(queueOf(jobs, PLAIN, NOW).counts).toEqual({
      open: 4,
      unassigned: 1,
      at_risk: 1,
      planned: 2,
      under_way: 1,
      done: 2,
    });
  });

  it("show what they count", () => {
    expect(queueOf(jobs, { ...PLAIN, filter: "planned" }, NOW).jobs).toHaveLength(2);
  });

  it("keep to one outlet", () => {
    const mine = waiting(1, { outlet_id: "mine" });
    expect(numbers(queueOf([...jobs, mine], { ...PLAIN, outlet: "mine" }, NOW).jobs)).toEqual([mine.number]);
  });
});

describe("searching", () => {
  const job = aJob({
    number: 4711,
    contact_name: "王秀英 Wang",
    contact_phone: "+86 138-0013-8000",
    address: "南京西路 1 号",
    title: "No hot water",
  });

  it.each(["王秀", "wang", "4711", "#4711", "13800138", "138-0013", "hot  water", "南京 王"])("finds %s", (words) => {
    expect(searching(words)(job)).toBe(true);
  });

  it.each(["李", "4712", "0013 cold", "99999"])("does not find %s", (words) => {
    expect(searching(words)(job)).toBe(false);
  });

  it("of nothing finds everything", () => {
    expect(searching("  ")(job)).toBe(true);
  });
});

describe("moving in the list", () => {
  const jobs = [aJob(), aJob(), aJob()];
  const ids = jobs.map((job) => job.id);

  it("stops at both ends", () => {
    expect(neighbour(jobs, ids[0] ?? null, -1)?.id).toBe(ids[0]);
    expect(neighbour(jobs, ids[0] ?? null, 1)?.id).toBe(ids[1]);
    expect(neighbour(jobs, ids[2] ?? null, 1)?.id).toBe(ids[2]);
  });

  it("starts at the top when the current job is not in the list", () => {
    expect(neighbour(jobs, "elsewhere", 1)?.id).toBe(ids[0]);
    expect(neighbour([], null, 1)).toBeUndefined();
  });
});

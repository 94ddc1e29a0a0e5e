import { describe, expect, it } from "vitest";
import type { PlanHead, PlanItem, PlannedVisit } from "../../shared/api/types";
import { firstChoice, groupsOf, idsIn, measuresOf, progressOf, publicationOf } from "./draft";

function visit(technician: string, fields: Partial<PlannedVisit> = {}): PlannedVisit {
  return {
    technician_id: technician,
    technician_name: technician,
    starts_at: "2026-11-24T01:00:00Z",
    ends_at: "2026-11-24T02:00:00Z",
    late_seconds: 0,
    ...fields,
  };
}

function item(id: string, fields: Partial<PlanItem> = {}): PlanItem {
  return {
    job_id: id,
    number: 1,
    title: id,
    outlet_id: "o",
    priority: 3,
    change: "added",
    base_version: 1,
    due: null,
    before: null,
    after: visit("w"),
    travel_seconds: 0,
    reason: null,
    counts: {},
    sentence: { zh: "", en: "" },
    depends_on: [],
    needs_consent: false,
    published_at: null,
    stale: null,
    ...fields,
  };
}

const stale = { code: "time_past", sentence: { zh: "", en: "" }, fields: [], version: null };
const ids = (items: readonly PlanItem[]): readonly string[] => items.map((each) => each.job_id);

describe("the groups of a draft", () => {
  it("begin with what needs most thought, and leave out what does not occur", () => {
    const groups = groupsOf([item("a"), item("b", { change: "unchanged" }), item("c", { change: "dropped" })]);
    expect(groups.map((group) => group.change)).toEqual(["dropped", "added", "unchanged"]);
  });

  it("offer what can be published, not what has been or has nothing to publish", () => {
    const published = item("b", { published_at: "2026-11-24T00:00:00Z" });
    const [added, unassigned] = groupsOf([item("a"), published, item("c", { change: "unassigned", after: null })]);
    expect(ids(added?.open ?? [])).toEqual(["a"]);
    expect(added?.items.length).toBe(2);
    expect(unassigned?.open).toEqual([]);
  });
});

describe("what is chosen at first", () => {
  it("is all that is open", () => {
    expect([...firstChoice([item("a"), item("b", { change: "moved" })])]).toEqual(["a", "b"]);
  });

  it("takes no visit away and nothing that is no longer true", () => {
    const items = [item("a"), item("b", { change: "dropped", needs_consent: true }), item("c", { stale })];
    expect([...firstChoice(items)]).toEqual(["a"]);
  });

  it("leaves out what needs something that is left out, however far away", () => {
    const gone = item("a", { stale });
    const chain = [gone, item("b", { depends_on: ["a"] }), item("c", { depends_on: ["b"] }), item("d")];
    expect([...firstChoice(chain)]).toEqual(["d"]);
  });
});

describe("publishing some of it", () => {
  it("takes along what frees the time, step by step, and only once", () => {
    const items = [
      item("a", { depends_on: ["b", "c"] }),
      item("b", { change: "moved", before: visit("x"), depends_on: ["c"] }),
      item("c", { change: "retimed", before: visit("y") }),
    ];
    const publication = publicationOf(items, new Set(["a"]));
    expect(ids(publication.chosen)).toEqual(["a"]);
    expect([...ids(publication.along)].sort()).toEqual(["b", "c"]);
    expect(publication.told).toBe(2);
    expect(publication.people).toBe(3);
  });

  it("needs nothing that has been published already", () => {
    const done = item("b", { published_at: "2026-11-24T00:00:00Z" });
    expect(publicationOf([item("a", { depends_on: ["b"] }), done], new Set(["a"])).along).toEqual([]);
  });

  it("names the visits it takes away, also those that only go along", () => {
    const drop = item("b", { change: "dropped", needs_consent: true, before: visit("x"), after: null });
    expect(ids(publicationOf([item("a", { depends_on: ["b"] }), drop], new Set(["a"])).drops)).toEqual(["b"]);
  });

  it("names what is no longer true", () => {
    expect(ids(publicationOf([item("a", { stale }), item("b")], new Set(["a", "b"])).stale)).toEqual(["a"]);
  });
});

describe("what a draft gains", () => {
  const none = { late_seconds: 0, travel_seconds: 60, overtime_seconds: 0, promised: 5, visits: 5 };
  const told = {
    before: { ...none, missed: 3, kept: 4, unassigned: 2 },
    after: { ...none, missed: 1, kept: 4, unassigned: 3, travel_seconds: 90 },
    told_changes: 2,
  } as unknown as PlanHead;

  it("is told in words that fit what is counted", () => {
    const verdicts = Object.fromEntries(measuresOf(told).map(({ name, verdict }) => [name, verdict]));
    expect(verdicts).toEqual({
      missed: "better",
      kept: "same",
      late: "same",
      unassigned: "worse",
      told: "more",
      travel: "more",
      overtime: "same",
    });
  });

  it("is nothing while it is made", () => {
    expect(measuresOf({ ...told, before: null, after: null })).toEqual([]);
  });
});

describe("the search", () => {
  const plan = { made_at: "2026-11-24T00:00:00Z", seconds: 10 };
  const begun = Date.parse(plan.made_at);

  it("goes on for its seconds, whatever the reader's clock says", () => {
    expect(progressOf(plan, begun + 4000)).toBeCloseTo(0.4);
    expect(progressOf(plan, begun - 9000)).toBe(0);
  });

  it("has no measure once it should be over", () => {
    expect(progressOf(plan, begun + 10_000)).toBeNull();
  });
});

describe("a refusal", () => {
  it("names its jobs in three ways", () => {
    expect(idsIn(["a", { job_id: "b", code: "time_past" }])).toEqual(["a", "b"]);
    expect(idsIn({ a: ["b", "c"] })).toEqual(["b", "c"]);
    expect(idsIn(undefined)).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";
import type { Job, Lock } from "../../shared/api/types";
import { aJob } from "../../shared/api/builders";
import { HOUR, MINUTE } from "./hours";
import { aPerson, at, aRow, aTechnician, aVisit, iso } from "./builders";
import { earliestFree, inHandOf, previewOf, takenBackOf, type Preview } from "./preview";
import type { Person } from "./rows";

function previewed(
  job: Job,
  hours: number,
  jobs: readonly Job[] = [],
  more: { person?: Person; now?: number; freezeMs?: number } = {},
): Preview {
  const now = more.now ?? at(7);
  const row = aRow(jobs, more.person ?? aPerson(), now);
  return previewOf(job, { row, start: at(hours), now, freezeMs: more.freezeMs ?? 0 });
}

const kinds = ({ remarks }: Preview): readonly string[] => remarks.map((remark) => remark.kind);
const waiting = (fields: Partial<Job> = {}): Job => aJob({ skill: "repair", respond_by: iso(12), ...fields });

describe("a job put into a free hour", () => {
  it("keeps its promise, with the time to spare", () => {
    const shown = previewed(waiting(), 10);
    expect(shown).toMatchObject({ tone: "good", start: at(10), end: at(11) });
    expect(shown.remarks).toEqual([{ kind: "kept", left: 2 * HOUR }]);
  });

  it("after the promise is told how late", () => {
    expect(previewed(waiting(), 12.5).remarks).toEqual([{ kind: "late", by: 0.5 * HOUR }]);
  });

  it("lasts as long as its window, else as long as such jobs do", () => {
    expect(previewed(aVisit(9, 11), 13).end).toBe(at(15));
    expect(previewed(waiting({ duration_minutes: 30 }), 13).end).toBe(at(13.5));
  });
});

describe("what the desk can tell of people", () => {
  it("warns of the end of a shift, of the past, of a missing skill and of another outlet", () => {
    expect(kinds(previewed(waiting(), 16.5))).toContain("outside_shift");
    expect(kinds(previewed(waiting(), 9, [], { now: at(10) }))).toContain("past");
    expect(kinds(previewed(waiting({ skill: "gas" }), 9))).toContain("skill");
    expect(kinds(previewed(waiting({ outlet_id: "another" }), 9))).toContain("outlet");
    expect(kinds(previewed(waiting(), 9, [], { person: aPerson({ shifts: [] }) }))).toContain("no_shift");
  });

  it("refuses an absence: the server would", () => {
    const away = aPerson({ absences: [{ start: at(9.5), end: at(12), reason: "sick" }] });
    expect(previewed(waiting(), 9, [], { person: away }).tone).toBe("refused");
    expect(previewed(waiting(), 12, [], { person: away }).tone).not.toBe("refused");
  });

  it("warns where the road takes longer than there is time", () => {
    const far = aVisit(9, 10, { lat: 31.2, lon: 121.6 });
    const remark = previewed(waiting(), 10.25, [far]).remarks.find((each) => each.kind === "travel");
    expect(remark).toMatchObject({ number: far.number, there: 15 * MINUTE });
    expect(kinds(previewed(waiting(), 10.5, [far]))).not.toContain("travel");
  });
});

describe("a job put onto others", () => {
  it("is refused while an earlier one goes on", () => {
    const shown = previewed(waiting(), 9.5, [aVisit(9, 10, { number: 7 })]);
    expect(shown.remarks).toContainEqual({ kind: "booked", number: 7, until: at(10) });
    expect(shown.tone).toBe("refused");
  });

  it("pushes later ones behind it, each as far as it must", () => {
    const [first, second, third] = [aVisit(10.5, 11), aVisit(11, 12), aVisit(14, 15)];
    const shown = previewed(waiting(), 10, [first, second, third]);
    expect(shown.delays.map((delay) => [delay.visit.job.id, delay.start])).toEqual([
      [first.id, at(11)],
      [second.id, at(11.5)],
    ]);
    expect(shown.tone).toBe("caution");
  });

  it("says whose promise it would break", () => {
    const promised = aVisit(10.5, 11.5, { number: 9, respond_by: iso(10.75) });
    const shown = previewed(waiting(), 10, [promised]);
    expect(shown.remarks).toContainEqual({ kind: "delays", number: 9, by: 0.5 * HOUR, breaks: true });
  });

  it("pushes nothing that is under way, fixed in time or about to start", () => {
    const states: Partial<Job>[] = [{ state: "en_route" }, { lock: "time" }, { lock: "both" }];
    for (const fields of states) expect(kinds(previewed(waiting(), 10, [aVisit(10.5, 11, fields)]))).toContain("fixed");
    const soon = previewed(waiting(), 10, [aVisit(10.5, 11)], { now: at(10), freezeMs: HOUR });
    expect(kinds(soon)).toContain("fixed");
    expect(kinds(previewed(waiting(), 10, [aVisit(10.5, 11, { lock: "person" })]))).toContain("delays");
  });

  it("is not in its own way", () => {
    const moved = aVisit(9, 10);
    expect(previewed(moved, 9.5, [moved]).tone).toBe("good");
  });
});

describe("a fixed visit", () => {
  it("keeps its person, its time, or both", () => {
    const li = aPerson({ technician: aTechnician({ id: "li" }) });
    const tones = (lock: Lock, hours: number, person?: Person): string =>
      previewed(aVisit(9, 10, { lock }), hours, [], person ? { person } : {}).tone;
    expect(tones("person", 11)).toBe("good");
    expect(tones("person", 9, li)).toBe("refused");
    expect(tones("time", 9, li)).toBe("good");
    expect(tones("time", 11)).toBe("refused");
    expect(tones("both", 9, li)).toBe("refused");
  });

  it("says what is fixed before it is put anywhere, and what may change", () => {
    const fixed = aVisit(9, 10, { lock: "person" });
    expect(inHandOf(fixed)).toEqual([{ kind: "held", lock: "person" }]);
    expect(previewed(fixed, 9).remarks).toContainEqual({ kind: "held", lock: "person" });
    expect(previewed(fixed, 11).remarks).toContainEqual({ kind: "held", lock: "person" });
    expect(inHandOf(aVisit(9, 10))).toEqual([]);
    expect(inHandOf(waiting({ lock: "both" }))).toEqual([]);
  });

  it("is not taken back into the queue", () => {
    expect(takenBackOf(aVisit(9, 10), at(9))).toMatchObject({ tone: "caution", remarks: [{ kind: "taken_back" }] });
    for (const lock of ["person", "time", "both"] as const)
      expect(takenBackOf(aVisit(9, 10, { lock }), at(9))).toMatchObject({
        tone: "refused",
        remarks: [{ kind: "locked", lock }],
      });
  });
});

describe("the first free time", () => {
  it("is in the shift, after what is booked", () => {
    expect(earliestFree(waiting(), aRow([]), at(6))).toBe(at(8));
    expect(earliestFree(waiting(), aRow([aVisit(8, 9), aVisit(9.5, 11)]), at(8))).toBe(at(11));
    expect(earliestFree(waiting({ duration_minutes: 30 }), aRow([aVisit(8, 9), aVisit(9.5, 11)]), at(8))).toBe(at(9));
  });
});

import { describe, expect, it } from "vitest";
import { aJob } from "../../shared/api/builders";
import { aPerson, at, aRow, aTechnician, aVisit, SPAN } from "./builders";
import { isElsewhere, mayGoBack, neighbourBlock, overQueue, pickUp, stepOf, stepped } from "./carry";
import { HOUR, MINUTE } from "./hours";
import type { Person } from "./rows";

const named = (id: string): Person => aPerson({ technician: aTechnician({ id }) });
const mine = (id: string, from: number): ReturnType<typeof aVisit> => aVisit(from, from + 1, { technician_id: id });

describe("picking a job up by key", () => {
  const visit = mine("li", 10);
  const rows = [aRow([], named("wang")), aRow([visit], named("li"))];

  it("begins where its visit is", () => {
    expect(pickUp(visit, rows, "wang", SPAN, at(7))).toMatchObject({ technicianId: "li", start: at(10) });
  });

  it("out of the tray begins in the first free time of the row in sight", () => {
    expect(pickUp(aJob(), rows, "li", SPAN, at(9.5))).toMatchObject({ technicianId: "li", start: at(11) });
    expect(pickUp(aJob(), rows, "nobody", SPAN, at(7))).toMatchObject({ technicianId: "wang", start: at(8) });
  });

  it("moves by steps, rows and days, and not beyond the last row", () => {
    const held = pickUp(visit, rows, null, SPAN, at(7));
    expect(stepped(held, "later", rows, 0).start).toBe(at(10) + 5 * MINUTE);
    expect(stepped(held, "hour_earlier", rows, 0).start).toBe(at(9));
    expect(stepped(held, "up", rows, 0).technicianId).toBe("wang");
    expect(stepped(held, "down", rows, 0).technicianId).toBe("li");
    expect(stepped(held, "day_after", rows, 24 * HOUR).start).toBe(at(34));
  });

  it("changes nothing when it is put back", () => {
    const held = pickUp(visit, rows, null, SPAN, at(7));
    expect(isElsewhere(held)).toBe(false);
    expect(isElsewhere(stepped(held, "up", rows, 0))).toBe(true);
    expect(isElsewhere(stepped(held, "earlier", rows, 0))).toBe(true);
  });

  it("goes into the queue only when somebody has it, and from there back to its row", () => {
    const scheduled = { ...visit, state: "scheduled", visit_id: "v" } as const;
    const held = overQueue(pickUp(scheduled, rows, null, SPAN, at(7)));
    expect(held).toMatchObject({ technicianId: null, toQueue: true });
    expect(isElsewhere(held)).toBe(true);
    expect(stepped(held, "up", rows, 0)).toMatchObject({ technicianId: "li", toQueue: false, start: at(10) });
    expect(mayGoBack(scheduled)).toBe(true);
    expect(mayGoBack({ ...scheduled, state: "working" })).toBe(false);
    expect(mayGoBack(aJob())).toBe(false);
  });

  it("knows its keys", () => {
    expect(stepOf({ key: "ArrowRight", shiftKey: true })).toBe("hour_later");
    expect(stepOf({ key: "PageUp", shiftKey: false })).toBe("day_before");
    expect(stepOf({ key: "x", shiftKey: false })).toBeNull();
  });
});

describe("the arrows among blocks", () => {
  const [early, late, far] = [mine("wang", 8), mine("wang", 12), mine("zhao", 11)];
  const rows = [aRow([early, late], named("wang")), aRow([], named("li")), aRow([far], named("zhao"))];

  it("go along the row and stop at its ends", () => {
    expect(neighbourBlock(rows, early.id, "right")).toBe(late.id);
    expect(neighbourBlock(rows, late.id, "right")).toBe(late.id);
  });

  it("go over empty rows to what is nearest in time", () => {
    expect(neighbourBlock(rows, early.id, "down")).toBe(far.id);
    expect(neighbourBlock(rows, far.id, "up")).toBe(late.id);
    expect(neighbourBlock(rows, far.id, "down")).toBe(far.id);
  });

  it("begin at the first block", () => {
    expect(neighbourBlock(rows, null, "down")).toBe(early.id);
    expect(neighbourBlock([], null, "down")).toBeNull();
  });
});

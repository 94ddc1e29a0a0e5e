import { describe, expect, it } from "vitest";
import type { HistoryLine } from "../shared/api/types";
import { storyOf } from "./chapters";

function line(fields: Partial<HistoryLine>): HistoryLine {
  return {
    version: 2,
    action: "assign",
    user_id: "u",
    user_name: "Chen",
    device_id: null,
    device_name: null,
    op_id: null,
    refused: null,
    happened_at: "2026-11-07T09:00:00Z",
    happened_grade: "exact",
    recorded_at: "2026-11-07T09:00:00Z",
    changes: {},
    lost: {},
    ...fields,
  };
}

describe("a job's story", () => {
  it("is told from the newest, by when things happened and not when we heard of them", () => {
    const late = line({
      action: "job.arrive",
      happened_at: "2026-11-07T08:00:00Z",
      recorded_at: "2026-11-07T11:00:00Z",
    });
    expect(
      storyOf([line({ version: 1, action: "raise", happened_at: "2026-11-07T07:00:00Z" }), late, line({})]).map(
        (c) => c.action,
      ),
    ).toEqual(["assign", "arrive", "raise"]);
  });

  it("names the deed without its record or choice", () => {
    expect(storyOf([line({ action: "settle:keep_office" })])[0]?.action).toBe("settle");
  });

  it("tells of one instant what came last first", () => {
    const story = storyOf([line({ action: "job.arrive" }), line({ action: "job.complete" })]);
    expect(story.map((c) => c.action)).toEqual(["complete", "arrive"]);
  });

  it("names no entry by an id", () => {
    const changes = { "notes/0190a3f4-1111-7222-8333-444455556666": [null, { text: "Dog" }] };
    expect(storyOf([line({ changes })])[0]?.changes).toEqual([
      { field: "notes", item: "", before: null, after: { text: "Dog" } },
    ]);
  });

  it("keeps what was refused, with the reason", () => {
    const refused = { code: "arguments_invalid", text: "…" };
    const [told] = storyOf([line({ version: null, action: "job.patch", refused, lost: { diagnosis: "worn" } })]);
    expect([told?.action, told?.refused]).toEqual(["patch", "arguments_invalid"]);
    expect(told?.lost).toEqual([{ field: "diagnosis", item: "", before: null, after: "worn" }]);
  });

  it("shows what changed, without bookkeeping", () => {
    const [told] = storyOf([
      line({
        changes: { state: ["new", "scheduled"], visit_id: [null, "v"], "checklist/gas": [null, { done: true }] },
      }),
    ]);
    expect(told?.changes).toEqual([
      { field: "state", item: "", before: "new", after: "scheduled" },
      { field: "checklist", item: "gas", before: null, after: { done: true } },
    ]);
  });

  it("puts first what a reader asks first", () => {
    const [told] = storyOf([line({ changes: { title: ["a", "b"], window_end: [null, "w"], state: ["new", "s"] } })]);
    expect(told?.changes.map(({ field }) => field)).toEqual(["state", "window_end", "title"]);
  });

  it("keeps the values that did not win", () => {
    expect(storyOf([line({ lost: { contact_phone: "123" } })])[0]?.lost).toEqual([
      { field: "contact_phone", item: "", before: null, after: "123" },
    ]);
  });

  it("does not list every field of the beginning as a change", () => {
    expect(storyOf([line({ version: 1, changes: { title: [null, "x"] } })])[0]?.changes).toEqual([]);
  });
});

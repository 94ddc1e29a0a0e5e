import { describe, expect, it } from "vitest";
import { PARTS, START, TABS, readView, step, writeView, type AdminView } from "./view";

const through = (view: AdminView): AdminView => readView(new URLSearchParams(writeView(view).toString()));

describe("the address of the managers' desk", () => {
  it("says nothing of the view everyone begins with", () => {
    expect(writeView(START).toString()).toBe("");
    expect(readView(new URLSearchParams())).toEqual(START);
  });

  it("brings every part and tab back", () => {
    for (const part of PARTS)
      for (const tab of TABS[part]) {
        const view = { ...START, part, tab, id: "a/b&c", act: "next", search: "空调 x", outlet: "o", on: "2026-11-23" };
        expect(through(view)).toEqual(view);
      }
  });

  it("takes nonsense for the plain view", () => {
    expect(readView(new URLSearchParams("part=x&tab=users&on=monday"))).toEqual(START);
  });
});

describe("a step", () => {
  const deep: AdminView = { ...START, part: "people", tab: "users", id: "1", act: "edit", search: "li" };

  it("to another part begins it plainly", () => {
    expect(step(deep, { part: "measures" })).toEqual({ ...START, part: "measures", tab: "promises" });
  });

  it("to another tab leaves what was chosen behind", () => {
    expect(step(deep, { tab: "devices" })).toEqual({ ...START, part: "people", tab: "devices" });
  });

  it("to another thing keeps the search and ends what was being done", () => {
    expect(step(deep, { id: "2" })).toEqual({ ...deep, id: "2", act: null });
    expect(step(deep, { act: null })).toEqual({ ...deep, act: null });
  });
});

import { describe, expect, it } from "vitest";
import { PLAIN, readView, writeView, type DeskView } from "./view";

describe("the desk's address", () => {
  it("is empty for the plain view", () => {
    expect(writeView(PLAIN).toString()).toBe("");
    expect(readView(new URLSearchParams())).toEqual(PLAIN);
  });

  it("holds the view, and gives it back", () => {
    const view: DeskView = {
      page: "reviews",
      filter: "at_risk",
      outlet: "o 1",
      search: "王 & 138",
      job: "j",
      plan: "p",
      day: "2026-11-23",
      zoom: 2,
      who: "t",
      at: "31.2,121.5,12",
    };
    expect(readView(new URLSearchParams(writeView(view).toString()))).toEqual(view);
  });

  it("with words we do not know shows the plain view", () => {
    expect(readView(new URLSearchParams("page=moon&show=everything&zoom=far"))).toEqual(PLAIN);
  });
});

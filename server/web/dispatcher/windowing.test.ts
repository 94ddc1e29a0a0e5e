import { describe, expect, it } from "vitest";
import { layOut, visible } from "./windowing";

describe("a list of uneven rows", () => {
  const layout = layOut([30, 60, 60, 30, 60]);

  it("starts each row where the one before ends", () => {
    expect(layout).toEqual({ tops: [0, 30, 90, 150, 180], height: 240 });
  });

  it.each([
    [0, 30, [0, 1]],
    [0, 31, [0, 2]],
    [29, 31, [0, 2]],
    [30, 90, [1, 2]],
    [100, 160, [2, 4]],
    [200, 400, [4, 5]],
  ])("shows from %i to %i rows %j", (from, to, rows) => {
    expect(visible(layout, from, to, 0)).toEqual(rows);
  });

  it("has spare rows around, within the list", () => {
    expect(visible(layout, 30, 90, 1)).toEqual([0, 3]);
    expect(visible(layout, 0, 400, 9)).toEqual([0, 5]);
  });
});

describe("an empty list", () => {
  it("shows nothing", () => {
    expect(visible(layOut([]), 0, 500, 5)).toEqual([0, 0]);
  });
});

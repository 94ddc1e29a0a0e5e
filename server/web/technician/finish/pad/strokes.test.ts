import { describe, expect, it } from "vitest";
import { strokes, type PadPoint } from "../../../shared/replica";
import { aStroke, drawn, NOON } from "../builders";
import { EMPTY_PAD, fitted, isFull, MOST_POINTS, padFault, placed, takes, withoutLast, withStroke } from "./strokes";

const at = (x: number, y = 0): PadPoint => ({ x, y, time: NOON, pressure: 0.5 });
const PORTRAIT = { width: 350, height: 220 };

describe("what is taken of a stroke", () => {
  it("is every point that an eye tells apart", () => {
    expect([takes(0, null, at(0)), takes(1, at(0), at(0.5)), takes(1, at(0), at(1))]).toEqual([true, false, true]);
  });

  it("is less when there is plenty, and nothing beyond the limit: never taken away afterwards", () => {
    expect(takes(8_000, at(0), at(1))).toBe(false);
    expect(takes(8_000, at(0), at(4))).toBe(true);
    expect(takes(MOST_POINTS, null, at(9))).toBe(false);
    expect(isFull(drawn(Array.from({ length: MOST_POINTS }, (_, n) => at(n))))).toBe(true);
  });

  it("is thinned while it is drawn: an hour of scribbling still fits", () => {
    const taken: PadPoint[] = [];
    for (let n = 0; n < 100_000; n += 1) {
      const next = at(100 + 90 * Math.cos(n / 9), 90 * Math.sin(n / 9));
      if (takes(taken.length, taken.at(-1) ?? null, next)) taken.push(next);
    }
    expect(taken.length).toBeLessThanOrEqual(MOST_POINTS);
  });
});

describe("a pad", () => {
  it("keeps the frame of its first stroke, and forgets it with the last", () => {
    const one = withStroke(EMPTY_PAD, aStroke(), PORTRAIT);
    const two = withStroke(one, aStroke(), { width: 800, height: 200 });
    expect([two.frame, two.strokes.length]).toEqual([PORTRAIT, 2]);
    expect(withoutLast(withoutLast(two))).toEqual(EMPTY_PAD);
    expect(withStroke(EMPTY_PAD, [], PORTRAIT)).toBe(EMPTY_PAD);
  });

  it("is drawn right on a turned phone, and takes points in the same units", () => {
    const fit = fitted(PORTRAIT, { width: 800, height: 440 });
    expect(fit).toEqual({ scale: 2, left: 50, top: 0 });
    expect(placed(fit, 10 * fit.scale + fit.left, 20 * fit.scale + fit.top)).toEqual({ x: 10, y: 20 });
  });

  it("is told when it is blank or begun long ago, also by a clock that was set", () => {
    expect([
      padFault(EMPTY_PAD, NOON),
      padFault(drawn(aStroke()), NOON + 60_000),
      padFault(drawn(aStroke()), NOON + 86_400_000),
      padFault(drawn(aStroke(), aStroke(3, NOON + 86_400_000)), NOON),
    ]).toEqual(["blank", null, "old", "old"]);
  });

  it("is signed in whole numbers, from its first point on", () => {
    expect(strokes(drawn(aStroke(2)).strokes)).toEqual([[[100, 200, 0, 500], [120, 210, 8, 500]]]); // prettier-ignore
  });
});

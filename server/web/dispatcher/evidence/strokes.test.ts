import { describe, expect, it } from "vitest";
import { drawingOf } from "./strokes";

describe("a signature", () => {
  it("fills its drawing whatever its unit was, and keeps its proportions", () => {
    const small = drawingOf([[[0, 0], [0.2, 0.1]]]); // prettier-ignore
    const large = drawingOf([[[100, 50], [300, 150]]]); // prettier-ignore
    expect(small).toEqual(large);
    expect(small).toEqual({ width: 600, height: 312, paths: ["M12 12L588 300"] });
  });

  it("has a path for each stroke; one point is a dot", () => {
    expect(drawingOf([[[0, 0, 0, 0.5], [576, 0, 10, 0.5]], [[288, 0, 20, 1]]])?.paths).toEqual(["M12 12L588 12", "M300 12h0"]); // prettier-ignore
  });

  it("of a single dot is not blown up", () => {
    expect(drawingOf([[[5, 5]]])).toEqual({ width: 24, height: 24, paths: ["M12 12h0"] });
  });

  it("may have very many points", () => {
    const many = Array.from({ length: 150_000 }, (_, n) => [n, n % 7]);
    expect(drawingOf([many])?.width).toBe(600);
  });

  it.each([undefined, null, "ink", [], [[]], [[["x", 1]]], [[[NaN, 1]]], [[null]]])(
    "is not drawn from %j",
    (strokes) => {
      expect(drawingOf(strokes)).toBeNull();
    },
  );
});

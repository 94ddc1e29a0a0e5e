/** A signature as lines to draw. Pure. Strokes are lists of points [x, y, ms, pressure] in any unit. */

export interface Drawing {
  /** In units of the drawing; the longer side is `SIDE`. */
  readonly width: number;
  readonly height: number;
  /** One path per stroke, for `<path d>`. */
  readonly paths: readonly string[];
}

const SIDE = 600;
const MARGIN = 12;

type Point = readonly [x: number, y: number];

/** Null when there is nothing to draw. A stroke of one point is a dot. */
export function drawingOf(strokes: unknown): Drawing | null {
  const lines = listed(strokes)
    .map((stroke) => listed(stroke).flatMap(point))
    .filter((line) => line.length > 0);
  const points = lines.flat();
  if (points.length === 0) return null;
  const [left, right] = reach(points.map(([x]) => x));
  const [top, bottom] = reach(points.map(([, y]) => y));
  const longer = Math.max(right - left, bottom - top);
  const scale = longer === 0 ? 1 : (SIDE - 2 * MARGIN) / longer;
  const place = ([x, y]: Point): string => `${round(MARGIN + (x - left) * scale)} ${round(MARGIN + (y - top) * scale)}`;
  return {
    width: round((right - left) * scale + 2 * MARGIN),
    height: round((bottom - top) * scale + 2 * MARGIN),
    paths: lines.map((line) => `M${line.map(place).join("L")}${line.length === 1 ? "h0" : ""}`),
  };
}

function point(value: unknown): readonly Point[] {
  const [x, y] = listed(value);
  return typeof x === "number" && typeof y === "number" && Number.isFinite(x) && Number.isFinite(y) ? [[x, y]] : [];
}

/** The least and the greatest; a signature may have more points than a call takes arguments. */
function reach(values: readonly number[]): readonly [number, number] {
  return values.reduce<readonly [number, number]>(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Infinity, -Infinity],
  );
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function listed(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

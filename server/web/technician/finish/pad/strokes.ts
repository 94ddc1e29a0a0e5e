/** What is drawn on a signature pad: points in the pad's units, however the phone is turned. Pure.
 *
 * The units are CSS pixels of the pad as it was when the first stroke began (its *frame*). On a pad of another size, after
 * the phone was turned, the frame is fitted into it: what was drawn is drawn right, and what is added is in the same
 * units. A library of signature pads keeps pixels of the present canvas, leaves out the points that a browser coalesces,
 * and has no limit, so this is our own.
 *
 * Times are epoch milliseconds, so that a stroke after a reload follows the one before it. */
import type { PadPoint } from "../../../shared/replica";

export type PadStroke = readonly PadPoint[];

export interface Frame {
  readonly width: number;
  readonly height: number;
}

export interface Pad {
  /** Null: nothing was drawn yet. */
  readonly frame: Frame | null;
  readonly strokes: readonly PadStroke[];
}

export const EMPTY_PAD: Pad = { frame: null, strokes: [] };

/** Of one pad; the signer's and a witness's are together below the 20,000 that a manifest may have. */
export const MOST_POINTS = 9_000;
const MOST_STROKES = 1_000;
/** From here on only points that are further apart are taken: a scribble of minutes still fits. */
const PLENTY = 4_000;
/** CSS pixels between two points: what no eye tells apart. */
const NEAR = 0.75;
const FAR = 4;
/** A manifest has milliseconds of one day. A signature is drawn in one go; beyond this it is another one. */
const LONGEST_MS = 12 * 60 * 60 * 1000;

export function pointsOf({ strokes }: Pad): number {
  return strokes.reduce((sum, stroke) => sum + stroke.length, 0);
}

export function isDrawn({ strokes }: Pad): boolean {
  return strokes.some((stroke) => stroke.length > 0);
}

/** Whether a point may be taken after `last`: points on one spot say nothing, and there is an end to a pad. The first of
 * a stroke always is, while there is room. */
export function takes(count: number, last: PadPoint | null, next: PadPoint): boolean {
  if (count >= MOST_POINTS) return false;
  if (last === null) return true;
  const apart = Math.hypot(next.x - last.x, next.y - last.y);
  return apart >= NEAR + (Math.max(0, count - PLENTY) / (MOST_POINTS - PLENTY)) * (FAR - NEAR);
}

/** With another stroke. One that no point of was taken changes nothing. */
export function withStroke(pad: Pad, stroke: PadStroke, frame: Frame): Pad {
  if (stroke.length === 0 || pad.strokes.length >= MOST_STROKES) return pad;
  return { frame: pad.frame ?? frame, strokes: [...pad.strokes, stroke] };
}

export function withoutLast(pad: Pad): Pad {
  const strokes = pad.strokes.slice(0, -1);
  return strokes.length === 0 ? EMPTY_PAD : { ...pad, strokes };
}

/** `blank`: nothing is drawn. `full`: there is no room for more, as it is it can be signed. `old`: it was begun so long ago
 * that it is no signature of this moment; it must be drawn anew. */
export type PadFault = "blank" | "old";

export function padFault(pad: Pad, now: number): PadFault | null {
  const times = pad.strokes.flatMap((stroke) => stroke.map(({ time }) => time));
  if (times.length === 0) return "blank";
  const [first, last] = times.reduce(
    ([least, most], time) => [Math.min(least, time), Math.max(most, time)],
    [Infinity, -Infinity],
  );
  return last - first > LONGEST_MS || Math.abs(now - first) > LONGEST_MS ? "old" : null;
}

export function isFull(pad: Pad): boolean {
  return pointsOf(pad) >= MOST_POINTS || pad.strokes.length >= MOST_STROKES;
}

/** From pad units to CSS pixels of a canvas: `x * scale + left`, `y * scale + top`. */
export interface Fit {
  readonly scale: number;
  readonly left: number;
  readonly top: number;
}

export function fitted(frame: Frame | null, canvas: Frame): Fit {
  if (frame === null) return { scale: 1, left: 0, top: 0 };
  const scale = Math.min(canvas.width / frame.width, canvas.height / frame.height);
  return {
    scale,
    left: (canvas.width - frame.width * scale) / 2,
    top: (canvas.height - frame.height * scale) / 2,
  };
}

/** A point of the canvas in pad units. */
export function placed(fit: Fit, x: number, y: number): { readonly x: number; readonly y: number } {
  return { x: (x - fit.left) / fit.scale, y: (y - fit.top) / fit.scale };
}

/** Strokes as a pen leaves them on paper: smooth between the points, thicker where it was pressed. */
import type { PadPoint } from "../../../shared/replica";
import { fitted, type Fit, type Frame, type Pad, type PadStroke } from "./strokes";

/** CSS pixels. */
const FINEST = 1.2;
const PRESSED = 2.8;

/** Everything, on a canvas of `size` CSS pixels whose context is scaled to them. */
export function drawPad(context: CanvasRenderingContext2D, pad: Pad, size: Frame): void {
  context.clearRect(0, 0, size.width, size.height);
  const fit = fitted(pad.frame, size);
  for (const stroke of pad.strokes) drawStroke(context, stroke, fit);
}

function drawStroke(context: CanvasRenderingContext2D, stroke: PadStroke, fit: Fit): void {
  for (let upTo = 1; upTo <= stroke.length; upTo += 1) drawLatest(context, stroke, fit, upTo);
}

/** What the last of the first `upTo` points adds: the curve between the middles of the last two pieces. */
export function drawLatest(
  context: CanvasRenderingContext2D,
  stroke: PadStroke,
  fit: Fit,
  upTo: number = stroke.length,
): void {
  const [before, last, next] = [stroke[upTo - 3], stroke[upTo - 2], stroke[upTo - 1]];
  if (next === undefined) return;
  context.beginPath();
  context.lineCap = "round";
  context.lineJoin = "round";
  context.lineWidth = widthOf(next);
  if (last === undefined) {
    const at = onCanvas(next, fit);
    context.moveTo(at.x, at.y);
    context.lineTo(at.x, at.y + 0.01); // a dot
  } else {
    const from = before === undefined ? onCanvas(last, fit) : middle(onCanvas(before, fit), onCanvas(last, fit));
    const [bend, to] = [onCanvas(last, fit), middle(onCanvas(last, fit), onCanvas(next, fit))];
    context.moveTo(from.x, from.y);
    context.quadraticCurveTo(bend.x, bend.y, to.x, to.y);
  }
  context.stroke();
}

interface Spot {
  readonly x: number;
  readonly y: number;
}

function onCanvas({ x, y }: Spot, { scale, left, top }: Fit): Spot {
  return { x: x * scale + left, y: y * scale + top };
}

function middle(one: Spot, other: Spot): Spot {
  return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 };
}

/** Devices that feel no pressure say a half, or nothing. */
function widthOf({ pressure }: PadPoint): number {
  return FINEST + (pressure === 0 ? 0.5 : pressure) * PRESSED;
}

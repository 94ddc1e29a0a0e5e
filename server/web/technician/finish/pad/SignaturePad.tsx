/** Where somebody signs: with a pen, a finger or a mouse. Each stroke is told when it ends, and now and then before. */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { PadPoint } from "../../../shared/replica";
import { drawLatest, drawPad } from "./ink";
import { fitted, placed, pointsOf, takes, type Frame, type Pad, type PadStroke } from "./strokes";

interface SignaturePadProps {
  readonly pad: Pad;
  readonly label: string;
  /** A stroke has ended, however: the pen was lifted, or the browser took it away. */
  readonly onStroke: (stroke: PadStroke, frame: Frame) => void;
  /** What is drawn of one that goes on, to be kept in case the phone dies. */
  readonly onUnderWay: (stroke: PadStroke, frame: Frame) => void;
}

/** How often a stroke that goes on is told. */
const TELL_MS = 200;

export function SignaturePad({ pad, label, onStroke, onUnderWay }: SignaturePadProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const latest = useRef({ pad, onStroke, onUnderWay });
  latest.current = { pad, onStroke, onUnderWay };
  const hand = useRef<Hand | null>(null);

  // Before it is seen: whoever draws at once loses nothing.
  useLayoutEffect(() => {
    if (canvas.current === null) return undefined;
    const drawn = new Hand(canvas.current, () => latest.current);
    hand.current = drawn;
    return () => {
      drawn.leave();
    };
  }, []);
  useEffect(() => {
    hand.current?.redraw();
  }, [pad]);

  return <canvas ref={canvas} class="pad" role="img" aria-label={label} />;
}

interface Told {
  readonly pad: Pad;
  readonly onStroke: (stroke: PadStroke, frame: Frame) => void;
  readonly onUnderWay: (stroke: PadStroke, frame: Frame) => void;
}

/** The pointer on the canvas. */
class Hand {
  readonly #canvas: HTMLCanvasElement;
  readonly #told: () => Told;
  readonly #over = new AbortController();
  readonly #sized: ResizeObserver;
  #pointer: number | null = null;
  #stroke: PadPoint[] = [];
  #toldAt = 0;
  /** A palm rests where a pen writes: once there was a pen, fingers are none. */
  #pen = false;

  constructor(canvas: HTMLCanvasElement, told: () => Told) {
    this.#canvas = canvas;
    this.#told = told;
    const { signal } = this.#over;
    const on = (
      name: "pointerdown" | "pointermove" | "pointerup" | "pointercancel",
      act: (e: PointerEvent) => void,
    ): void => {
      canvas.addEventListener(name, act, { signal });
    };
    on("pointerdown", (event) => {
      this.#down(event);
    });
    on("pointermove", (event) => {
      this.#move(event);
    });
    on("pointerup", (event) => {
      this.#up(event);
    });
    on("pointercancel", (event) => {
      this.#up(event);
    });
    // Safari scrolls by touch events, whatever `touch-action` says, while a dialog is open.
    canvas.addEventListener("touchstart", still, { signal, passive: false });
    canvas.addEventListener("touchmove", still, { signal, passive: false });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.redraw();
    }, { signal }); // prettier-ignore
    this.#sized = new ResizeObserver(() => {
      this.redraw();
    });
    this.#sized.observe(canvas);
  }

  leave(): void {
    this.#end();
    this.#over.abort();
    this.#sized.disconnect();
  }

  redraw(): void {
    const { width, height } = this.#size;
    const ratio = Math.max(devicePixelRatio, 1);
    const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.#canvas.width !== wide || this.#canvas.height !== high) {
      this.#canvas.width = wide;
      this.#canvas.height = high;
    }
    const context = this.#context;
    if (context === null) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const { pad } = this.#told();
    const begun = this.#stroke.length > 0 ? [this.#stroke] : [];
    drawPad(context, { frame: pad.frame ?? this.#frame, strokes: [...pad.strokes, ...begun] }, this.#size);
  }

  get #size(): Frame {
    return { width: this.#canvas.clientWidth, height: this.#canvas.clientHeight };
  }

  get #frame(): Frame {
    return this.#told().pad.frame ?? this.#size;
  }

  get #context(): CanvasRenderingContext2D | null {
    const context = this.#canvas.getContext("2d");
    if (context !== null) context.strokeStyle = getComputedStyle(this.#canvas).color;
    return context;
  }

  #down(event: PointerEvent): void {
    if (this.#pointer !== null || event.button !== 0) return;
    this.#pen ||= event.pointerType === "pen";
    if (this.#pen && event.pointerType === "touch") return;
    event.preventDefault();
    this.#pointer = event.pointerId;
    this.#canvas.setPointerCapture(event.pointerId);
    this.#stroke = [];
    this.#toldAt = event.timeStamp;
    this.#take([event]);
  }

  #move(event: PointerEvent): void {
    if (event.pointerId !== this.#pointer) return;
    // A screen shows 60 pictures a second, a pen says where it is four times as often.
    const all = typeof event.getCoalescedEvents === "function" ? event.getCoalescedEvents() : [];
    this.#take(all.length > 0 ? all : [event]);
    if (event.timeStamp - this.#toldAt < TELL_MS) return;
    this.#toldAt = event.timeStamp;
    this.#told().onUnderWay([...this.#stroke], this.#frame);
  }

  #up(event: PointerEvent): void {
    if (event.pointerId !== this.#pointer) return;
    if (event.type === "pointerup") this.#take([event]);
    this.#end();
  }

  #end(): void {
    const stroke = this.#stroke;
    this.#pointer = null;
    this.#stroke = [];
    if (stroke.length > 0) this.#told().onStroke(stroke, this.#frame);
  }

  #take(events: readonly PointerEvent[]): void {
    const [context, fit] = [this.#context, fitted(this.#frame, this.#size)];
    const before = pointsOf(this.#told().pad);
    const box = this.#canvas.getBoundingClientRect();
    for (const event of events) {
      const at = placed(
        fit,
        event.clientX - box.left - this.#canvas.clientLeft,
        event.clientY - box.top - this.#canvas.clientTop,
      );
      const next = { ...at, time: performance.timeOrigin + event.timeStamp, pressure: event.pressure };
      if (!takes(before + this.#stroke.length, this.#stroke.at(-1) ?? null, next)) continue;
      this.#stroke.push(next);
      if (context !== null) drawLatest(context, this.#stroke, fit);
    }
  }
}

function still(event: Event): void {
  event.preventDefault();
}

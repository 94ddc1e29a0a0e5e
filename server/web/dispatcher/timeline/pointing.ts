/** Carrying a job by mouse, pen or finger. A move draws nothing but the card at the pointer; only when another place is
 * meant does the layer with the preview follow. A finger that moves scrolls; one that rests takes hold. */
import type { RefObject } from "preact";
import { useCallback, useEffect } from "preact/hooks";
import type { Job } from "../../shared/api/types";
import { visible } from "../windowing";
import { mayGoBack } from "./carry";
import { atX, snap } from "./hours";
import { tellOutcome } from "./telling";
import { letGo, mayCarry, type Timeline } from "./timeline";

/** `start`: of the visit that is taken hold of; null for a job out of the tray. */
export type Pointing = (event: PointerEvent, job: Job, start: number | null) => void;

const THRESHOLD_PX = 5;
/** A finger is never quite still. */
const TREMBLES_PX = 10;
const TAKES_HOLD_MS = 350;
/** A finger's click comes a while after it was lifted. */
const TAP_MS = 400;
const EDGE_PX = 48;
const SCROLL_PX = 14;
const CARD_OFF_PX = 18;
/** The card's width, and room for what it says: it stays within the window. */
const [CARD_PX, CARD_TALL_PX] = [320, 190];

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** What does not change while a job is carried, measured once: asking the browser in each frame would cost more than
 * drawing it. */
interface Place extends Box {
  readonly head: number;
  readonly axis: number;
  /** Where a visit is put to be taken back; null where this job has none to take back. */
  readonly tray: Box | null;
}

function measured(box: HTMLElement, job: Job): Place {
  const { left, top, right, bottom } = box.getBoundingClientRect();
  const corner = box.querySelector<HTMLElement>(".axis-corner");
  const tray = mayGoBack(job) ? box.closest(".timeline-body")?.querySelector(".tray")?.getBoundingClientRect() : null;
  const [head, axis] = [corner?.offsetWidth ?? 0, corner?.offsetHeight ?? 0];
  return { left, top, right, bottom, head, axis, tray: tray ?? null };
}

function within(x: number, y: number, box: Box): boolean {
  return x > box.left && x < box.right && y > box.top && y < box.bottom;
}

export function useCarrying(
  timeline: Timeline,
  box: RefObject<HTMLElement | null>,
  card: RefObject<HTMLElement | null>,
): Pointing {
  useEffect(() => {
    const body = box.current?.closest(".timeline-body");
    const hold = heldStill(timeline);
    // Only a listener that was there before the finger may keep the page from scrolling.
    body?.addEventListener("touchmove", hold, { passive: false });
    return () => {
      body?.removeEventListener("touchmove", hold);
    };
  });
  return useCallback(
    (event, job, start) => {
      if (event.button !== 0 || !mayCarry(timeline, job) || timeline.carry.peek() !== null) return;
      follow(timeline, box, card, { job, start, x: event.clientX, y: event.clientY, event });
    },
    [timeline, box, card],
  );
}

function heldStill({ carry }: Timeline): (event: Event) => void {
  return (event) => {
    if (carry.peek()?.by === "touch" && event.cancelable) event.preventDefault();
  };
}

interface Grip {
  readonly job: Job;
  readonly start: number | null;
  readonly x: number;
  readonly y: number;
  readonly event: PointerEvent;
}

function follow(
  timeline: Timeline,
  box: RefObject<HTMLElement | null>,
  card: RefObject<HTMLElement | null>,
  grip: Grip,
): void {
  const { carry, rows, layout, span, scale } = timeline;
  const { pointerId, pointerType, target } = grip.event;
  const finger = pointerType === "touch";
  let [x, y] = [grip.x, grip.y];
  let frame = 0;
  let place: Place | null = null;
  let held = 0; // milliseconds between the beginning of the visit and the pointer

  /** Every frame while it is carried, so that the edges scroll also under a pointer at rest. */
  function draw(): void {
    const it = box.current;
    if (place !== null && it !== null) {
      const { left, top, right, bottom, head, axis, tray } = place;
      const inside = within(x, y, { left: left + head, top: top + axis, right, bottom });
      const toQueue = tray !== null && within(x, y, tray);
      if (inside) scrollAtEdges(it, x, y, place);
      const at = atX(x - left - head + it.scrollLeft, span.peek(), scale.peek());
      const down = y - top - axis + it.scrollTop;
      const [row] = visible(layout.peek(), down, down + 1, 0);
      const technicianId = inside ? (rows.peek()[row]?.person.technician.id ?? null) : null;
      const start = snap(at - held);
      const before = carry.peek();
      if (before === null) {
        stop();
        return;
      }
      if (before.technicianId !== technicianId || before.toQueue !== toQueue || before.start !== start)
        carry.value = { ...before, technicianId, toQueue, start };
      if (!finger && card.current !== null) card.current.style.transform = besidePointer(x, y);
    }
    frame = requestAnimationFrame(draw);
  }

  function begin(): void {
    const it = box.current;
    if (it === null) return;
    place = measured(it, grip.job);
    if (grip.start !== null)
      held = atX(grip.x - place.left - place.head + it.scrollLeft, span.peek(), scale.peek()) - grip.start;
    const start = snap(grip.start ?? span.peek().from);
    carry.value = { job: grip.job, by: finger ? "touch" : "pointer", technicianId: null, toQueue: false, start };
    document.documentElement.dataset["carrying"] = "yes";
    // What a finger touches first would go on hearing of it alone, also where other days are turned to.
    if (finger && target instanceof Element && target.hasPointerCapture(pointerId))
      target.releasePointerCapture(pointerId);
    frame = requestAnimationFrame(draw);
  }

  function moved(event: PointerEvent): void {
    if (event.pointerId !== pointerId) return;
    [x, y] = [event.clientX, event.clientY];
    if (place !== null) return;
    const far = Math.hypot(x - grip.x, y - grip.y);
    if (finger && far > TREMBLES_PX) stop();
    else if (!finger && far > THRESHOLD_PX) begin();
  }

  function released(event: PointerEvent): void {
    if (event.pointerId !== pointerId) return;
    const carried = place !== null && carry.peek() !== null;
    stop();
    if (!carried) return;
    withoutClick(x, y, finger ? TAP_MS : 0);
    const shown = timeline.preview.peek();
    void letGo(timeline).then((outcome) => {
      tellOutcome(timeline, grip.job, outcome, shown);
    });
  }

  function givenUp(event: PointerEvent): void {
    if (event.pointerId !== pointerId) return;
    stop();
    if (place !== null) carry.value = null;
  }

  const hold = heldStill(timeline);
  const noMenu = (event: Event): void => {
    event.preventDefault(); // a finger that rests would open one
  };
  const timer = finger ? setTimeout(begin, TAKES_HOLD_MS) : undefined;

  function stop(): void {
    clearTimeout(timer);
    cancelAnimationFrame(frame);
    delete document.documentElement.dataset["carrying"];
    removeEventListener("pointermove", moved);
    removeEventListener("pointerup", released);
    removeEventListener("pointercancel", givenUp);
    removeEventListener("contextmenu", noMenu);
    target?.removeEventListener("touchmove", hold);
  }

  addEventListener("pointermove", moved);
  addEventListener("pointerup", released);
  addEventListener("pointercancel", givenUp);
  if (finger) {
    addEventListener("contextmenu", noMenu);
    target?.addEventListener("touchmove", hold, { passive: false }); // also when its row is scrolled away
  }
}

/** Below and to the right of the pointer, while there is room. */
function besidePointer(x: number, y: number): string {
  const left = Math.min(x + CARD_OFF_PX, innerWidth - CARD_PX - CARD_OFF_PX);
  const top = Math.min(y + CARD_OFF_PX, innerHeight - CARD_TALL_PX);
  return `translate(${Math.max(0, left)}px, ${Math.max(0, top)}px)`;
}

function scrollAtEdges(box: HTMLElement, x: number, y: number, { left, top, right, bottom, head, axis }: Place): void {
  const across = x < left + head + EDGE_PX ? -SCROLL_PX : x > right - EDGE_PX ? SCROLL_PX : 0;
  const down = y < top + axis + EDGE_PX ? -SCROLL_PX : y > bottom - EDGE_PX ? SCROLL_PX : 0;
  if (across !== 0 || down !== 0) box.scrollBy(across, down);
}

/** What ends a drag is no click on what lies under it. */
function withoutClick(x: number, y: number, withinMs: number): void {
  const swallow = (event: MouseEvent): void => {
    if (Math.hypot(event.clientX - x, event.clientY - y) > TREMBLES_PX) return; // elsewhere it is meant
    event.stopPropagation();
    event.preventDefault();
  };
  addEventListener("click", swallow, { capture: true });
  setTimeout(() => {
    removeEventListener("click", swallow, { capture: true });
  }, withinMs);
}

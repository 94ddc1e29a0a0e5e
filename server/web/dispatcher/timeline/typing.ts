/** The timeline by keys: from block to block, and carrying one. Whatever is done is said. */
import type { RefObject } from "preact";
import { useCallback, useEffect } from "preact/hooks";
import { useSignalEffect } from "@preact/signals";
import type { Job } from "../../shared/api/types";
import { t } from "../../shared/text/language";
import { toDateInput } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { mayGoBack, neighbourBlock, overQueue, pickUp, stepOf, stepped } from "./carry";
import { xOf } from "./hours";
import { spoken, tellOutcome } from "./telling";
import { heightOf, letGo, mayCarry, type Timeline } from "./timeline";
import { visible } from "../windowing";

const TOWARDS: Readonly<Record<string, "left" | "right" | "up" | "down">> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

export type Typed = (event: KeyboardEvent) => void;

export function useTyping(timeline: Timeline, box: RefObject<HTMLElement | null>): Typed {
  useSignalEffect(() => {
    const held = timeline.carry.value;
    if (held?.by !== "keys") return;
    timeline.said.value = spoken(timeline, held, timeline.preview.value);
    bringIntoSight(timeline, box.current, held.technicianId, held.start);
  });
  useEffect(
    () => () => {
      timeline.carry.value = null;
    },
    [timeline],
  );
  return useCallback(
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      const mine = timeline.carry.peek() === null ? atRest(timeline, box, event) : carrying(timeline, box, event);
      if (!mine) return;
      event.preventDefault();
      event.stopPropagation();
    },
    [timeline, box],
  );
}

function carrying(timeline: Timeline, box: RefObject<HTMLElement | null>, event: KeyboardEvent): boolean {
  const { carry, rows, span, show, zone } = timeline;
  const held = carry.peek();
  if (held === null) return false;
  if (timeline.busy.peek()) return true; // it has been let go
  if (event.key === "Escape") {
    carry.value = null;
    timeline.said.value = t("timeline.given_up", { n: held.job.number });
    backTo(timeline, box, held.job.id);
    return true;
  }
  if (held.by !== "keys") return false;
  if (event.key === "Enter" || event.key === " ") {
    const shown = timeline.preview.peek();
    void letGo(timeline).then((outcome) => {
      tellOutcome(timeline, held.job, outcome, shown);
      if (outcome === "done") awaitBlock(timeline, box, held.job.id, held.toQueue);
      else backTo(timeline, box, held.job.id);
    });
    return true;
  }
  if (event.key === "Delete" || event.key === "Backspace") {
    if (mayGoBack(held.job)) carry.value = overQueue(held);
    else timeline.said.value = t("timeline.in_queue", { n: held.job.number });
    return true;
  }
  const step = stepOf(event);
  if (step === null) return true; // nothing else happens by accident while one is in the hand; Escape lets it be
  const { from, midnight } = span.peek();
  const next = stepped(held, step, rows.peek(), midnight - from);
  carry.value = next;
  const day = toDateInput(next.start, zone.peek());
  if (day !== span.peek().day) show({ day }, true);
  return true;
}

function atRest(timeline: Timeline, box: RefObject<HTMLElement | null>, event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : null;
  const source = target?.closest<HTMLElement>("[data-job]") ?? null;
  if (event.key === " " && source !== null) {
    const job = timeline.board.jobs.peek().get(source.dataset["job"] ?? "");
    return job !== undefined && takeUp(timeline, box, job);
  }
  const towards = TOWARDS[event.key];
  if (towards === undefined || (target?.closest(".grid") ?? null) === null) return false;
  const next = neighbourBlock(timeline.rows.peek(), timeline.cursor.peek(), towards);
  if (next === null) return false;
  timeline.cursor.value = next;
  focusBlock(timeline, box.current, next);
  return true;
}

function takeUp(timeline: Timeline, box: RefObject<HTMLElement | null>, job: Job): boolean {
  if (!mayCarry(timeline, job)) {
    timeline.said.value = t("timeline.stays", { n: job.number });
    return true;
  }
  const first = firstInSight(timeline, box.current);
  timeline.carry.value = pickUp(job, timeline.rows.peek(), first, timeline.span.peek(), now.peek());
  requestAnimationFrame(() => document.querySelector<HTMLElement>(".carry-card")?.focus({ preventScroll: true }));
  return true;
}

function firstInSight({ rows, layout }: Timeline, box: HTMLElement | null): string | null {
  const top = box?.scrollTop ?? 0;
  const [at] = visible(layout.peek(), top, top + 1, 0);
  return rows.peek()[at]?.person.technician.id ?? null;
}

/** After letting go the focus is where the job is now. */
function backTo(timeline: Timeline, box: RefObject<HTMLElement | null>, jobId: string): void {
  requestAnimationFrame(() => {
    const block = document.getElementById(`visit-${jobId}`) ?? document.getElementById(`waiting-${jobId}`);
    if (block !== null) block.focus();
    else if (!focusBlock(timeline, box.current, jobId)) box.current?.focus();
  });
}

const WAITS_MS = 10_000; // the feed brings what was booked within a second, over a bad line later

/** The block of a visit just booked, or its line in the queue, comes with the feed; until then the grid has the focus. */
function awaitBlock(timeline: Timeline, box: RefObject<HTMLElement | null>, jobId: string, toQueue: boolean): void {
  box.current?.focus();
  const until = performance.now() + WAITS_MS;
  const look = (): void => {
    const elsewhere = document.activeElement !== box.current && document.activeElement !== document.body;
    const there = toQueue ? focusWaiting(jobId) : focusBlock(timeline, box.current, jobId);
    if (elsewhere || there || performance.now() > until) return;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

function focusWaiting(jobId: string): boolean {
  const line = document.getElementById(`waiting-${jobId}`);
  line?.focus();
  return line !== null;
}

/** Its row may not exist yet: it is scrolled to, and focused when it is drawn. False when it is in no row. */
function focusBlock(timeline: Timeline, box: HTMLElement | null, jobId: string): boolean {
  const row = timeline.rows.peek().find((each) => each.visits.some((visit) => visit.job.id === jobId));
  const visit = row?.visits.find((each) => each.job.id === jobId);
  if (row === undefined || visit === undefined) return false;
  bringIntoSight(timeline, box, row.person.technician.id, visit.start);
  const focus = (left: number): void => {
    const block = document.getElementById(`visit-${jobId}`);
    if (block !== null) block.focus({ preventScroll: true });
    else if (left > 0)
      requestAnimationFrame(() => {
        focus(left - 1);
      });
  };
  requestAnimationFrame(() => {
    focus(5);
  });
  return true;
}

const MARGIN_PX = 24;

export function bringIntoSight(
  timeline: Timeline,
  box: HTMLElement | null,
  technicianId: string | null,
  at: number,
): void {
  if (box === null) return;
  const rows = timeline.rows.peek();
  const index = rows.findIndex((row) => row.person.technician.id === technicianId);
  const row = rows[index];
  if (row === undefined) return;
  const corner = box.querySelector<HTMLElement>(".axis-corner");
  const [head, axis] = [corner?.offsetWidth ?? 0, corner?.offsetHeight ?? 0];
  const top = timeline.layout.peek().tops[index] ?? 0;
  const bottom = top + heightOf(row) + axis;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
  const x = xOf(at, timeline.span.peek(), timeline.scale.peek());
  const room = box.clientWidth - head;
  if (x < box.scrollLeft + MARGIN_PX) box.scrollLeft = x - MARGIN_PX;
  else if (x > box.scrollLeft + room - 4 * MARGIN_PX) box.scrollLeft = x - room + 4 * MARGIN_PX;
}

/** The rows in sight, under their hours. Only these exist; blocks stand where a transform puts them. */
import { useComputed, useSignal } from "@preact/signals";
import type { JSX, RefObject } from "preact";
import { useCallback, useEffect, useLayoutEffect } from "preact/hooks";
import { t } from "../../shared/text/language";
import { clockTime, dayName, foreign } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { visible } from "../windowing";
import { CarryLayer } from "./CarryLayer";
import { HOUR, pixels, ticks, xOf } from "./hours";
import type { Pointing } from "./pointing";
import { Row } from "./Row";
import type { Timeline } from "./timeline";
import { bringIntoSight } from "./typing";

const SPARE = 3;
/** Hours between two words on the axis, for each zoom. */
const EVERY = [3, 1, 1, 1] as const;
const [NARROW_PX, WIDE_PX] = [48, 90];

interface GridProps {
  readonly timeline: Timeline;
  readonly box: RefObject<HTMLDivElement | null>;
  readonly onPoint: Pointing;
}

export function Grid({ timeline, box, onPoint }: GridProps): JSX.Element {
  const { rows, layout, span, scale } = timeline;
  const seen = useSignal<readonly [number, number]>([0, 1000]);
  const look = useCallback(() => {
    const it = box.current;
    if (it === null) return;
    const [from, to] = [it.scrollTop, it.scrollTop + it.clientHeight];
    if (seen.peek()[0] !== from || seen.peek()[1] !== to) seen.value = [from, to];
  }, [box, seen]);
  useLayoutEffect(() => {
    const it = box.current;
    if (it === null) return undefined;
    const watcher = new ResizeObserver(look);
    watcher.observe(it);
    return () => {
      watcher.disconnect();
    };
  }, [box, look]);
  useStartInSight(timeline, box);
  useOpenInSight(timeline, box);

  // A scroll within the same rows draws nothing anew.
  const drawn = useComputed(() => visible(layout.value, seen.value[0], seen.value[1], SPARE).join());
  const [first = 0, end = 0] = drawn.value.split(",").map(Number);
  const width = pixels(span.value.to - span.value.from, scale.value);
  return (
    <div ref={box} class="grid" role="region" aria-label={t("timeline.rows")} tabIndex={0} onScroll={look}>
      <div class="grid-canvas" style={{ width: `calc(var(--head) + ${width}px)` }}>
        <Axis timeline={timeline} />
        <div class="grid-rows" style={{ height: `${layout.value.height}px`, "--hour": `${scale.value}px` }}>
          {rows.value.slice(first, end).map((row, index) => (
            <Row
              key={row.person.technician.id}
              row={row}
              top={layout.value.tops[first + index] ?? 0}
              timeline={timeline}
              onPoint={onPoint}
            />
          ))}
          <NowLine timeline={timeline} />
          <CarryLayer timeline={timeline} />
        </div>
      </div>
    </div>
  );
}

/** Today begins a little before the present, another day at its first shift. */
function useStartInSight({ span, scale, rows }: Timeline, box: RefObject<HTMLDivElement | null>): void {
  const { day } = span.value;
  const zoomed = scale.value;
  const there = rows.value.length > 0;
  useEffect(() => {
    const it = box.current;
    if (it === null || !there) return;
    const shown = span.peek();
    const present = now.peek();
    const starts = rows.peek().flatMap((row) => row.person.shifts.map((shift) => shift.start));
    const today = present >= shown.from && present < shown.midnight;
    const first = Math.max(shown.from, Math.min(...starts, shown.from + 8 * HOUR));
    it.scrollLeft = xOf(today ? present - 1.5 * HOUR : first - 0.5 * HOUR, shown, zoomed);
  }, [box, span, rows, day, zoomed, there]);
}

/** The visit whose drawer opens stays in sight beside it. */
function useOpenInSight(timeline: Timeline, box: RefObject<HTMLDivElement | null>): void {
  const { view, rows } = timeline;
  const open = view.value.job;
  useEffect(() => {
    if (open === null) return undefined;
    const frame = requestAnimationFrame(() => {
      for (const row of rows.peek()) {
        const visit = row.visits.find((each) => each.job.id === open);
        if (visit !== undefined) bringIntoSight(timeline, box.current, row.person.technician.id, visit.start);
      }
    });
    return () => {
      cancelAnimationFrame(frame);
    };
  }, [open, rows, timeline, box]);
}

function Axis({ timeline }: { readonly timeline: Timeline }): JSX.Element {
  const { span, scale, zone } = timeline;
  const shown = span.value;
  const every = scale.value < NARROW_PX ? EVERY[0] : EVERY[1];
  return (
    <div class="axis" aria-hidden="true">
      <div class="axis-corner">{t("timeline.technician")}</div>
      {ticks(shown, every).map((at) => {
        if (at - shown.midnight === HOUR && scale.value < WIDE_PX) return null; // the day's name needs its room
        const other = foreign(zone.value, at);
        return (
          <span
            key={at}
            class="tick numbers"
            data-midnight={at === shown.midnight}
            style={{ transform: `translateX(${xOf(at, shown, scale.value)}px)` }}
          >
            {at === shown.midnight ? dayName(at, other) : clockTime(at, other)}
          </span>
        );
      })}
    </div>
  );
}

function NowLine({ timeline: { span, scale } }: { readonly timeline: Timeline }): JSX.Element | null {
  const at = now.value;
  if (at < span.value.from || at >= span.value.to) return null;
  return (
    <div class="now-line" style={{ transform: `translateX(${xOf(at, span.value, scale.value)}px)` }}>
      <span class="unseen">{t("timeline.now")}</span>
    </div>
  );
}

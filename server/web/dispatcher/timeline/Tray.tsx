/** What waits for somebody, in the queue's order: to be dragged onto a row, or picked up by key. */
import { useComputed, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useCallback, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { PromiseClock } from "../../shared/promise/PromiseClock";
import { t } from "../../shared/text/language";
import { Icon } from "../../shared/views/Icon";
import { focusNeighbour } from "../keys";
import type { Standing } from "../queue";
import { layOut, visible } from "../windowing";
import { mayGoBack } from "./carry";
import type { Pointing } from "./pointing";
import { fixedOf } from "./preview";
import type { Timeline } from "./timeline";
import "./tray.css";

const ITEM_PX = 68;
const SPARE = 4;
const SHOWS = ["open", "unassigned", "at_risk"] as const;

interface TrayProps {
  readonly timeline: Timeline;
  readonly onPoint: Pointing;
}

export function Tray({ timeline, onPoint }: TrayProps): JSX.Element {
  const { tray, view, show } = timeline;
  const list = useRef<HTMLDivElement>(null);
  const seen = useSignal<readonly [number, number]>([0, 1000]);
  const look = useCallback(() => {
    const box = list.current;
    if (box !== null) seen.value = [box.scrollTop, box.scrollTop + box.clientHeight];
  }, [seen]);
  useLayoutEffect(() => {
    const box = list.current;
    if (box === null) return undefined;
    const watcher = new ResizeObserver(look);
    watcher.observe(box);
    return () => {
      watcher.disconnect();
    };
  }, [look]);
  const count = tray.value.length;
  const layout = useMemo(() => layOut(Array.from({ length: count }, () => ITEM_PX)), [count]);
  const [first, end] = visible(layout, seen.value[0], seen.value[1], SPARE);
  const back = useComputed(() => {
    const held = timeline.carry.value;
    if (held === null || !mayGoBack(held.job)) return null;
    if (fixedOf(held.job) !== null) return "locked";
    return held.toQueue ? "meant" : "possible";
  });
  const current = SHOWS.find((each) => each === view.value.filter) ?? "open";
  return (
    <section class="tray" aria-labelledby="tray-title" data-back={back.value}>
      <header>
        <h2 id="tray-title">
          {t("timeline.tray")} <span class="numbers soft">{count}</span>
        </h2>
        <select
          aria-label={t("desk.filter")}
          value={current}
          onChange={(event) => {
            show({ filter: SHOWS.find((each) => each === event.currentTarget.value) ?? "open" });
          }}
        >
          <option value="open">{t("desk.group.act")}</option>
          <option value="unassigned">{t("desk.filter.unassigned")}</option>
          <option value="at_risk">{t("desk.filter.at_risk")}</option>
        </select>
      </header>
      {back.value !== null && (
        <p class="tray-back" aria-hidden="true">
          <Icon name={back.value === "locked" ? "lock" : "outbox"} />
          {back.value === "locked" ? t("timeline.drop_locked") : t("timeline.drop_back")}
        </p>
      )}
      {count === 0 && (
        <p class="soft tray-empty" role="status">
          <Icon name="done" />
          {t("timeline.tray_empty")}
        </p>
      )}
      <div
        class="tray-list"
        ref={list}
        onScroll={look}
        onKeyDown={(event) => {
          if (timeline.carry.peek() !== null || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
          event.preventDefault();
          event.stopPropagation();
          focusNeighbour(".tray .waiting", event.key === "ArrowDown" ? 1 : -1);
        }}
      >
        <ol style={{ height: `${layout.height}px` }}>
          {tray.value.slice(first, end).map((standing, index) => (
            <Item
              key={standing.job.id}
              standing={standing}
              at={first + index}
              of={count}
              top={layout.tops[first + index] ?? 0}
              timeline={timeline}
              onPoint={onPoint}
            />
          ))}
        </ol>
      </div>
    </section>
  );
}

interface ItemProps {
  readonly standing: Standing;
  readonly at: number;
  readonly of: number;
  readonly top: number;
  readonly timeline: Timeline;
  readonly onPoint: Pointing;
}

function Item({ standing: { job }, at, of, top, timeline, onPoint }: ItemProps): JSX.Element {
  const { board, view, show } = timeline;
  return (
    <li aria-posinset={at + 1} aria-setsize={of} style={{ transform: `translateY(${top}px)` }}>
      <button
        type="button"
        id={`waiting-${job.id}`}
        class="waiting"
        data-job={job.id}
        data-open={view.value.job === job.id}
        aria-describedby="timeline-keys"
        onPointerDown={(event) => {
          onPoint(event, job, null);
        }}
        onClick={() => {
          show({ job: job.id });
        }}
      >
        <PromiseClock job={job} />
        <span class="two-lines">
          <span class="line">
            <strong class="numbers">{job.number}</strong> {job.title}
          </span>
          <span class="line soft">
            {job.technician_id === null ? job.address || job.contact_name : board.nameOf(job.technician_id)}
          </span>
        </span>
      </button>
    </li>
  );
}

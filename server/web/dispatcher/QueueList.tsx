/** The queue on screen: only the rows in sight exist, so that thousands cost no more than a screenful. */
import { useSignal, type ReadonlySignal, type Signal } from "@preact/signals";
import type { JSX, RefObject } from "preact";
import { useCallback, useEffect, useLayoutEffect, useMemo } from "preact/hooks";
import { sentence } from "../shared/api/problem";
import type { Job } from "../shared/api/types";
import { PromiseClock } from "../shared/promise/PromiseClock";
import { named, t } from "../shared/text/language";
import { span, timeWindow } from "../shared/time/format";
import { now } from "../shared/time/now";
import { Icon } from "../shared/views/Icon";
import { Notice } from "../shared/views/Notice";
import type { Board } from "./board";
import type { Show } from "./Desk";
import type { Queue, Row, Standing } from "./queue";
import { PLAIN, type DeskView } from "./view";
import { layOut, visible, type Layout } from "./windowing";
import "./queue.css";

const HEAD_REM = 2.25;
const ROW_REM = 4;
const SPARE = 8;

interface QueueListProps {
  readonly board: Board;
  readonly view: ReadonlySignal<DeskView>;
  readonly queue: ReadonlySignal<Queue>;
  /** The job the keyboard stands on. */
  readonly cursor: Signal<string | null>;
  readonly show: Show;
  readonly list: RefObject<HTMLDivElement | null>;
}

export function QueueList({ board, view, queue, cursor, show, list }: QueueListProps): JSX.Element {
  const { rows, jobs } = queue.value;
  const rem = useMemo(() => parseFloat(getComputedStyle(document.documentElement).fontSize) || 16, []);
  const layout = useMemo(
    () => layOut(rows.map((row) => (row.kind === "head" ? HEAD_REM : ROW_REM) * rem)),
    [rows, rem],
  );
  const seen = useSignal<readonly [number, number]>([0, 1000]);

  const look = useCallback(() => {
    const box = list.current;
    if (box !== null) seen.value = [box.scrollTop, box.scrollTop + box.clientHeight];
  }, [list, seen]);
  const empty = rows.length === 0;
  useLayoutEffect(() => {
    const box = list.current;
    if (box === null || empty) return undefined;
    const watcher = new ResizeObserver(look);
    watcher.observe(box);
    if (document.activeElement === document.body) box.focus({ preventScroll: true }); // arrows work at once
    return () => {
      watcher.disconnect();
    };
  }, [list, look, empty]);
  useCursorInSight(list, rows, layout, cursor.value);

  if (empty) return <NoRows board={board} view={view.value} show={show} />;
  const [first, end] = visible(layout, seen.value[0], seen.value[1], SPARE);
  const drawn = rows.slice(first, end);
  const active = jobs.some((job) => job.id === cursor.value) ? cursor.value : null;
  const there = drawn.some((row) => row.kind === "job" && row.standing.job.id === active); // who scrolled away leaves it
  return (
    <div
      ref={list}
      class="queue"
      role="listbox"
      tabIndex={0}
      aria-label={t("desk.list")}
      aria-activedescendant={active !== null && there ? `job-${active}` : undefined}
      onScroll={look}
    >
      <div class="queue-rows" role="presentation" style={{ height: `${layout.height}px` }}>
        {drawn.map((row, index) => (
          <PlacedRow
            key={row.kind === "head" ? row.group : row.standing.job.id}
            row={row}
            top={layout.tops[first + index] ?? 0}
            board={board}
            size={jobs.length}
            position={first + index - (row.kind === "job" ? row.heads : 0) + 1}
            current={active}
            open={view.value.job}
            onOpen={(id) => {
              show({ job: id });
            }}
          />
        ))}
      </div>
    </div>
  );
}

/** Scrolls as little as needed to show the row the keyboard stands on, when it moves there. */
function useCursorInSight(
  list: RefObject<HTMLDivElement | null>,
  rows: readonly Row[],
  layout: Layout,
  current: string | null,
): void {
  useEffect(() => {
    const box = list.current;
    const at = rows.findIndex((row) => row.kind === "job" && row.standing.job.id === current);
    if (box === null || at === -1) return;
    const top = layout.tops[at] ?? 0;
    const bottom = layout.tops[at + 1] ?? layout.height;
    const above = rows[at - 1]?.kind === "head" ? (layout.tops[at - 1] ?? top) : top;
    if (above < box.scrollTop) box.scrollTop = above;
    else if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
    // Only a move of the cursor scrolls; rows that change around it must not pull the list away from the reader.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [current]);
}

interface PlacedRowProps {
  readonly row: Row;
  readonly top: number;
  readonly board: Board;
  readonly size: number;
  readonly position: number;
  readonly current: string | null;
  readonly open: string | null;
  readonly onOpen: (id: string) => void;
}

function PlacedRow({ row, top, board, size, position, current, open, onOpen }: PlacedRowProps): JSX.Element {
  const style = { transform: `translateY(${top}px)` };
  if (row.kind === "head") {
    return (
      <div class="queue-head" role="presentation" style={style}>
        {t(`desk.group.${row.group}`)} <span class="numbers">{row.count}</span>
      </div>
    );
  }
  const { job } = row.standing;
  return (
    <div
      id={`job-${job.id}`}
      class="queue-row"
      role="option"
      style={style}
      aria-selected={job.id === current}
      aria-posinset={position}
      aria-setsize={size}
      data-open={job.id === open}
      onClick={() => {
        onOpen(job.id);
      }}
    >
      <RowContents standing={row.standing} board={board} />
    </div>
  );
}

function RowContents({ standing, board }: { readonly standing: Standing; readonly board: Board }): JSX.Element {
  const { job } = standing;
  const type = board.typesByCode.value.get(job.job_type);
  const outlet = board.outlets.value.get(job.outlet_id);
  return (
    <>
      <PromiseClock job={job} />
      <span class="two-lines">
        <span class="line">
          <strong class="numbers">{job.number}</strong> {job.title}
        </span>
        <span class="line soft">
          {job.priority < 3 && <strong>{t("job.priority", { n: job.priority })} · </strong>}
          {type ? named(type) : job.job_type}
          {outlet && board.outlets.value.size > 1 && ` · ${named(outlet)}`}
        </span>
      </span>
      <span class="two-lines">
        <span class="contact-line">
          <span class="line">{job.contact_name}</span>
          <span class="numbers soft">{job.contact_phone}</span>
        </span>
        <span class="line soft">{job.address}</span>
      </span>
      <Visit job={job} board={board} />
      <span class="two-lines state">
        <span class="line">{t(`job.state.${job.state}`)}</span>
        <PlannedLate standing={standing} />
      </span>
    </>
  );
}

/** Why a planned job stands so high: its visit would come this much after the promise. */
function PlannedLate({ standing: { job, slack } }: { readonly standing: Standing }): JSX.Element | null {
  if (job.technician_id === null || job.arrival !== null || slack === null || slack >= 0) return null;
  return <span class="line late">{t("desk.planned_late", { time: span(-slack) })}</span>;
}

function Visit({ job, board }: { readonly job: Job; readonly board: Board }): JSX.Element {
  if (job.technician_id === null) {
    return (
      <span class="visit none">
        <Icon name="person" />
        {t("desk.unassigned")}
      </span>
    );
  }
  const start = job.window_start === null ? null : Date.parse(job.window_start);
  const end = job.window_end === null ? null : Date.parse(job.window_end);
  const window = start === null ? t("time.unset") : timeWindow(now.value, start, end, board.zoneOf(job.outlet_id));
  return (
    <span class="two-lines visit">
      <span class="line">{board.nameOf(job.technician_id)}</span>
      <span class="line soft numbers" title={window}>
        {window}
      </span>
    </span>
  );
}

interface NoRowsProps {
  readonly board: Board;
  readonly view: DeskView;
  readonly show: Show;
}

function NoRows({ board, view, show }: NoRowsProps): JSX.Element {
  const { state, problem } = board.feed.contact.value;
  if (board.feed.replica.value.complete) {
    return (
      <Notice icon="empty" title={t("desk.empty_filtered")}>
        {(view.filter !== PLAIN.filter || view.search !== "" || view.outlet !== null) && (
          <button
            type="button"
            class="button"
            onClick={() => {
              show({ filter: PLAIN.filter, search: "", outlet: null });
            }}
          >
            {t("desk.empty_clear")}
          </button>
        )}
      </Notice>
    );
  }
  if (state !== "offline" && problem === null) {
    return (
      <div class="queue-ghosts" role="status">
        <p class="unseen">{t("desk.loading")}</p>
        {[1, 2, 3, 4, 5, 6].map((each) => (
          <div key={each} class="ghost" />
        ))}
      </div>
    );
  }
  return (
    <Notice
      icon={problem === null ? "offline" : "warning"}
      title={t("desk.failed")}
      hint={problem === null ? t("problem.offline") : sentence(problem)}
    >
      <button
        type="button"
        class="button first"
        onClick={() => {
          board.feed.pullSoon();
        }}
      >
        {t("retry")}
      </button>
    </Notice>
  );
}

/** What the timeline's parts share: the rows in view, what is carried, and where it would come to lie. */
import { useComputed, useSignal, type ReadonlySignal, type Signal } from "@preact/signals";
import { useCallback, useMemo, useRef } from "preact/hooks";
import type { Job } from "../../shared/api/types";
import { now } from "../../shared/time/now";
import type { Board } from "../board";
import type { Show } from "../Desk";
import { bookingIn } from "../offers";
import { queueOf, type Standing } from "../queue";
import { useSkillNames } from "../skills";
import { layOut, type Layout } from "../windowing";
import type { DeskView } from "../view";
import { isElsewhere, type Carry } from "./carry";
import { drop, withdraw } from "./dropping";
import { dayOf, MINUTE, sharedZone, spanOf, USUAL_ZOOM, ZOOMS, type Span } from "./hours";
import { usePeople } from "./people";
import { previewOf, takenBackOf, type Preview } from "./preview";
import { keptRows, visitsBy, type TechnicianRow } from "./rows";
import { searchedRows } from "./searching";

export const ROW_PX = 84;
export const LANE_PX = 48;

export interface Timeline {
  readonly board: Board;
  readonly view: ReadonlySignal<DeskView>;
  readonly show: Show;
  /** The zone the hours are told in; undefined: the viewer's own. */
  readonly zone: ReadonlySignal<string | undefined>;
  readonly span: ReadonlySignal<Span>;
  /** Pixels per hour. */
  readonly scale: ReadonlySignal<number>;
  readonly ready: ReadonlySignal<boolean>;
  readonly rows: ReadonlySignal<readonly TechnicianRow[]>;
  readonly layout: ReadonlySignal<Layout>;
  /** What waits for somebody, in the queue's order. */
  readonly tray: ReadonlySignal<readonly Standing[]>;
  readonly carry: Signal<Carry | null>;
  readonly preview: ReadonlySignal<Preview | null>;
  /** While the server is asked. */
  readonly busy: Signal<boolean>;
  /** The block the keyboard stands on. */
  readonly cursor: Signal<string | null>;
  /** A skill by its code, in the reader's language. */
  readonly skillName: (code: string) => string;
  /** Read out by the live region. */
  readonly said: Signal<string>;
}

/** Rows that stand above each other, the first at 0. */
export function heightOf(row: TechnicianRow): number {
  return Math.max(ROW_PX, row.lanes * LANE_PX + (ROW_PX - LANE_PX));
}

export function useTimeline(board: Board, view: ReadonlySignal<DeskView>, showNow: Show): Timeline {
  const latest = useRef(showNow);
  latest.current = showNow;
  const show = useCallback<Show>((change, replace) => {
    latest.current(change, replace);
  }, []);
  const zone = useComputed(() => {
    const { outlet } = view.value;
    const all = [...board.outlets.value.values()];
    return sharedZone(all.filter((each) => outlet === null || each.id === outlet).map((each) => each.zone));
  });
  const today = useComputed(() => dayOf(view.value.day, now.value, zone.value));
  const span = useComputed(() => spanOf(today.value, zone.value));
  const scale = useComputed(() => ZOOMS[view.value.zoom ?? USUAL_ZOOM] ?? ZOOMS[USUAL_ZOOM]);
  const { people, ready } = usePeople(board, span);
  const rowsOf = useMemo(keptRows, []);
  const all = useComputed(() =>
    rowsOf(people.value, visitsBy(board.jobs.value.values(), span.value, now.value), span.value),
  );
  const asked = useComputed(() => `${view.value.outlet ?? ""}\n${view.value.search}`);
  const rows = useComputed(() => {
    const [outlet = "", search = ""] = asked.value.split("\n");
    return searchedRows(all.value, outlet || null, search);
  });
  const layout = useComputed(() => layOut(rows.value.map(heightOf)));
  const tray = useComputed(() => {
    const { filter, outlet, search } = view.value;
    const shown = filter === "unassigned" || filter === "at_risk" ? filter : "open";
    const found = queueOf(board.jobs.value.values(), { filter: shown, outlet, search }, now.value).rows;
    return found.flatMap((row) => (row.kind === "job" && waits(row.standing) ? [row.standing] : []));
  });
  const skillName = useSkillNames(board);
  const carry = useSignal<Carry | null>(null);
  const preview = useComputed(() => {
    const held = carry.value;
    const row = rows.value.find((each) => each.person.technician.id === held?.technicianId);
    if (held?.toQueue === true) return takenBackOf(held.job, held.start);
    if (held === null || row === undefined) return null;
    const freeze = board.outlets.value.get(held.job.outlet_id)?.freeze_minutes ?? 0;
    return previewOf(held.job, { row, start: held.start, now: now.value, freezeMs: freeze * MINUTE });
  });
  const busy = useSignal(false);
  const cursor = useSignal<string | null>(null);
  const said = useSignal("");
  return useMemo(
    () => ({
      ...{ board, view, show, zone, span, scale, ready, rows, layout, tray },
      ...{ carry, preview, busy, cursor, said, skillName },
    }),
    [board, view, show, zone, span, scale, ready, rows, layout, tray, carry, preview, busy, cursor, said, skillName],
  );
}

/** What nobody has, and what will not hold as it is planned; also what has been assigned but may still be moved. */
function waits({ group, job }: Standing): boolean {
  return group === "act" && bookingIn(job.state) !== null;
}

/** Whether this job may be picked up at all. */
export function mayCarry({ board, busy }: Timeline, job: Job): boolean {
  return board.mayWrite && !busy.peek() && bookingIn(job.state) !== null;
}

/** `refused`: the desk knew better than to ask. `failed`: the server would not; why was told. */
export type Dropped = "done" | "unchanged" | "refused" | "failed";

const CATCHES_UP_MS = 1500;

/** Lets go where it is held now. Until the server has answered and the feed has brought it, it is shown there. */
export async function letGo(timeline: Timeline): Promise<Dropped> {
  const { carry, preview, board, busy } = timeline;
  const [held, shown] = [carry.peek(), preview.peek()];
  const technicianId = held?.technicianId ?? null;
  if (held === null || shown === null || !isElsewhere(held)) {
    carry.value = null;
    return "unchanged";
  }
  if (shown.tone === "refused") {
    carry.value = null;
    return "refused";
  }
  busy.value = true;
  const done =
    technicianId === null ? await withdraw(board, held.job) : await drop(board, held.job, technicianId, shown);
  if (done) await caughtUp(board, held.job);
  carry.value = null;
  busy.value = false;
  return done ? "done" : "failed";
}

/** Until the board holds another visit of the job than this one; not for ever, as the feed may be away. */
function caughtUp(board: Board, { id, visit_id }: Job): Promise<void> {
  return new Promise((resume) => {
    const timer = setTimeout(over, CATCHES_UP_MS);
    const stop = board.jobs.subscribe((jobs) => {
      if (jobs.get(id)?.visit_id !== visit_id) setTimeout(over, 0);
    });
    function over(): void {
      clearTimeout(timer);
      stop();
      resume();
    }
  });
}

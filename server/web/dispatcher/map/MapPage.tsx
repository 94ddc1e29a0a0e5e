/** The map: outlets, technicians, jobs and the ways between them; useful without tiles, and by the list beside it
 * without a pointer. */
import { useComputed, useSignal, type ReadonlySignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { answer } from "../../shared/api/client";
import type { Job, MapTiles } from "../../shared/api/types";
import { t } from "../../shared/text/language";
import { now } from "../../shared/time/now";
import { Notice } from "../../shared/views/Notice";
import type { Board } from "../board";
import type { Show } from "../Desk";
import { searching, standingOf } from "../queue";
import { DayBar } from "../timeline/DayBar";
import type { Span } from "../timeline/hours";
import { touches, visitOf } from "../timeline/rows";
import { useTimeline } from "../timeline/timeline";
import "../timeline/timeline.css";
import "../timeline/tray.css";
import type { DeskView } from "../view";
import { Canvas } from "./Canvas";
import { OnTheMap } from "./OnTheMap";
import "./map.css";
import { project } from "./projection";
import type { Mapped, Marked, Sketch } from "./sketch";
import { kindOf, routeOf, whereaboutsOf } from "./whereabouts";

interface MapPageProps {
  readonly board: Board;
  readonly view: ReadonlySignal<DeskView>;
  readonly show: Show;
}

export function MapPage({ board, view, show }: MapPageProps): JSX.Element {
  const timeline = useTimeline(board, view, show);
  const withDone = useSignal(false);
  const inSight = useSignal<ReadonlySet<string> | null>(null);
  const tiles = useTiles(board);
  const map = useRef<HTMLDivElement>(null);

  const marks = useComputed<readonly Marked[]>(() => {
    const { outlet, search } = view.value;
    const wanted = searching(search);
    const found: Marked[] = [];
    for (const job of board.jobs.value.values()) {
      const kind = kindOf(job);
      if (kind === "done" && !withDone.value) continue;
      if ((kind === "planned" || kind === "done") && !onDay(job, timeline.span.value)) continue;
      if ((outlet !== null && job.outlet_id !== outlet) || !wanted(job)) continue;
      const standing = standingOf(job, now.value);
      found.push({ ...project(job), job, kind, pressing: standing.group === "act" && kind !== "done", standing });
    }
    return found;
  });
  const sketch = useComputed<Sketch>(() => {
    const people: Mapped[] = [];
    for (const row of timeline.rows.value) {
      const outlet = board.outlets.value.get(row.person.technician.outlet_id) ?? null;
      const { place, known, visit } = whereaboutsOf(row, outlet, now.value);
      const route = routeOf(row, outlet).map(project);
      if (place !== null) people.push({ ...project(place), row, known, visit, route });
    }
    const { outlet } = view.value;
    const outlets = [...board.outlets.value.values()]
      .filter((each) => outlet === null || each.id === outlet)
      .map((each) => ({ ...project(each), outlet: each }));
    return { jobs: marks.value, people, outlets };
  });

  const { jobs, people, outlets } = sketch.value;
  const nothing = jobs.length + people.length + outlets.length === 0;
  const body = useMemo(
    () => <Canvas sketch={sketch} timeline={timeline} tiles={tiles} inSight={inSight} map={map} />,
    [sketch, timeline, tiles, inSight],
  );
  return (
    <div class="timeline map-page">
      <h1 class="unseen">{t("map.title")}</h1>
      <DayBar timeline={timeline} zooms={false}>
        <label class="map-switch">
          <input
            type="checkbox"
            checked={withDone.value}
            onChange={(event) => {
              withDone.value = event.currentTarget.checked;
            }}
          />
          {t("map.hidden_done")}
        </label>
      </DayBar>
      <div class="timeline-body">
        <OnTheMap sketch={sketch} inSight={inSight} timeline={timeline} />
        {nothing ? <Notice icon="route" title={t("map.empty")} /> : body}
      </div>
    </div>
  );
}

/** What is planned or done on another day is on another day's map; what waits or goes on is on every one. */
function onDay(job: Job, { from, to }: Span): boolean {
  const visit = visitOf(job, now.value);
  return visit !== null && touches(visit, { start: from, end: to });
}

/** Where tiles are to be had from; null until that is known, and where there are none. */
function useTiles(board: Board): ReadonlySignal<MapTiles | null> {
  const tiles = useSignal<MapTiles | null>(null);
  useEffect(() => {
    void answer(board.api.GET("/map/tiles")).then((found) => {
      if (found.ok && found.data.url !== null) tiles.value = found.data;
    });
  }, [board, tiles]);
  return tiles;
}

/** The map itself, in SVG. A pan moves one group; what lies close together is drawn as one, so that there is never more
 * than a screen can show. Everything on it is in the list too, which is the way of those who use no pointer. */
import { useComputed, useSignal, type ReadonlySignal, type Signal } from "@preact/signals";
import type { JSX, RefObject } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { MapTiles } from "../../shared/api/types";
import { language, named, t } from "../../shared/text/language";
import type { Timeline } from "../timeline/timeline";
import { Home, JobMark, Legend, PersonMark, Route } from "./marks";
import {
  clustered,
  fitting,
  NEAREST,
  onScreen,
  panned,
  readCamera,
  scaleBar,
  tilesOf,
  worldPx,
  written,
  zoomed,
  type Camera,
  type Point,
  type Size,
} from "./projection";
import type { Sketch } from "./sketch";

const [JOBS_APART_PX, PEOPLE_APART_PX] = [34, 40];
const BAR_PX = 120;
const PAN_PX = 80;
const WHEEL = 0.0025;
const WRITES_AFTER_MS = 400;
const DRAG_PX = 4;

interface CanvasProps {
  readonly sketch: ReadonlySignal<Sketch>;
  readonly timeline: Timeline;
  readonly tiles: ReadonlySignal<MapTiles | null>;
  /** Keys of what is in sight now. */
  readonly inSight: Signal<ReadonlySet<string> | null>;
  readonly map: RefObject<HTMLDivElement | null>;
}

export function Canvas({ sketch, timeline, tiles, inSight, map }: CanvasProps): JSX.Element {
  const size = useSize(map);
  const camera = useCamera(sketch, timeline, size);
  useInSight(sketch, camera, size, inSight);
  const pointing = usePanning(camera, map);
  const looking = camera.value;
  const centre: Point = { x: size.value.width / 2, y: size.value.height / 2 };

  const zoomBy = (by: number): void => {
    if (camera.value !== null) camera.value = zoomed(camera.value, by, centre, size.value);
  };
  return (
    <div
      ref={map}
      class="map"
      role="application"
      aria-label={t("map.label")}
      tabIndex={0}
      onPointerDown={pointing}
      onKeyDown={(event) => {
        const moved = looking === null ? null : keyed(event, looking, centre, size.value);
        if (moved === null) return;
        event.preventDefault();
        event.stopPropagation();
        camera.value = moved;
      }}
    >
      {looking !== null && (
        <>
          {tiles.value !== null && <Tiles tiles={tiles.value} camera={looking} size={size.value} />}
          <Drawing sketch={sketch} camera={camera} size={size} timeline={timeline} />
          <Bar camera={looking} />
        </>
      )}
      <div class="map-tools">
        <button
          type="button"
          class="button square"
          aria-label={t("map.zoom_in")}
          onClick={() => {
            zoomBy(1);
          }}
        >
          +
        </button>
        <button
          type="button"
          class="button square"
          aria-label={t("map.zoom_out")}
          onClick={() => {
            zoomBy(-1);
          }}
        >
          −
        </button>
        <button
          type="button"
          class="button"
          onClick={() => {
            camera.value = fitting(everything(sketch.value), size.value) ?? camera.value;
          }}
        >
          {t("map.fit")}
        </button>
      </div>
      <Legend />
      {tiles.value !== null && tiles.value.credit !== "" && <p class="map-credit">{tiles.value.credit}</p>}
    </div>
  );
}

function everything({ jobs, people, outlets }: Sketch): readonly Point[] {
  return [...jobs, ...people, ...outlets];
}

function keyed(event: KeyboardEvent, camera: Camera, centre: Point, size: Size): Camera | null {
  if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return null;
  if (event.key === "ArrowLeft") return panned(camera, PAN_PX, 0);
  if (event.key === "ArrowRight") return panned(camera, -PAN_PX, 0);
  if (event.key === "ArrowUp") return panned(camera, 0, PAN_PX);
  if (event.key === "ArrowDown") return panned(camera, 0, -PAN_PX);
  if (event.key === "+" || event.key === "=") return zoomed(camera, 1, centre, size);
  if (event.key === "-") return zoomed(camera, -1, centre, size);
  return null;
}

function useSize(map: RefObject<HTMLDivElement | null>): ReadonlySignal<Size> {
  const size = useSignal<Size>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const box = map.current;
    if (box === null) return undefined;
    const watcher = new ResizeObserver(() => {
      size.value = { width: box.clientWidth, height: box.clientHeight };
    });
    watcher.observe(box);
    return () => {
      watcher.disconnect();
    };
  }, [map, size]);
  return size;
}

/** Where the address says, else where everything is seen, as soon as there is something to see. */
function useCamera(
  sketch: ReadonlySignal<Sketch>,
  timeline: Timeline,
  size: ReadonlySignal<Size>,
): Signal<Camera | null> {
  const camera = useSignal<Camera | null>(readCamera(timeline.view.peek().at));
  const fitted = useRef(camera.peek() !== null);
  const { width } = size.value;
  const count = everything(sketch.value).length;
  useEffect(() => {
    if (fitted.current || width === 0 || count === 0) return;
    camera.value = fitting(everything(sketch.peek()), size.peek());
    // Outlets come first, alone; what comes after them is to be seen as well.
    fitted.current = sketch.peek().jobs.length > 0 && sketch.peek().people.length > 0;
  }, [camera, sketch, size, width, count]);
  const looking = camera.value;
  useEffect(() => {
    if (looking === null || !fitted.current) return undefined;
    const timer = setTimeout(() => {
      timeline.show({ at: written(looking) }, true);
    }, WRITES_AFTER_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [timeline, looking]);
  return camera;
}

function useInSight(
  sketch: ReadonlySignal<Sketch>,
  camera: ReadonlySignal<Camera | null>,
  size: ReadonlySignal<Size>,
  inSight: Signal<ReadonlySet<string> | null>,
): void {
  const [drawn, looking, { width, height }] = [sketch.value, camera.value, size.value];
  useEffect(() => {
    if (looking === null || width === 0) return undefined;
    const timer = setTimeout(() => {
      const seen = (point: Point): boolean => {
        const { x, y } = onScreen(point, looking, { width, height });
        return x >= 0 && y >= 0 && x <= width && y <= height;
      };
      inSight.value = new Set([
        ...drawn.jobs.filter(seen).map(({ job }) => job.id),
        ...drawn.people.filter(seen).map(({ row }) => row.person.technician.id),
      ]);
    }, 120);
    return () => {
      clearTimeout(timer);
    };
  }, [drawn, looking, width, height, inSight]);
}

/** Drag to pan, wheel to zoom; at most once a frame. */
function usePanning(
  camera: Signal<Camera | null>,
  map: RefObject<HTMLDivElement | null>,
): (event: PointerEvent) => void {
  useEffect(() => {
    const box = map.current;
    if (box === null) return undefined;
    const turned = (event: WheelEvent): void => {
      event.preventDefault(); // the page does not scroll under the map
      const { left, top, width, height } = box.getBoundingClientRect();
      const at = { x: event.clientX - left, y: event.clientY - top };
      const by = -event.deltaY * (event.deltaMode === 1 ? 20 : 1) * WHEEL;
      if (camera.value !== null) camera.value = zoomed(camera.value, by, at, { width, height });
    };
    box.addEventListener("wheel", turned, { passive: false });
    return () => {
      box.removeEventListener("wheel", turned);
    };
  }, [camera, map]);
  return (event) => {
    if (event.button !== 0 || (event.target instanceof Element && event.target.closest("button") !== null)) return;
    const from = { x: event.clientX, y: event.clientY };
    const start = camera.peek();
    let [to, frame, dragging] = [from, 0, false];
    const draw = (): void => {
      frame = 0;
      if (start !== null) camera.value = panned(start, to.x - from.x, to.y - from.y);
    };
    const moved = (next: PointerEvent): void => {
      to = { x: next.clientX, y: next.clientY };
      dragging ||= Math.hypot(to.x - from.x, to.y - from.y) > DRAG_PX;
      if (dragging && frame === 0) frame = requestAnimationFrame(draw);
    };
    const over = (): void => {
      removeEventListener("pointermove", moved);
      removeEventListener("pointerup", over);
      removeEventListener("pointercancel", over);
      if (!dragging) return;
      const swallow = (click: MouseEvent): void => {
        click.stopPropagation();
      };
      addEventListener("click", swallow, { capture: true });
      setTimeout(() => {
        removeEventListener("click", swallow, { capture: true });
      }, 0);
    };
    addEventListener("pointermove", moved);
    addEventListener("pointerup", over);
    addEventListener("pointercancel", over);
  };
}

function Tiles({
  tiles,
  camera,
  size,
}: {
  readonly tiles: MapTiles;
  readonly camera: Camera;
  readonly size: Size;
}): JSX.Element {
  return (
    <div class="map-tiles" aria-hidden="true">
      {tilesOf(tiles.url ?? "", camera, size).map((tile) => (
        <img
          key={tile.key}
          src={tile.url}
          alt=""
          draggable={false}
          style={{
            width: `${tile.px + 0.5}px`,
            height: `${tile.px + 0.5}px`,
            transform: `translate(${tile.x}px, ${tile.y}px)`,
          }}
        />
      ))}
    </div>
  );
}

function Bar({ camera }: { readonly camera: Camera }): JSX.Element {
  const { metres, px } = scaleBar(camera, BAR_PX);
  return (
    <div class="map-bar numbers" style={{ width: `${px}px` }}>
      {metres >= 1000 ? t("map.kilometres", { n: metres / 1000 }) : t("map.metres", { n: metres })}
    </div>
  );
}

interface DrawingProps {
  readonly sketch: ReadonlySignal<Sketch>;
  readonly camera: Signal<Camera | null>;
  readonly size: ReadonlySignal<Size>;
  readonly timeline: Timeline;
}

/** Drawn around an anchor near everything: pixels of the whole world are more than a float can tell apart. */
function Drawing({ sketch, camera, size, timeline }: DrawingProps): JSX.Element | null {
  const zoom = useComputed(() => camera.value?.zoom ?? 0);
  const { jobs, people, outlets } = sketch.value;
  const { who, job: open } = timeline.view.value;
  const anchor: Point = outlets[0] ?? jobs[0] ?? people[0] ?? { x: 0, y: 0 };
  const [anchorX, anchorY] = [anchor.x, anchor.y];
  const [px, words] = [worldPx(zoom.value), language.value];
  const near = useMemo(
    () => ({
      jobs: clustered(jobs, zoom.value, JOBS_APART_PX),
      people: clustered(people, zoom.value, PEOPLE_APART_PX),
    }),
    [jobs, people, zoom.value],
  );
  const marks = useMemo(() => {
    const at = (point: Point): Point => ({ x: (point.x - anchorX) * px, y: (point.y - anchorY) * px });
    const nearer = (items: readonly Point[]): void => {
      const found = fitting(items, size.peek());
      if (found !== null && camera.peek() !== null) closer(camera, found);
    };
    return (
      <>
        {people.map((person) => (
          <Route key={person.row.person.technician.id} person={person} at={at} who={who} />
        ))}
        {outlets.map((each) => (
          <Home key={each.outlet.id} at={at(each)} name={named(each.outlet)} />
        ))}
        {near.jobs.map((each) => (
          <JobMark
            key={`job ${each.key}`}
            cluster={each}
            at={at(each)}
            open={open}
            timeline={timeline}
            nearer={nearer}
          />
        ))}
        {near.people.map((each) => (
          <PersonMark
            key={`who ${each.key}`}
            cluster={each}
            at={at(each)}
            who={who}
            timeline={timeline}
            nearer={nearer}
          />
        ))}
      </>
    );
    // `words`: names are drawn in the reader's language.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [near, people, outlets, anchorX, anchorY, px, who, open, timeline, camera, size, words]);
  const looking = camera.value;
  if (looking === null) return null;
  const origin = onScreen(anchor, looking, size.value);
  return (
    <svg class="map-drawing" width={size.value.width} height={size.value.height} aria-hidden="true">
      <g transform={`translate(${origin.x.toFixed(1)} ${origin.y.toFixed(1)})`}>{marks}</g>
    </svg>
  );
}

/** To where these are apart, if that is nearer; else one step. */
function closer(camera: Signal<Camera | null>, found: Camera): void {
  const zoom = Math.max(found.zoom, (camera.peek()?.zoom ?? 0) + 1);
  camera.value = { ...found, zoom: Math.min(NEAREST, zoom) };
}

/** What is drawn on the map: jobs by their state, people, outlets, the route of a day; and the legend of it. */
import type { JSX } from "preact";
import { named, t } from "../../shared/text/language";
import { Icon } from "../../shared/views/Icon";
import type { Timeline } from "../timeline/timeline";
import type { Cluster, Point } from "./projection";
import type { Mapped, Marked } from "./sketch";
import type { Kind } from "./whereabouts";

interface RouteProps {
  readonly person: Mapped;
  readonly at: (point: Point) => Point;
  readonly who: string | null;
}

export function Route({ person, at, who }: RouteProps): JSX.Element | null {
  const mine = person.row.person.technician.id === who;
  if (person.route.length < 2 || (who !== null && !mine)) return null;
  const points = person.route.map((stop) => {
    const { x, y } = at(stop);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return (
    <>
      <polyline class="route" data-mine={mine} points={points.join(" ")} />
      {mine &&
        person.route.map((stop, n) => {
          const { x, y } = at(stop);
          if (n < person.route.length - person.row.visits.length) return null; // the outlet has its own sign
          const place = n - (person.route.length - person.row.visits.length) + 1;
          return (
            <g key={n} class="stop" transform={`translate(${(x - 13).toFixed(1)} ${(y - 13).toFixed(1)})`}>
              <circle r="8" />
              <text y="4">{place}</text>
            </g>
          );
        })}
    </>
  );
}

export function Home({ at, name }: { readonly at: Point; readonly name: string }): JSX.Element {
  return (
    <g class="outlet" transform={`translate(${at.x.toFixed(1)} ${at.y.toFixed(1)})`}>
      <path d="M-8 -1 0 -9 8 -1V8H-8z" />
      <text y="22">{name}</text>
    </g>
  );
}

const ORDER: readonly Kind[] = ["waiting", "under_way", "planned", "done"];

interface JobMarkProps {
  readonly cluster: Cluster<Marked>;
  readonly at: Point;
  readonly open: string | null;
  readonly timeline: Timeline;
  readonly nearer: (items: readonly Point[]) => void;
}

export function JobMark({ cluster, at, open, timeline, nearer }: JobMarkProps): JSX.Element {
  const { items } = cluster;
  const [only] = items;
  const kind = ORDER.find((each) => items.some((item) => item.kind === each)) ?? "done";
  const pressing = items.some((item) => item.pressing);
  const one = items.length === 1 && only !== undefined ? only : null;
  const words = one === null ? t("map.several_jobs", { n: items.length }) : `${one.job.number} ${one.job.title}`;
  return (
    <g
      class="job-mark"
      data-kind={kind}
      data-pressing={pressing}
      data-open={items.some((item) => item.job.id === open)}
      data-jobs={items.length}
      transform={`translate(${at.x.toFixed(1)} ${at.y.toFixed(1)})`}
      onClick={() => {
        if (one === null) nearer(items);
        else timeline.show({ job: one.job.id });
      }}
    >
      <title>{words}</title>
      <Sign kind={kind} large={one === null} />
      {one === null ? <text y="4">{items.length}</text> : pressing && <path class="alarm" d="M10 -16v7M10 -6v.5" />}
    </g>
  );
}

/** The state is told by shape: a diamond waits, a circle is planned, a triangle is under way, a small square is done. */
function Sign({ kind, large }: { readonly kind: Kind; readonly large: boolean }): JSX.Element {
  const r = large ? 14 : 8;
  if (kind === "waiting") return <path class="sign" d={`M0 ${-r - 2} ${r + 2} 0 0 ${r + 2} ${-r - 2} 0z`} />;
  if (kind === "planned") return <circle class="sign" r={r} />;
  if (kind === "under_way") return <path class="sign" d={`M0 ${-r - 3} ${r + 2} ${r}H${-r - 2}z`} />;
  return <rect class="sign" x={-r * 0.7} y={-r * 0.7} width={r * 1.4} height={r * 1.4} />;
}

interface PersonMarkProps {
  readonly cluster: Cluster<Mapped>;
  readonly at: Point;
  readonly who: string | null;
  readonly timeline: Timeline;
  readonly nearer: (items: readonly Point[]) => void;
}

export function PersonMark({ cluster: { items }, at, who, timeline, nearer }: PersonMarkProps): JSX.Element {
  const [only] = items;
  const one = items.length === 1 && only !== undefined ? only.row.person.technician : null;
  const name = one === null ? "" : named(one);
  return (
    <g
      class="person-mark"
      data-chosen={items.some(({ row }) => row.person.technician.id === who)}
      transform={`translate(${(at.x + 14).toFixed(1)} ${(at.y - 14).toFixed(1)})`}
      onClick={() => {
        if (one === null) nearer(items);
        else timeline.show({ who: one.id === who ? null : one.id }, true);
      }}
    >
      <title>{one === null ? t("map.technicians", { n: items.length }) : name}</title>
      <rect x="-13" y="-11" width="26" height="22" rx="6" />
      <text y="4">{one === null ? `${items.length}` : initials(name)}</text>
    </g>
  );
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => word !== "");
  if (words.length > 1) return words.slice(0, 2).map(first).join("");
  return Array.from(name).slice(0, 2).join("");
}

function first(word: string): string {
  return Array.from(word)[0] ?? "";
}

export function Legend(): JSX.Element {
  return (
    <ul class="map-legend" aria-label={t("map.legend")}>
      {ORDER.map((kind) => (
        <li key={kind} class="job-mark" data-kind={kind}>
          <svg viewBox="-14 -14 28 28" width="20" height="20" aria-hidden="true">
            <Sign kind={kind} large={false} />
          </svg>
          {t(`map.kind.${kind}`)}
        </li>
      ))}
      <li>
        <Icon name="person" />
        {t("timeline.technician")}
      </li>
    </ul>
  );
}

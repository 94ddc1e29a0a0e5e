/** Everything in sight on the map as a list: for the keyboard, for those who hear it, and for a name one looks for. */
import type { ReadonlySignal } from "@preact/signals";
import type { JSX } from "preact";
import { PromiseClock } from "../../shared/promise/PromiseClock";
import { named, t } from "../../shared/text/language";
import { focusNeighbour } from "../keys";
import { whenOn } from "../timeline/DayBar";
import type { Timeline } from "../timeline/timeline";
import type { Mapped, Marked, Sketch } from "./sketch";

const MOST = 100;

interface OnTheMapProps {
  readonly sketch: ReadonlySignal<Sketch>;
  readonly inSight: ReadonlySignal<ReadonlySet<string> | null>;
  readonly timeline: Timeline;
}

export function OnTheMap({ sketch, inSight, timeline }: OnTheMapProps): JSX.Element {
  const seen = (id: string): boolean => inSight.value?.has(id) ?? true;
  const people = sketch.value.people.filter(({ row }) => seen(row.person.technician.id));
  const jobs = sketch.value.jobs.filter(({ job }) => seen(job.id)).sort(byUrgency);
  const { who } = timeline.view.value;
  return (
    <section class="tray on-the-map" aria-labelledby="map-list-title">
      <header>
        <h2 id="map-list-title">{t("map.list")}</h2>
      </header>
      <div
        class="map-list"
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
          event.preventDefault();
          event.stopPropagation();
          focusNeighbour(".on-the-map .waiting, .on-the-map summary", event.key === "ArrowDown" ? 1 : -1);
        }}
      >
        <details open>
          <summary>{t("map.jobs", { n: jobs.length })}</summary>
          <ul>
            {jobs.slice(0, MOST).map((mark) => (
              <JobLine key={mark.job.id} mark={mark} timeline={timeline} />
            ))}
          </ul>
          {jobs.length > MOST && <p class="soft map-more">{t("map.several", { n: jobs.length - MOST })}</p>}
        </details>
        <details open>
          <summary>{t("map.technicians", { n: people.length })}</summary>
          <p class="soft map-more">{t("map.place_hint")}</p>
          <ul>
            {people.slice(0, MOST).map((person) => (
              <PersonLine key={person.row.person.technician.id} person={person} who={who} timeline={timeline} />
            ))}
          </ul>
        </details>
      </div>
    </section>
  );
}

function byUrgency(a: Marked, b: Marked): number {
  if (a.pressing !== b.pressing) return a.pressing ? -1 : 1;
  return (a.standing.slack ?? Infinity) - (b.standing.slack ?? Infinity) || a.job.number - b.job.number;
}

function JobLine({ mark, timeline }: { readonly mark: Marked; readonly timeline: Timeline }): JSX.Element {
  const { job, kind } = mark;
  const { show, view, board } = timeline;
  return (
    <li>
      <button
        type="button"
        class="waiting"
        data-open={view.value.job === job.id}
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
            {t(`map.kind.${kind}`)}
            {job.technician_id !== null && ` · ${board.nameOf(job.technician_id)}`}
          </span>
        </span>
      </button>
    </li>
  );
}

interface PersonLineProps {
  readonly person: Mapped;
  readonly who: string | null;
  readonly timeline: Timeline;
}

function PersonLine({ person, who, timeline }: PersonLineProps): JSX.Element {
  const { technician } = person.row.person;
  const chosen = technician.id === who;
  return (
    <li>
      <button
        type="button"
        class="waiting person-line"
        aria-pressed={chosen}
        data-open={chosen}
        onClick={() => {
          timeline.show({ who: chosen ? null : technician.id }, true);
        }}
      >
        <span class="two-lines">
          <strong class="line">{named(technician)}</strong>
          <span class="line soft">{placeWords(person, timeline)}</span>
        </span>
      </button>
    </li>
  );
}

function placeWords({ known, visit }: Mapped, timeline: Timeline): string {
  if (visit === null || known === "at_home") return t("map.at_home");
  const n = visit.job.number;
  if (known === "on_way") return t("map.on_way", { n });
  const time = whenOn(timeline, known === "was_at" ? visit.end : visit.start);
  return t(`map.${known}`, { n, time });
}

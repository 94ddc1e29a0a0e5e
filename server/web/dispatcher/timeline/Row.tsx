/** A technician's day. A row is drawn anew only when something of it changes. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { PromiseClock } from "../../shared/promise/PromiseClock";
import { language, named, say, t } from "../../shared/text/language";
import { clockTime, foreign, shortTime, span as lasting, timeWindow } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { Icon } from "../../shared/views/Icon";
import { pixels, xOf } from "./hours";
import type { Pointing } from "./pointing";
import type { Contact, Interval, Load, Person, Placed, TechnicianRow, Travel } from "./rows";
import { heightOf, LANE_PX, type Timeline } from "./timeline";

const SILENT_MS = 60 * 60_000;
/** Narrower blocks leave words out; their label and title have them all. */
const [SMALL_PX, WIDE_PX] = [72, 112];

interface RowProps {
  readonly row: TechnicianRow;
  readonly top: number;
  readonly timeline: Timeline;
  readonly onPoint: Pointing;
}

export function Row({ row, top, timeline, onPoint }: RowProps): JSX.Element {
  const { span, scale, view, cursor } = timeline;
  const [shown, px, words] = [span.value, scale.value, language.value];
  const mine = (id: string | null): string | null => (row.visits.some((visit) => visit.job.id === id) ? id : null);
  const [open, current] = [mine(view.value.job), mine(cursor.value)];
  const lane = useMemo(
    () => (
      <div class="row-lane">
        <Ground row={row} timeline={timeline} />
        {row.travels.map((travel) => (
          <Way key={travel.jobId} travel={travel} timeline={timeline} />
        ))}
        {row.visits.map((visit) => (
          <Block
            key={visit.job.id}
            visit={visit}
            row={row}
            timeline={timeline}
            open={visit.job.id === open}
            current={visit.job.id === current}
            onPoint={onPoint}
          />
        ))}
      </div>
    ),
    // The language, the span and the scale are read by what is drawn inside.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [row, timeline, onPoint, open, current, shown, px, words],
  );
  return (
    <div
      class="row"
      role="group"
      aria-label={named(row.person.technician)}
      data-technician={row.person.technician.id}
      style={{ height: `${heightOf(row)}px`, transform: `translateY(${top}px)` }}
    >
      <Head person={row.person} load={row.load} timeline={timeline} />
      {lane}
    </div>
  );
}

function Head({
  person,
  load,
  timeline,
}: {
  readonly person: Person;
  readonly load: Load;
  readonly timeline: Timeline;
}): JSX.Element {
  const { technician, shifts } = person;
  const zone = timeline.zone.value;
  const today = shifts.filter((shift) => shift.start < timeline.span.value.midnight);
  const skills = technician.skills.map(timeline.skillName).join(" · ");
  return (
    <div class="row-head">
      <strong class="line row-name" title={named(technician)}>
        {named(technician)}
      </strong>
      <div class="row-facts numbers">
        <span class="line">
          {today.length === 0 ? t("timeline.no_shift") : today.map((each) => hours(each, zone)).join(" · ")}
        </span>
        <LoadBar load={load} />
      </div>
      <span class="line soft" title={skills}>
        {skills === "" ? t("timeline.no_skills") : skills}
      </span>
      <Heard contact={person.contact} />
    </div>
  );
}

function hours({ start, end }: Interval, zone: string | undefined): string {
  return `${clockTime(start, foreign(zone, start))}–${clockTime(end, foreign(zone, end))}`;
}

function LoadBar({ load }: { readonly load: Load }): JSX.Element {
  const share = load.shift === 0 ? null : Math.round((load.booked / load.shift) * 100);
  const booked = t("timeline.load_hours", { h: (Math.round(load.booked / 360_000) / 10).toString() });
  return (
    <span class="load" data-over={share !== null ? share > 100 : load.booked > 0}>
      <span class="load-bar" aria-hidden="true">
        <span style={{ transform: `scaleX(${Math.min(1, (share ?? (load.booked > 0 ? 100 : 0)) / 100)})` }} />
      </span>
      {share === null ? (
        booked
      ) : (
        <>
          <span class="load-full">{t("timeline.load", { hours: booked, share })}</span>
          <span class="load-short">{booked}</span>
        </>
      )}
    </span>
  );
}

/** What is known of the phone, and no more: what it has not sent it cannot have told. */
function Heard({ contact }: { readonly contact: Contact | null }): JSX.Element {
  const words =
    contact === null
      ? t("timeline.no_phone")
      : contact.last === null
        ? t("timeline.never_heard")
        : t("timeline.heard", { time: shortTime(now.value, contact.last) });
  const last = contact?.last ?? null;
  const silent = last !== null && now.value - last > SILENT_MS;
  return (
    <span class="heard line" data-silent={silent} title={t("timeline.heard_hint")}>
      {words}
      {contact !== null && contact.awaited > 0 && <strong> · {t("timeline.awaited", { n: contact.awaited })}</strong>}
    </span>
  );
}

/** Shifts, breaks and absences: what lies under the work. */
function Ground({ row, timeline }: { readonly row: TechnicianRow; readonly timeline: Timeline }): JSX.Element {
  const { shifts, absences } = row.person;
  return (
    <>
      {shifts.map((shift) => (
        <Area key={shift.start} of={shift} kind="shift" timeline={timeline} words={null} />
      ))}
      {row.breaks.map((each) => (
        <Area key={each.start} of={each} kind="break" timeline={timeline} words={t("timeline.break")} />
      ))}
      {absences.map((absence) => (
        <Area
          key={absence.start}
          of={absence}
          kind="absence"
          timeline={timeline}
          words={t("timeline.absent", { why: say("absence", absence.reason) })}
        />
      ))}
    </>
  );
}

interface AreaProps {
  readonly of: Interval;
  readonly kind: "shift" | "break" | "absence";
  readonly timeline: Timeline;
  readonly words: string | null;
}

function Area({ of, kind, timeline, words }: AreaProps): JSX.Element | null {
  const [shown, px] = [timeline.span.value, timeline.scale.value];
  const [start, end] = [Math.max(of.start, shown.from), Math.min(of.end, shown.to)];
  if (start >= end) return null;
  const style = { width: `${pixels(end - start, px)}px`, transform: `translateX(${xOf(start, shown, px)}px)` };
  return (
    <div class={`area ${kind}`} style={style} data-ends={of.end <= shown.to}>
      {words !== null && <span>{words}</span>}
    </div>
  );
}

function Way({ travel, timeline }: { readonly travel: Travel; readonly timeline: Timeline }): JSX.Element {
  const [shown, px] = [timeline.span.value, timeline.scale.value];
  const words = t(travel.tight ? "timeline.way_tight" : "timeline.way", { time: lasting(travel.ms) });
  const [x, y] = [xOf(travel.arrive - travel.ms, shown, px), laneTop(travel.lane)];
  return (
    <div
      class="way"
      data-tight={travel.tight}
      title={words}
      style={{ width: `${pixels(travel.ms, px)}px`, transform: `translate(${x}px, ${y}px)` }}
    >
      <span class="unseen">{words}</span>
    </div>
  );
}

export function laneTop(lane: number): number {
  return 14 + lane * LANE_PX;
}

interface BlockProps {
  readonly visit: Placed;
  readonly row: TechnicianRow;
  readonly timeline: Timeline;
  readonly open: boolean;
  readonly current: boolean;
  readonly onPoint: Pointing;
}

function Block({ visit, row, timeline, open, current, onPoint }: BlockProps): JSX.Element {
  const { job } = visit;
  const [shown, px, zone] = [timeline.span.value, timeline.scale.value, timeline.zone.value];
  const start = Math.max(visit.start, shown.from);
  const width = Math.max(6, pixels(Math.min(visit.end, shown.to) - start, px) - 1);
  const locked = job.lock !== undefined && job.lock !== "none";
  const window = timeWindow(now.peek(), visit.start, visit.end, zone);
  const words = [
    t("job.number", { n: job.number }),
    job.title,
    window,
    named(row.person.technician),
    t(`job.state.${job.state}`),
    ...(locked ? [t(`lock.${job.lock ?? "none"}`)] : []),
  ].join(", ");
  return (
    <button
      type="button"
      id={`visit-${job.id}`}
      class="block"
      data-job={job.id}
      data-state={job.state}
      data-standing={visit.standing}
      data-size={width < SMALL_PX ? "s" : width < WIDE_PX ? "m" : "l"}
      data-open={open}
      tabIndex={current ? 0 : -1}
      aria-label={words}
      aria-describedby="timeline-keys"
      title={words}
      style={{
        width: `${width}px`,
        transform: `translate(${xOf(start, shown, px)}px, ${laneTop(visit.lane)}px)`,
      }}
      onPointerDown={(event) => {
        onPoint(event, job, visit.start);
      }}
      onFocus={() => {
        timeline.cursor.value = job.id;
      }}
      onClick={() => {
        timeline.show({ job: job.id });
      }}
    >
      <PromiseClock job={job} />
      <span class="block-words">
        <span class="line">
          {locked && <Icon name="lock" />}
          <strong class="numbers">{job.number}</strong> {job.title}
        </span>
        <span class="line small">{t(`job.state.${job.state}`)}</span>
      </span>
    </button>
  );
}

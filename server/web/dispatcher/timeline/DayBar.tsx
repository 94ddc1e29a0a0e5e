/** Which day is shown, how large, and of whom. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { named, t } from "../../shared/text/language";
import { clockTime, dayName, foreign, toDateInput, zoneName } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { Icon } from "../../shared/views/Icon";
import { dayAfter, daysAway, HOUR, isDay, USUAL_ZOOM, ZOOMS } from "./hours";
import type { Timeline } from "./timeline";

/** Whoever holds a job over the arrows of the day for so long wants the other day. */
const TURNS_AFTER_MS = 600;

interface DayBarProps {
  readonly timeline: Timeline;
  /** False where hours are not drawn. */
  readonly zooms?: boolean;
  readonly children?: ComponentChildren;
}

export function DayBar({ timeline, zooms = true, children }: DayBarProps): JSX.Element {
  const { board, view, show, span, zone } = timeline;
  const { day } = span.value;
  const zoom = view.value.zoom ?? USUAL_ZOOM;
  const here = daysAway(span.value, now.value, zone.value) === 0;
  const other = foreign(zone.value, span.value.from);
  const outlets = [...board.outlets.value.values()];
  return (
    <div class="day-bar" role="toolbar" aria-label={t("timeline.view")}>
      <div class="day-turn">
        <TurnDay timeline={timeline} to={dayAfter(day, -1)} label={t("timeline.day_before")} icon="back" />
        <label class="unseen" for="timeline-day">
          {t("timeline.day")}
        </label>
        <input
          id="timeline-day"
          type="date"
          value={day}
          onChange={(event) => {
            const chosen = event.currentTarget.value;
            if (isDay(chosen)) show({ day: chosen }, true);
          }}
        />
        <TurnDay timeline={timeline} to={dayAfter(day, 1)} label={t("timeline.day_after")} icon="forward" />
        <button
          type="button"
          class="button"
          aria-pressed={here}
          onClick={() => {
            show({ day: null }, true);
          }}
        >
          {t("time.today")}
        </button>
      </div>
      <strong class="day-words">
        {dayName(span.value.from + 12 * HOUR, other)}
        {other !== undefined && <span class="soft"> {zoneName(other, span.value.from)}</span>}
      </strong>
      <span class="soft numbers">{t("timeline.count", { n: timeline.rows.value.length })}</span>
      <div class="day-tools">
        {children}
        {outlets.length > 1 && (
          <select
            aria-label={t("desk.outlet")}
            value={view.value.outlet ?? ""}
            onChange={(event) => {
              show({ outlet: event.currentTarget.value || null });
            }}
          >
            <option value="">{t("desk.outlet_all")}</option>
            {outlets.map((each) => (
              <option key={each.id} value={each.id}>
                {named(each)}
              </option>
            ))}
          </select>
        )}
        {zooms && (
          <div class="zoom" role="group" aria-label={t("timeline.zoom")}>
            <button
              type="button"
              class="button square"
              aria-label={t("timeline.zoom_out")}
              disabled={zoom === 0}
              onClick={() => {
                show({ zoom: zoom - 1 }, true);
              }}
            >
              −
            </button>
            <button
              type="button"
              class="button square"
              aria-label={t("timeline.zoom_in")}
              disabled={zoom === ZOOMS.length - 1}
              onClick={() => {
                show({ zoom: zoom + 1 }, true);
              }}
            >
              +
            </button>
          </div>
        )}
      </div>
    </div>
  );
}

interface TurnDayProps {
  readonly timeline: Timeline;
  readonly to: string;
  readonly label: string;
  readonly icon: "back" | "forward";
}

function TurnDay({ timeline, to, label, icon }: TurnDayProps): JSX.Element {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const { carry, show } = timeline;
  const wait = (): void => {
    clearTimeout(timer.current);
    if (carry.peek() === null) return;
    timer.current = setTimeout(() => {
      if (carry.peek() !== null) show({ day: to }, true);
      wait();
    }, TURNS_AFTER_MS);
  };
  const rest = (): void => {
    clearTimeout(timer.current);
  };
  useEffect(() => rest, []);
  return (
    <button
      type="button"
      class="button square"
      data-direction={icon}
      aria-label={label}
      title={label}
      onPointerEnter={wait}
      onPointerLeave={rest}
      onClick={() => {
        show({ day: to }, true);
      }}
    >
      <Icon name="back" />
    </button>
  );
}

/** `Mon 23 Nov 14:30`, when it is not the day that is shown. */
export function whenOn(timeline: Timeline, at: number): string {
  const { span, zone } = timeline;
  const other = foreign(zone.peek(), at);
  const time = clockTime(at, other);
  return toDateInput(at, zone.peek()) === span.peek().day ? time : `${dayName(at, other)} ${time}`;
}

/** Calendars that promises run on: their week, their holidays, their versions, and the next one. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { named, t } from "../../shared/text/language";
import { now } from "../../shared/time/now";
import type { PartProps } from "../AdminDesk";
import { view } from "../Go";
import { Await, Listing } from "../Listing";
import type { Calendar, Office } from "../office";
import { w } from "../text/words";
import { CalendarForm } from "./CalendarForm";
import { CalendarPage } from "./CalendarPage";
import { minutesOpen, weekOf } from "./week";
import { seriesOf } from "./series";

export function CalendarsPage({ office }: PartProps): JSX.Element {
  useEffect(() => {
    for (const shelf of [office.policies, office.centres]) shelf.want();
  }, [office]);
  return (
    <Await shelf={office.calendars}>{(calendars) => <CalendarList office={office} calendars={calendars} />}</Await>
  );
}

function CalendarList({
  office,
  calendars,
}: {
  readonly office: Office;
  readonly calendars: readonly Calendar[];
}): JSX.Element {
  const series = seriesOf(calendars, now.value);
  const may = office.may("promise");
  return (
    <Listing
      title={w("part.calendars")}
      things={series}
      keyOf={(one) => one.code}
      wordsOf={(one) => `${one.code} ${one.shown.name} ${one.shown.name_en}`}
      adding={may && { label: w("calendar.new"), form: () => <CalendarForm office={office} last={null} /> }}
      above={!may && <p class="soft">{w("frame.read_only")}</p>}
      row={(one) => (
        <>
          <span class="row-head">
            <strong>{named(one.shown)}</strong>
            {one.shown.unknown_years.length > 0 && (
              <span class="tag" data-tone="warn">
                {w("calendar.unknown_years")} {one.shown.unknown_years.join(", ")}
              </span>
            )}
          </span>
          <span class="soft small">{hoursWords(one.shown)}</span>
        </>
      )}
    >
      {(one) =>
        view.value.act === "next" ? (
          <CalendarForm office={office} last={one.versions[0] ?? one.shown} />
        ) : (
          <CalendarPage office={office} series={one} />
        )
      }
    </Listing>
  );
}

export function hoursWords(calendar: Calendar): string {
  if (calendar.always_open) return w("calendar.always");
  const minutes = minutesOpen(weekOf(calendar.weekly));
  const hours = w("calendar.hours_a_week", { time: t("time.hours_only", { h: Math.round(minutes / 6) / 10 }) });
  return calendar.holidays_of === "" ? hours : `${hours} · ${calendar.holidays_of}`;
}

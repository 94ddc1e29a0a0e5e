/** One calendar: its week, what is known of its holidays, its versions, and the promises that run on it. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { answer } from "../../shared/api/client";
import { named } from "../../shared/text/language";
import { now } from "../../shared/time/now";
import { useLoaded } from "../../shared/views/loading";
import { Go } from "../Go";
import { Facts, Ready } from "../Listing";
import { day, moment } from "../moments";
import type { Calendar, Office } from "../office";
import { w } from "../text/words";
import { hoursWords } from "./CalendarsPage";
import { isInForce, type CalendarSeries } from "./series";
import { DAYS, weekOf } from "./week";
import { WeekGrid } from "./WeekGrid";
import "./calendars.css";

export function CalendarPage({
  office,
  series,
}: {
  readonly office: Office;
  readonly series: CalendarSeries;
}): JSX.Element {
  const { shown } = series;
  const mayChange =
    office.may("promise") && (office.user.centre_id === null || shown.centre_id === office.user.centre_id);
  const ids = new Set(series.versions.map((one) => one.id));
  const policies = (office.policies.data ?? []).filter(
    (one) => ids.has(one.calendar_id) && (one.effective_to === null || Date.parse(one.effective_to) > now.value),
  );
  return (
    <article class="stack">
      <header class="part-head">
        <div>
          <h2>{named(shown)}</h2>
          <span class="soft small">
            {series.code} · {w("version.n", { n: shown.version })}
          </span>
        </div>
        {mayChange && (
          <Go to={{ act: "next" }} class="button first">
            {w("calendar.next")}
          </Go>
        )}
      </header>
      {shown.unknown_years.length > 0 && (
        <p class="word" data-tone="warn">
          {w("calendar.unknown_warning", { years: shown.unknown_years.join(", ") })}
        </p>
      )}
      <Hours calendar={shown} />
      <Facts
        facts={[
          {
            term: w("calendar.holidays"),
            value: shown.holidays_of === "" ? w("calendar.no_holidays") : shown.holidays_of,
          },
          {
            term: w("calendar.closed"),
            value: shown.closed.length === 0 ? w("calendar.none") : shown.closed.map(day).join(", "),
          },
          { term: w("calendar.extra"), value: extraWords(shown) },
          {
            term: w("calendar.used_by"),
            value:
              policies.length === 0
                ? w("calendar.none")
                : policies.map((one) => (
                    <div key={one.id}>
                      <Go to={{ part: "policies", id: one.code }}>{named(one)}</Go>
                    </div>
                  )),
          },
        ]}
      />
      {shown.holidays_of !== "" && <Holidays office={office} country={shown.holidays_of} />}
      <section>
        <h3>{w("version.all")}</h3>
        <div class="table-box" tabIndex={0} role="region" aria-label={w("version.all")}>
          <table>
            <thead>
              <tr>
                <th scope="col">{w("version.version")}</th>
                <th scope="col">{w("version.in_force")}</th>
                <th scope="col">{w("calendar.open_hours")}</th>
                <th scope="col">{w("version.made")}</th>
              </tr>
            </thead>
            <tbody>
              {series.versions.map((one) => (
                <tr key={one.id} data-now={isInForce(one, now.value)}>
                  <th scope="row">{one.version}</th>
                  <td>
                    {one.effective_from === null ? w("calendar.since_ever") : moment(one.effective_from)} –{" "}
                    {one.effective_to === null ? w("version.open") : moment(one.effective_to)}
                  </td>
                  <td>{hoursWords(one)}</td>
                  <td>{moment(one.made_at)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
    </article>
  );
}

function Hours({ calendar }: { readonly calendar: Calendar }): JSX.Element {
  if (calendar.always_open) return <p class="word">{w("calendar.always")}</p>;
  const week = weekOf(calendar.weekly);
  return (
    <section class="week-both" aria-label={w("calendar.week")}>
      <WeekGrid week={week} />
      <dl class="facts">
        {DAYS.map((weekday) => (
          <div key={weekday}>
            <dt>{w(`calendar.day.${weekday}`)}</dt>
            <dd class="numbers">
              {(week[weekday] ?? []).map(({ from, to }) => `${from}–${to}`).join(", ") || w("calendar.closed_all_day")}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function extraWords(calendar: Calendar): string {
  const days = Object.entries(calendar.extra);
  if (days.length === 0) return w("calendar.none");
  return days
    .map(([date, windows]) => `${day(date)} ${windows.map(([from, to]) => `${from ?? ""}–${to ?? ""}`).join(", ")}`)
    .join("; ");
}

function Holidays({ office, country }: { readonly office: Office; readonly country: string }): JSX.Element {
  const year = useSignal(new Date(now.peek()).getFullYear());
  const [loaded, again] = useLoaded(
    () => answer(office.api.GET("/commitments/holidays", { params: { query: { country, year: year.peek() } } })),
    `${country} ${year.value}`,
    0,
  );
  return (
    <section class="stack">
      <header class="part-head">
        <h3>{w("calendar.holidays")}</h3>
        <span class="acts">
          {[-1, 0, 1].map((by) => {
            const one = new Date(now.value).getFullYear() + by;
            return (
              <button
                key={one}
                type="button"
                class="chip"
                aria-pressed={one === year.value}
                onClick={() => (year.value = one)}
              >
                {one}
              </button>
            );
          })}
        </span>
      </header>
      <Ready loaded={loaded.value} again={again}>
        {(told) => (
          <>
            <p class="soft">{w(told.known ? "calendar.known" : "calendar.not_known", { year: told.year })}</p>
            <ul class="holidays">
              {told.closed.map((one) => (
                <li key={one.day}>
                  <span class="numbers">{day(one.day)}</span> {named(one)}
                </li>
              ))}
            </ul>
            {told.make_up.length > 0 && (
              <p>
                {w("calendar.make_up_days")}: {told.make_up.map(day).join(", ")}
              </p>
            )}
          </>
        )}
      </Ready>
    </section>
  );
}

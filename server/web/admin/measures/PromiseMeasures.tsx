/** Promises kept and missed by outlet, beside the period before. The outlet that needs help most stands first. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { answer } from "../../shared/api/client";
import type { Answer } from "../../shared/api/problem";
import { named } from "../../shared/text/language";
import { now } from "../../shared/time/now";
import { useLoaded } from "../../shared/views/loading";
import { Notice } from "../../shared/views/Notice";
import { percent, StackedBar } from "../Bars";
import { save } from "../download";
import { Ready } from "../Listing";
import { day, seconds } from "../moments";
import type { Office } from "../office";
import { w } from "../text/words";
import {
  byNeed,
  csv,
  firstTimeShare,
  keptShare,
  periodsOf,
  points,
  totalOf,
  type OutletMeasures,
  type Period,
  type Total,
} from "./measures";
import { Periods } from "./Periods";

interface Figures {
  readonly from: string;
  readonly outlets: readonly OutletMeasures[];
  readonly before: readonly OutletMeasures[];
}

async function figuresOf(office: Office, days: Period): Promise<Answer<Figures>> {
  const { from, to, before } = periodsOf(days, Date.now());
  const ask = (begins: string, ends: string): Promise<Answer<OutletMeasures[]>> =>
    answer(office.api.GET("/commitments/measures", { params: { query: { from: begins, to: ends } } }));
  const [present, past] = await Promise.all([ask(from, to), ask(before, from)]);
  if (!present.ok) return present;
  if (!past.ok) return past;
  return { ok: true, data: { from, outlets: present.data, before: past.data } };
}

export function PromiseMeasures({ office }: { readonly office: Office }): JSX.Element {
  const days = useSignal<Period>(30);
  const [loaded, again] = useLoaded(() => figuresOf(office, days.peek()), String(days.value), 0);
  return (
    <section class="page wide">
      <div class="stack">
        <header class="part-head">
          <h1>{w("measure.title")}</h1>
          <Periods days={days.value} onChoose={(chosen) => (days.value = chosen)} />
        </header>
        <Ready loaded={loaded.value} again={again}>
          {(figures) =>
            figures.outlets.length === 0 ? (
              <Notice icon="empty" title={w("measure.none")} hint={w("measure.none_hint")} />
            ) : (
              <Shown figures={figures} />
            )
          }
        </Ready>
      </div>
    </section>
  );
}

function Shown({ figures }: { readonly figures: Figures }): JSX.Element {
  const total = totalOf(figures.outlets);
  const before = totalOf(figures.before);
  return (
    <>
      <p class="soft">{w("measure.since", { day: day(figures.from), n: total.jobs })}</p>
      <div class="figures">
        <Share label={w("measure.response")} share={keptShare(total.response)} before={keptShare(before.response)} />
        <Share
          label={w("measure.resolution")}
          share={keptShare(total.resolution)}
          before={keptShare(before.resolution)}
        />
        <Share label={w("measure.first_time")} share={firstTimeShare(total)} before={firstTimeShare(before)} />
        <Slack total={total} />
      </div>
      <ByOutlet outlets={byNeed(figures.outlets)} before={figures.before} />
      <p class="soft small">{w("measure.meaning")}</p>
    </>
  );
}

function Share({
  label,
  share,
  before,
}: {
  readonly label: string;
  readonly share: number | null;
  readonly before: number | null;
}): JSX.Element {
  return (
    <div>
      <strong>{percent(share)}</strong>
      <span>{label}</span>
      <Change by={points(share, before)} />
    </div>
  );
}

function Change({ by }: { readonly by: number | null }): JSX.Element {
  if (by === null) return <span class="soft small">{w("measure.no_before")}</span>;
  if (by === 0) return <span class="soft small">{w("measure.as_before")}</span>;
  return (
    <span class={`small ${by > 0 ? "up" : "down"}`}>
      {w(by > 0 ? "measure.better" : "measure.worse", { n: Math.abs(by) })}
    </span>
  );
}

function Slack({ total }: { readonly total: Total }): JSX.Element {
  return (
    <div>
      <strong>{slackWords(total.slack_seconds)}</strong>
      <span>{w("measure.slack")}</span>
      <span class="soft small">{w("measure.slack_hint")}</span>
    </div>
  );
}

function slackWords(slack: number | null): string {
  if (slack === null) return "—";
  return slack < 0 ? w("measure.late", { time: seconds(-slack) }) : seconds(slack);
}

function ByOutlet({
  outlets,
  before,
}: {
  readonly outlets: readonly OutletMeasures[];
  readonly before: readonly OutletMeasures[];
}): JSX.Element {
  return (
    <section>
      <header class="part-head">
        <h2>{w("measure.by_outlet")}</h2>
        <button
          type="button"
          class="button"
          onClick={() => {
            save(
              new Blob([tableOf(outlets)], { type: "text/csv;charset=utf-8" }),
              `promises-${new Date(now.peek()).toISOString().slice(0, 10)}.csv`,
            );
          }}
        >
          {w("measure.csv")}
        </button>
      </header>
      <div class="table-box" tabIndex={0} role="region" aria-label={w("measure.by_outlet")}>
        <table>
          <thead>
            <tr>
              <th scope="col">{w("policy.outlet")}</th>
              <th scope="col">{w("measure.kept_missed")}</th>
              <th scope="col" class="figure">
                {w("measure.kept")}
              </th>
              <th scope="col" class="figure">
                {w("measure.change")}
              </th>
              <th scope="col" class="figure">
                {w("measure.counts")}
              </th>
              <th scope="col" class="figure">
                {w("measure.resolution")}
              </th>
              <th scope="col" class="figure">
                {w("measure.first_time")}
              </th>
              <th scope="col" class="figure">
                {w("measure.slack")}
              </th>
            </tr>
          </thead>
          <tbody>
            {outlets.map((one) => {
              const earlier = before.find((other) => other.outlet_id === one.outlet_id);
              const by = points(keptShare(one.response), earlier === undefined ? null : keptShare(earlier.response));
              return (
                <tr key={one.outlet_id}>
                  <th scope="row">{named(one)}</th>
                  <td>
                    <StackedBar
                      parts={[
                        { tone: "good", value: one.response.met },
                        { tone: "bad", value: one.response.missed },
                        { tone: "none", value: one.response.open },
                      ]}
                    />
                  </td>
                  <td class="figure">{percent(keptShare(one.response))}</td>
                  <td class={`figure ${by === null || by === 0 ? "" : by > 0 ? "up" : "down"}`}>
                    {by === null ? "—" : by > 0 ? `+${by}` : by < 0 ? `−${-by}` : "0"}
                  </td>
                  <td class="figure">
                    {one.response.met} / {one.response.missed} / {one.response.open}
                  </td>
                  <td class="figure">{percent(keptShare(one.resolution))}</td>
                  <td class="figure">{percent(firstTimeShare(one))}</td>
                  <td class="figure">{slackWords(one.slack_seconds)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function tableOf(outlets: readonly OutletMeasures[]): string {
  const head = [
    "outlet",
    "outlet_en",
    "jobs",
    "response_met",
    "response_missed",
    "response_open",
    "resolution_met",
    "resolution_missed",
    "resolution_open",
    "slack_seconds",
    "finished",
    "first_time",
  ];
  const rows = outlets.map((one) => [
    one.name,
    one.name_en,
    one.jobs,
    one.response.met,
    one.response.missed,
    one.response.open,
    one.resolution.met,
    one.resolution.missed,
    one.resolution.open,
    one.slack_seconds === null ? null : Math.round(one.slack_seconds),
    one.finished,
    one.first_time,
  ]);
  return csv([head, ...rows]);
}

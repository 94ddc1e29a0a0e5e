/** What a change would have promised last month, beside what was promised. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { inLanguage } from "../../shared/text/language";
import { percent, StackedBar } from "../Bars";
import { day, moment, seconds } from "../moments";
import type { Office } from "../office";
import { w } from "../text/words";
import "./policies.css";
import {
  compare,
  deadlinesOf,
  FATES,
  inTime,
  movedBy,
  type Fate,
  type Previewed,
  type PreviewedJob,
} from "./comparison";

const FATE_TONES = { met: "good", missed: "bad", open: "none", not_promised: "none" } as const satisfies Readonly<
  Record<Fate, string>
>;

export function Comparing({
  told,
  fresh,
}: {
  readonly office: Office;
  readonly told: Previewed;
  readonly fresh: boolean;
}): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
    heading.current?.scrollIntoView({ block: "start" });
  }, [told]);
  const { rows, same, keptBefore, keptAfter, worst, easiest } = compare(told);
  const lost = rows.find((row) => row.fate === "missed")?.change ?? 0;
  return (
    <section class="card-box comparing" aria-labelledby="comparing-title">
      <h3 id="comparing-title" ref={heading} tabIndex={-1}>
        {w("preview.title", { since: day(told.since) })}
      </h3>
      {!fresh && (
        <p class="word" data-tone="warn" role="status">
          {w("preview.stale")}
        </p>
      )}
      <p class="word" data-tone={lost > 0 ? "warn" : "good"} role="status">
        <strong>{summary(told, lost)}</strong>
      </p>
      {told.standing === "awaiting_approval" && (
        <p class="word" data-tone="warn">
          {w("preview.waits")} {told.shortfall !== null && inLanguage(told.shortfall)}
        </p>
      )}
      <div class="figures">
        <Figure label={w("preview.bound")} value={told.bound} of={told.jobs} />
        <Figure label={w("preview.sooner")} value={told.sooner} of={told.jobs} />
        <Figure label={w("preview.later")} value={told.later} of={told.jobs} />
        <Figure label={w("preview.same")} value={same} of={told.jobs} />
      </div>
      {told.capped && <p class="soft small">{w("preview.capped", { n: told.jobs })}</p>}
      <div class="table-box" tabIndex={0} role="region" aria-label={w("preview.arrivals")}>
        <table>
          <caption>{w("preview.arrivals")}</caption>
          <thead>
            <tr>
              <th scope="col">{w("preview.fate")}</th>
              <th scope="col" class="figure">
                {w("preview.was")}
              </th>
              <th scope="col" class="figure">
                {w("preview.would")}
              </th>
              <th scope="col" class="figure">
                {w("preview.change")}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.fate}>
                <th scope="row">{w(`preview.fate.${row.fate}`)}</th>
                <td class="figure">{row.before}</td>
                <td class="figure">{row.after}</td>
                <td class="figure">{signed(row.change)}</td>
              </tr>
            ))}
            <tr>
              <th scope="row">{w("preview.kept")}</th>
              <td class="figure">{percent(keptBefore)}</td>
              <td class="figure">{percent(keptAfter)}</td>
              <td />
            </tr>
          </tbody>
        </table>
      </div>
      <div class="bars" aria-hidden="true">
        <span>{w("preview.was")}</span>
        <StackedBar parts={FATES.map((fate) => ({ tone: FATE_TONES[fate], value: told.as_promised[fate] }))} />
        <span>{w("preview.would")}</span>
        <StackedBar parts={FATES.map((fate) => ({ tone: FATE_TONES[fate], value: told.with_change[fate] }))} />
      </div>
      {worst !== null && <p>{w("preview.worst", { job: worst.number, ...fromTo(worst) })}</p>}
      {easiest !== null && <p>{w("preview.easiest", { job: easiest.number, ...fromTo(easiest) })}</p>}
      {told.examples.length > 0 && <Examples jobs={told.examples} />}
      <p class="soft small">{w("preview.limits")}</p>
    </section>
  );
}

function summary(told: Previewed, lost: number): string {
  if (told.jobs === 0) return w("preview.no_jobs");
  if (told.bound === 0) return w("preview.binds_none");
  if (lost > 0) return w("preview.more_missed", { n: lost });
  return lost < 0 ? w("preview.fewer_missed", { n: -lost }) : w("preview.none_missed");
}

function Figure({
  label,
  value,
  of,
}: {
  readonly label: string;
  readonly value: number;
  readonly of: number;
}): JSX.Element {
  return (
    <div>
      <strong>{value}</strong>
      <span>{label}</span>
      <span class="soft small">{w("preview.of", { n: of })}</span>
    </div>
  );
}

function Examples({ jobs }: { readonly jobs: readonly PreviewedJob[] }): JSX.Element {
  return (
    <div class="table-box" tabIndex={0} role="region" aria-label={w("preview.examples")}>
      <table>
        <caption>{w("preview.examples")}</caption>
        <thead>
          <tr>
            <th scope="col">{w("preview.job")}</th>
            <th scope="col">{w("preview.opened")}</th>
            <th scope="col">{w("preview.due_was")}</th>
            <th scope="col">{w("preview.due_would")}</th>
            <th scope="col">{w("preview.moved")}</th>
            <th scope="col">{w("preview.arrived")}</th>
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => {
            const [was, would] = deadlinesOf(job);
            return (
              <tr key={job.job_id}>
                <th scope="row">
                  <a href={`/desk/?job=${job.job_id}`}>{job.number}</a>
                </th>
                <td>{moment(job.opened_at)}</td>
                <td>{moment(was)}</td>
                <td>{moment(would)}</td>
                <td>{movedWords(job)}</td>
                <td>
                  {moment(job.arrived_at)} {arrivalWords(job, was, would)}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function arrivalWords(job: PreviewedJob, was: string | null, would: string | null): string {
  const [before, after] = [inTime(job, was), inTime(job, would)];
  if (before === after || after === null) return "";
  return after ? w("preview.now_kept") : w("preview.now_missed");
}

function movedWords(job: PreviewedJob): string {
  const by = movedBy(job);
  if (by === -Infinity) return w("preview.newly");
  if (by === Infinity) return w("preview.no_more");
  if (by === 0) return "—";
  return w(by < 0 ? "preview.by_sooner" : "preview.by_later", { time: seconds(Math.abs(by) / 1000) });
}

function fromTo(job: PreviewedJob): { readonly was: string; readonly would: string } {
  const [was, would] = deadlinesOf(job);
  return { was: moment(was), would: moment(would) };
}

function signed(change: number): string {
  return change > 0 ? `+${change}` : change < 0 ? `−${-change}` : "0";
}

/** Beside the form, while somebody types: what may be promised, what is covered, and whether it was reported before. */
import type { ReadonlySignal } from "@preact/signals";
import type { JSX } from "preact";
import { answer as answerOf } from "../../shared/api/client";
import { sentence } from "../../shared/api/problem";
import type { Job, Quote, Unit } from "../../shared/api/types";
import { inLanguage, t } from "../../shared/text/language";
import { shortTime, span } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { Icon } from "../../shared/views/Icon";
import { useLoaded } from "../../shared/views/loading";
import type { Board } from "../board";
import type { Show } from "../Desk";
import type { Told } from "./asking";

interface PromisedProps {
  readonly told: ReadonlySignal<Told<Quote>>;
  readonly onAgain: () => void;
}

export function Promised({ told, onAgain }: PromisedProps): JSX.Element {
  const { answer, busy } = told.value;
  return (
    <section class="known promised" aria-labelledby="promised-title" aria-busy={busy} data-busy={busy}>
      <h2 id="promised-title">
        <Icon name="clock" />
        {t("intake.promise")}
      </h2>
      <div role="status">
        {answer === null && <p class="soft">{t(busy ? "intake.promise_asking" : "intake.promise_unknown")}</p>}
        {answer?.ok === true && <QuoteWords quote={answer.data} />}
        {answer?.ok === false && (
          <p class={answer.problem.code === "no_policy" ? "soft" : "trouble"}>
            {answer.problem.code === "no_policy" ? t("intake.promise_none") : sentence(answer.problem)}
          </p>
        )}
      </div>
      {answer?.ok === false && answer.problem.status === 0 && (
        <button type="button" class="button" onClick={onAgain}>
          {t("retry")}
        </button>
      )}
    </section>
  );
}

/** What may be told to the caller, to be read out as it stands. */
function QuoteWords({ quote }: { readonly quote: Quote }): JSX.Element {
  const { respond_by: respond, resolve_by: resolve, zone } = quote;
  return (
    <>
      {respond !== null && (
        <p class="promised-time">
          <strong>{t("intake.respond", { time: shortTime(now.value, Date.parse(respond), zone) })}</strong>
          <span class="soft">{leftWords(respond)}</span>
        </p>
      )}
      {resolve !== null && (
        <p class={respond === null ? "promised-time" : undefined}>
          <strong>{t("intake.resolve", { time: shortTime(now.value, Date.parse(resolve), zone) })}</strong>{" "}
          <span class="soft">{leftWords(resolve)}</span>
        </p>
      )}
      <p>{inLanguage(quote.why)}</p>
      <p class="soft">{keptWords(quote)}</p>
    </>
  );
}

function leftWords(due: string): string {
  const left = Date.parse(due) - now.value;
  return left > 0 ? t("intake.left", { time: span(left) }) : t("intake.over", { time: span(-left) });
}

function keptWords({ kept_share: share, kept_of: of }: Quote): string {
  // Of one or two promises a share says nothing.
  return share === null || of < 3 ? t("intake.kept_unknown") : t("intake.kept", { share: Math.round(share * 100), of });
}

export function Covered({ unit, board }: { readonly unit: Unit; readonly board: Board }): JSX.Element {
  const [state] = useLoaded(
    () => answerOf(board.api.GET("/units/{unit_id}/coverage", { params: { path: { unit_id: unit.id } } })),
    unit.id,
    unit.version,
  );
  const loaded = state.value;
  const words = inLanguage({ zh: unit.model_name, en: unit.model_name_en });
  return (
    <section class="known" aria-labelledby="covered-title" aria-busy={loaded.kind === "loading"}>
      <h2 id="covered-title">
        <Icon name="unit" />
        {words} <span class="numbers soft">{unit.serial}</span>
      </h2>
      <p role="status" class="coverage" data-covered={loaded.kind === "ready" ? loaded.data.covered : undefined}>
        {loaded.kind === "loading" && t("loading")}
        {loaded.kind === "failed" && t("drawer.coverage_failed")}
        {loaded.kind === "ready" && (
          <>
            <Icon name={loaded.data.covered ? "done" : "close"} />
            {inLanguage(loaded.data.sentence)}
          </>
        )}
      </p>
    </section>
  );
}

interface ReportedProps {
  readonly jobs: readonly Job[];
  readonly sameUnit: boolean;
  readonly board: Board;
  readonly show: Show;
}

const LISTED = 3;

export function Reported({ jobs, sameUnit, board, show }: ReportedProps): JSX.Element | null {
  if (jobs.length === 0) return null;
  return (
    <section class="known reported" aria-labelledby="reported-title" data-same={sameUnit} role="status">
      <h2 id="reported-title">
        <Icon name="warning" />
        {sameUnit ? t("intake.duplicate") : t("intake.others", { n: jobs.length })}
      </h2>
      <ul>
        {jobs.slice(0, LISTED).map((job) => (
          <li key={job.id}>
            <button
              type="button"
              class="button plain to-job"
              onClick={() => {
                show({ job: job.id });
              }}
            >
              <span class="numbers">{t("job.number", { n: job.number })}</span> {job.title}
            </button>
            <span class="soft">
              {t(`job.state.${job.state}`)} ·{" "}
              {job.technician_id === null ? t("desk.unassigned") : board.nameOf(job.technician_id)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Everything about one job: promise, people, proposals, what can be done, and its story. It follows the feed live. */
import { useSignal, type Signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { answer } from "../shared/api/client";
import type { Job } from "../shared/api/types";
import { PromiseClock, PromiseDue } from "../shared/promise/PromiseClock";
import { inLanguage, named, t } from "../shared/text/language";
import { shortTime, timeWindow } from "../shared/time/format";
import { now } from "../shared/time/now";
import { Icon } from "../shared/views/Icon";
import { useLoaded } from "../shared/views/loading";
import { Notice } from "../shared/views/Notice";
import type { Board } from "./board";
import { CustomerPart } from "./customers/CustomerPart";
import type { Waiting } from "./customers/waiting";
import type { Show } from "./Desk";
import { Dialogs, type Asked } from "./Dialogs";
import { EvidencePart } from "./evidence/EvidencePart";
import { arrangementsOf, bookingIn, offersIn } from "./offers";
import { PromiseHistory } from "./promises/PromiseHistory";
import { Proposals } from "./Proposals";
import { Story } from "./Story";
import { fieldName, money } from "./values";
import "./drawer.css";

interface JobDrawerProps {
  /** Undefined while the board is still loading, or when the job is not on it. */
  readonly job: Job | undefined;
  readonly board: Board;
  readonly waiting: Waiting;
  readonly onClose: () => void;
  readonly show: Show;
}

export function JobDrawer({ job, board, waiting, onClose, show }: JobDrawerProps): JSX.Element {
  const head = useRef<HTMLHeadingElement>(null);
  const asked = useSignal<Asked | null>(null);
  const known = job !== undefined;
  useEffect(() => {
    if (known && matchMedia("(max-width: 60rem)").matches) head.current?.focus();
  }, [known]);
  return (
    <aside class="drawer" aria-labelledby="drawer-title">
      <header>
        <h2 id="drawer-title" ref={head} tabIndex={-1}>
          {job ? (
            <>
              <span class="numbers soft">{t("job.number", { n: job.number })}</span>{" "}
              <span class="typed">{job.title}</span>
            </>
          ) : (
            t("desk.queue")
          )}
        </h2>
        <button type="button" class="button plain square" aria-label={t("close")} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      {job ? (
        <>
          <Contents job={job} board={board} waiting={waiting} asked={asked} show={show} />
          <Dialogs job={job} board={board} asked={asked} />
        </>
      ) : board.feed.replica.value.complete ? (
        <Notice icon="empty" title={t("drawer.gone")} />
      ) : (
        <div class="ghost drawer-ghost" role="status" aria-label={t("loading")} />
      )}
    </aside>
  );
}

interface ContentsProps {
  readonly job: Job;
  readonly board: Board;
  readonly waiting: Waiting;
  readonly asked: Signal<Asked | null>;
  readonly show: Show;
}

// Bodies that the feed has held since before a field was added lack it, hence `typeof` and not `null` below.
function Contents({ job, board, waiting, asked, show }: ContentsProps): JSX.Element {
  const type = board.typesByCode.value.get(job.job_type);
  const outlet = board.outlets.value.get(job.outlet_id);
  const zone = board.zoneOf(job.outlet_id);
  const reviews = board.reviews.value.filter((review) => review.record_id === job.id).length;
  return (
    <div class="drawer-body">
      {reviews > 0 && (
        <button
          type="button"
          class="button review-flag"
          onClick={() => {
            show({ page: "reviews", job: null });
          }}
        >
          <Icon name="warning" />
          {t("drawer.reviews", { n: reviews })}
        </button>
      )}
      <div class="drawer-top">
        <PromiseClock job={job} />
        <span>
          <strong>
            <PromiseDue job={job} zone={zone} />
          </strong>
          <span class="soft">{inLanguage({ zh: job.policy_name, en: job.policy_name_en })}</span>
        </span>
        <span class="tag">{t(`job.state.${job.state}`)}</span>
      </div>
      <PromiseHistory job={job} board={board} />
      <dl class="facts">
        <Fact name={t("drawer.contact")}>
          <span class="typed">{job.contact_name}</span>
          {job.contact_phone !== "" && (
            <a class="numbers" href={`tel:${job.contact_phone.replaceAll(/[^\d+*#]/g, "")}`}>
              {job.contact_phone}
            </a>
          )}
        </Fact>
        {job.address !== "" && <Fact name={fieldName("address")}>{job.address}</Fact>}
        {job.access_notes !== "" && <Fact name={fieldName("access_notes")}>{job.access_notes}</Fact>}
        <Fact name={t("drawer.visit")}>
          {visitWords(job, board)}
          {job.lock !== undefined && job.lock !== "none" && (
            <span class="tag">
              <Icon name="lock" />
              {t(`lock.${job.lock}`)}
            </span>
          )}
        </Fact>
        <Fact name={t("drawer.details")}>
          {[type && named(type), outlet && named(outlet), t("job.priority", { n: job.priority })]
            .filter(Boolean)
            .join(" · ")}
          <span class="soft numbers">
            {t("drawer.opened", { time: shortTime(now.value, Date.parse(job.opened_at), zone) })}
          </span>
        </Fact>
        {job.reason !== "" && <Fact name={fieldName("reason")}>{job.reason}</Fact>}
        {job.diagnosis !== "" && <Fact name={fieldName("diagnosis")}>{job.diagnosis}</Fact>}
        {job.result !== "" && <Fact name={fieldName("result")}>{job.result}</Fact>}
        {typeof job.price_minor === "number" && <Fact name={fieldName("price_minor")}>{money(job.price_minor)}</Fact>}
        {job.billing_held && <Fact name={fieldName("billing_held")}>{t("drawer.billing_held")}</Fact>}
        {typeof job.sign_again === "string" && <Fact name={fieldName("sign_again")}>{t("drawer.sign_again")}</Fact>}
        {typeof job.deleted_at === "string" && (
          <Fact name={fieldName("deleted_at")}>
            {t("drawer.deleted", { time: shortTime(now.value, Date.parse(job.deleted_at)) })}
          </Fact>
        )}
        {job.unit_id !== null && (
          <Fact name={t("drawer.coverage")}>
            <CoverageSentence unitId={job.unit_id} version={job.version} board={board} />
          </Fact>
        )}
      </dl>
      <CustomerPart job={job} board={board} waiting={waiting} />
      {board.mayWrite ? <Offers job={job} asked={asked} /> : <p class="soft">{t("desk.read_only")}</p>}
      <EvidencePart job={job} board={board} />
      {bookingIn(job.state) !== null && <Proposals job={job} board={board} />}
      <Story job={job} board={board} />
    </div>
  );
}

function visitWords(job: Job, board: Board): string {
  if (job.technician_id === null) return t("desk.unassigned");
  if (job.window_start === null) return board.nameOf(job.technician_id);
  const end = job.window_end === null ? null : Date.parse(job.window_end);
  return `${board.nameOf(job.technician_id)} · ${timeWindow(now.value, Date.parse(job.window_start), end, board.zoneOf(job.outlet_id))}`;
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd class="typed">{children}</dd>
    </div>
  );
}

interface CoverageProps {
  readonly unitId: string;
  /** Of the job: with it the unit may be another. */
  readonly version: number;
  readonly board: Board;
}

/** The verdict of today in a sentence, and what more than a repair the customer may ask for. */
function CoverageSentence({ unitId, version, board }: CoverageProps): JSX.Element {
  const [state] = useLoaded(
    () => answer(board.api.GET("/units/{unit_id}/coverage", { params: { path: { unit_id: unitId } } })),
    unitId,
    version,
  );
  const loaded = state.value;
  if (loaded.kind === "loading") return <span class="soft">{t("loading")}</span>;
  if (loaded.kind === "failed") return <span class="soft">{t("drawer.coverage_failed")}</span>;
  const remedies = loaded.data.remedies.filter(({ kind }) => kind !== "repair");
  return (
    <>
      <span class="coverage">
        <Icon name={loaded.data.covered ? "done" : "close"} />
        {inLanguage(loaded.data.sentence)}
      </span>
      {remedies.length > 0 && (
        <details class="remedies">
          <summary>{t("drawer.remedies", { n: remedies.length })}</summary>
          <ul>
            {remedies.map((remedy) => (
              <li key={remedy.rule + remedy.kind}>{inLanguage(remedy.sentence)}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Offers({ job, asked }: { readonly job: Job; readonly asked: Signal<Asked | null> }): JSX.Element | null {
  const offers = offersIn(job.state, job.visits_done.length > 0 || typeof job.deleted_at === "string");
  const arrangements = arrangementsOf(job);
  if (offers.length === 0 && arrangements.length === 0) return null;
  return (
    <div class="offers">
      {offers.map((offer) => (
        <button
          key={offer}
          type="button"
          class={offer === "cancel" || offer === "delete" ? "button danger" : "button"}
          onClick={() => {
            asked.value = offer;
          }}
        >
          {t(`act.${offer}`)}
        </button>
      ))}
      {arrangements.map((arrangement) => (
        <button
          key={arrangement}
          type="button"
          class="button"
          onClick={() => {
            asked.value = arrangement;
          }}
        >
          {t(`act.${arrangement}`)}
        </button>
      ))}
    </div>
  );
}

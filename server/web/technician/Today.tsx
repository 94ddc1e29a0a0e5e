import type { JSX } from "preact";
import { sentence } from "../shared/api/problem";
import type { Session } from "../shared/api/session";
import type { Job, User } from "../shared/api/types";
import { PromiseClock } from "../shared/promise/PromiseClock";
import { named, t } from "../shared/text/language";
import { clockTime, daysFrom, relativeDay } from "../shared/time/format";
import { now } from "../shared/time/now";
import { go, leavesToBrowser } from "../shared/views/address";
import { Icon } from "../shared/views/Icon";
import { LanguageButton } from "../shared/views/LanguageButton";
import { Notice } from "../shared/views/Notice";
import { isFinished, sections, type Section } from "./day";
import type { Work } from "./work";

interface TodayProps {
  readonly user: User;
  readonly session: Session;
  readonly work: Work;
}

export function Today({ user, session, work }: TodayProps): JSX.Element {
  const jobs = [...work.jobs.value.values()];
  const open = jobs.filter((job) => !isFinished(job)).length;
  return (
    <>
      <header class="today-head">
        <div>
          <h1>{t("today.title")}</h1>
          <p class="soft">
            {user.name}
            {open > 0 && ` · ${t("today.open", { n: open })}`}
          </p>
        </div>
        <div class="today-tools">
          <LanguageButton />
          <button type="button" class="button plain" onClick={() => void session.logout()}>
            {t("logout")}
          </button>
        </div>
      </header>
      <main class="today">
        {jobs.length === 0 ? (
          <Nothing work={work} />
        ) : (
          sections(jobs, now.value).map((section) => <Jobs key={heading(section)} section={section} work={work} />)
        )}
      </main>
    </>
  );
}

function Nothing({ work }: { readonly work: Work }): JSX.Element {
  const { state, problem } = work.feed.contact.value;
  if (work.feed.replica.value.complete) {
    return <Notice icon="empty" title={t("today.empty")} hint={t("today.empty_hint")} />;
  }
  if (state === "offline") return <Failed work={work} icon="offline" title={t("today.offline_empty")} />;
  if (problem !== null) return <Failed work={work} icon="warning" title={t("today.failed")} hint={sentence(problem)} />;
  return (
    <div role="status">
      <p class="unseen">{t("today.loading")}</p>
      <div class="ghost card-ghost" />
      <div class="ghost card-ghost" />
      <div class="ghost card-ghost" />
    </div>
  );
}

interface FailedProps {
  readonly work: Work;
  readonly icon: "offline" | "warning";
  readonly title: string;
  readonly hint?: string;
}

function Failed({ work, icon, title, hint }: FailedProps): JSX.Element {
  return (
    <Notice icon={icon} title={title} hint={hint}>
      <button
        type="button"
        class="button first"
        onClick={() => {
          work.feed.pullSoon();
        }}
      >
        {t("retry")}
      </button>
    </Notice>
  );
}

function heading({ kind, day, jobs }: Section): string {
  if (kind === "now") return t("today.now");
  if (kind === "earlier") return t("today.earlier");
  if (kind === "done") return t("today.done", { n: jobs.length });
  return day === null ? t("time.unset") : relativeDay(now.value, day);
}

function Jobs({ section, work }: { readonly section: Section; readonly work: Work }): JSX.Element {
  const title = heading(section);
  const list = (
    <ol class="cards">
      {section.jobs.map((job) => (
        <JobCard key={job.id} job={job} section={section} work={work} />
      ))}
    </ol>
  );
  if (section.kind !== "done") {
    return (
      <section aria-label={title}>
        <h2>{title}</h2>
        {list}
      </section>
    );
  }
  return (
    <details>
      <summary>{title}</summary>
      {list}
    </details>
  );
}

interface JobCardProps {
  readonly job: Job;
  readonly section: Section;
  readonly work: Work;
}

function JobCard({ job, section, work }: JobCardProps): JSX.Element {
  const address = new URLSearchParams({ job: job.id });
  return (
    <li>
      <a
        class="card"
        href={`?${address.toString()}`}
        onClick={(event) => {
          if (leavesToBrowser(event)) return;
          event.preventDefault();
          go(address);
          scrollTo(0, 0);
        }}
      >
        <div class="card-top">
          <CardWindow job={job} section={section} />
          <JobStateTag job={job} />
        </div>
        <strong class="card-title">{job.title}</strong>
        <span>{kindOf(job, work)}</span>
        <span class="card-place typed">{placeOf(job, work)}</span>
        <PromiseClock job={job} />
      </a>
    </li>
  );
}

export function JobStateTag({ job }: { readonly job: Job }): JSX.Element {
  return (
    <span class="tag">
      {isFinished(job) && <Icon name={job.state === "completed" || job.state === "closed" ? "done" : "close"} />}
      {t(`job.state.${job.state}`)}
    </span>
  );
}

/** The heading already names the day of most cards; on the others the card does. */
function CardWindow({ job, section }: { readonly job: Job; readonly section: Section }): JSX.Element {
  if (job.window_start === null) return <span class="card-window">{t("time.unset")}</span>;
  const start = Date.parse(job.window_start);
  const named = section.kind !== "day" && daysFrom(now.value, start) !== 0;
  return (
    <span class="card-window numbers">
      {named && <span class="card-day">{relativeDay(now.value, start)} </span>}
      {clockTime(start)}
      {job.window_end !== null && `–${clockTime(Date.parse(job.window_end))}`}
    </span>
  );
}

/** Kind of job, and the product when it is known. */
function kindOf(job: Job, work: Work): string {
  const type = work.typeOf(job.job_type);
  const unit = job.unit_id === null ? undefined : work.units.value.get(job.unit_id);
  const product = unit && named({ name: unit.model_name, name_en: unit.model_name_en });
  return [type ? named(type) : job.job_type, product].filter((word) => word !== undefined).join(" · ");
}

export function placeOf(job: Job, work: Work): string {
  const customer = job.customer_id === null ? undefined : work.customers.value.get(job.customer_id);
  return job.address || customer?.address || t("page.no_address");
}

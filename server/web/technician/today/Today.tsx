/** The technician's jobs in order of travel. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { sentence } from "../../shared/api/problem";
import { t } from "../../shared/text/language";
import { relativeDay } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { Notice } from "../../shared/views/Notice";
import type { Phone } from "../phone/phone";
import { folded, isFinished, nextOf, sections, type Section } from "./day";
import { JobCard } from "./JobCard";
import "./today.css";

interface TodayProps {
  readonly phone: Phone;
}

export function Today({ phone }: TodayProps): JSX.Element {
  const jobs = [...phone.jobs.value.values()];
  const open = jobs.filter((job) => !isFinished(job)).length;
  return (
    <>
      <header class="today-head">
        <h1>{t("today.title")}</h1>
        <p class="soft">
          {phone.user.name}
          {open > 0 && ` · ${t("today.open", { n: open })}`}
        </p>
      </header>
      <main class="today">{jobs.length === 0 ? <Nothing phone={phone} /> : <Days phone={phone} />}</main>
    </>
  );
}

function Nothing({ phone }: TodayProps): JSX.Element {
  const { state, problem } = phone.contact.value;
  if (phone.complete.value) return <Notice icon="empty" title={t("today.empty")} hint={t("today.empty_hint")} />;
  if (state === "offline" || problem !== null) {
    return (
      <Notice
        icon={state === "offline" ? "offline" : "warning"}
        title={t(state === "offline" ? "today.offline_empty" : "today.failed")}
        hint={state === "offline" || problem === null ? undefined : sentence(problem)}
      >
        <button
          type="button"
          class="button first"
          onClick={() => {
            phone.syncSoon();
          }}
        >
          {t("retry")}
        </button>
      </Notice>
    );
  }
  return (
    <div role="status">
      <p class="unseen">{t("today.loading")}</p>
      <div class="ghost card-ghost" />
      <div class="ghost card-ghost" />
      <div class="ghost card-ghost" />
    </div>
  );
}

function Days({ phone }: TodayProps): JSX.Element {
  const all = sections(phone.jobs.value.values(), now.value);
  const next = nextOf(all);
  return (
    <>
      {all.map((section) => (
        <Jobs key={keyOf(section)} section={section} next={next} phone={phone} />
      ))}
    </>
  );
}

const keyOf = ({ kind, day }: Section): string => (day === null ? kind : new Date(day).toDateString());

function heading({ kind, day, jobs }: Section): string {
  if (kind === "now") return t("today.now");
  if (kind === "earlier") return t("today.earlier");
  if (kind === "done") return t("today.done", { n: jobs.length });
  return day === null ? t("time.unset") : relativeDay(now.value, day);
}

/** Beyond this a list is more than anybody reads on a phone; the rest comes when asked for. */
const MOST = 30;

interface JobsProps {
  readonly section: Section;
  readonly next: string | null;
  readonly phone: Phone;
}

function Jobs({ section, next, phone }: JobsProps): JSX.Element {
  const whole = useSignal(false);
  const title = heading(section);
  const shown = whole.value ? section.jobs : section.jobs.slice(0, MOST);
  const list = (
    <>
      <ol class="cards">
        {shown.map((job) => (
          <JobCard key={job.id} job={job} section={section.kind} next={job.id === next} phone={phone} />
        ))}
      </ol>
      {shown.length < section.jobs.length && (
        <button
          type="button"
          class="button all"
          onClick={() => {
            whole.value = true;
          }}
        >
          {t("today.all", { n: section.jobs.length })}
        </button>
      )}
    </>
  );
  if (folded(section, now.value)) {
    return (
      <details>
        <summary>
          {title}
          {section.kind !== "done" && <span class="soft numbers"> {section.jobs.length}</span>}
        </summary>
        {list}
      </details>
    );
  }
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      {list}
    </section>
  );
}

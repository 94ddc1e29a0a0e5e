import type { ComponentChildren, JSX } from "preact";
import type { Job } from "../shared/api/types";
import { PromiseClock, PromiseDue } from "../shared/promise/PromiseClock";
import { inLanguage, named, t } from "../shared/text/language";
import { plainDate, shortTime, timeWindow } from "../shared/time/format";
import { now } from "../shared/time/now";
import { go } from "../shared/views/address";
import { Icon } from "../shared/views/Icon";
import { Notice } from "../shared/views/Notice";
import { checklistOf, notesOf } from "./contents";
import { mapLink } from "./maplink";
import { JobStateTag, placeOf } from "./Today";
import type { Work } from "./work";

interface JobPageProps {
  readonly id: string;
  readonly work: Work;
}

export function JobPage({ id, work }: JobPageProps): JSX.Element {
  const job = work.jobs.value.get(id);
  return (
    <>
      <header class="job-head">
        <button
          type="button"
          class="button plain back"
          onClick={() => {
            go(new URLSearchParams());
          }}
        >
          <Icon name="back" />
          {t("today.title")}
        </button>
        {job && (
          <span class="soft numbers">
            {t("job.number", { n: job.number })} <JobStateTag job={job} />
          </span>
        )}
      </header>
      <main class="job">{job ? <Contents job={job} work={work} /> : <Gone work={work} />}</main>
    </>
  );
}

function Gone({ work }: { readonly work: Work }): JSX.Element {
  if (!work.feed.replica.value.complete)
    return <div class="ghost card-ghost" role="status" aria-label={t("loading")} />;
  return <Notice icon="empty" title={t("page.gone")} hint={t("page.gone_hint")} />;
}

function Contents({ job, work }: { readonly job: Job; readonly work: Work }): JSX.Element {
  const type = work.typeOf(job.job_type);
  return (
    <>
      <div class="job-title">
        {type && <p class="soft">{named(type)}</p>}
        <h1 class="typed">{job.title}</h1>
      </div>
      {typeof job.sign_again === "string" && (
        <p class="sign-again" role="status">
          <Icon name="warning" />
          {t("page.sign_again")}
        </p>
      )}
      <Part title={t("page.promise")}>
        <PromiseClock job={job} />
        <p>
          <PromiseDue job={job} />
        </p>
        {job.policy_name !== "" && <p class="soft">{inLanguage({ zh: job.policy_name, en: job.policy_name_en })}</p>}
      </Part>
      <Part title={t("page.when")}>
        <p class="big numbers">{windowOf(job)}</p>
      </Part>
      <Where job={job} work={work} />
      <Who job={job} work={work} />
      <Product job={job} work={work} />
      <Checklist job={job} work={work} />
      <Notes job={job} />
    </>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <section class="part">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function windowOf(job: Job): string {
  if (job.window_start === null) return t("time.unset");
  const end = job.window_end === null ? null : Date.parse(job.window_end);
  return timeWindow(now.value, Date.parse(job.window_start), end);
}

function Where({ job, work }: { readonly job: Job; readonly work: Work }): JSX.Element {
  return (
    <Part title={t("page.where")}>
      <p class="typed">{placeOf(job, work)}</p>
      {job.access_notes !== "" && (
        <p class="typed">
          <span class="soft">{t("page.access")}: </span>
          {job.access_notes}
        </p>
      )}
      <a class="button first" href={mapLink(job, navigator.userAgent)}>
        <Icon name="route" />
        {t("page.navigate")}
      </a>
    </Part>
  );
}

function Who({ job, work }: { readonly job: Job; readonly work: Work }): JSX.Element {
  const customer = job.customer_id === null ? undefined : work.customers.value.get(job.customer_id);
  const phone = job.contact_phone || customer?.phone || "";
  const name = job.contact_name || customer?.name || t("value.none");
  return (
    <Part title={t("page.customer")}>
      <p class="typed">{name}</p>
      {customer && customer.name !== name && <p class="soft typed">{customer.name}</p>}
      {phone !== "" && (
        <a class="button" href={`tel:${phone.replaceAll(/[^\d+*#]/g, "")}`}>
          <Icon name="phone" />
          {t("page.call")} <span class="numbers">{phone}</span>
        </a>
      )}
    </Part>
  );
}

function Product({ job, work }: { readonly job: Job; readonly work: Work }): JSX.Element | null {
  const unit = job.unit_id === null ? undefined : work.units.value.get(job.unit_id);
  if (unit === undefined) return null;
  return (
    <Part title={t("page.product")}>
      <p>{named({ name: unit.model_name, name_en: unit.model_name_en })}</p>
      <p class="soft numbers">{t("page.serial", { serial: unit.serial })}</p>
      {unit.installed_on !== null && (
        <p class="soft numbers">{t("page.installed", { date: plainDate(unit.installed_on) })}</p>
      )}
    </Part>
  );
}

function Checklist({ job, work }: { readonly job: Job; readonly work: Work }): JSX.Element {
  const items = checklistOf(work.typeOf(job.job_type)?.checklist ?? [], job.checklist, job.technician_id);
  const done = items.filter((item) => item.done).length;
  return (
    <Part title={t("page.checklist")}>
      {items.length === 0 ? (
        <p class="soft">{t("page.checklist_empty")}</p>
      ) : (
        <>
          <p class="soft">{t("page.checklist_progress", { done, all: items.length })}</p>
          <ul class="checklist">
            {items.map((item) => (
              <li key={item.key} data-done={item.done}>
                <span class="box">{item.done && <Icon name="done" />}</span>
                <span class="typed">
                  {inLanguage({ zh: item.text, en: item.textEn })}
                  {item.value !== "" && <strong> {item.value}</strong>}
                </span>
                <span class="unseen">{t(item.done ? "page.item_done" : "page.item_open")}</span>
                {item.required && !item.done && <span class="tag">{t("page.required")}</span>}
              </li>
            ))}
          </ul>
        </>
      )}
    </Part>
  );
}

function Notes({ job }: { readonly job: Job }): JSX.Element {
  const notes = notesOf(job.notes);
  return (
    <Part title={t("page.notes")}>
      {notes.length === 0 && job.diagnosis === "" && <p class="soft">{t("page.notes_empty")}</p>}
      {job.diagnosis !== "" && (
        <p class="typed">
          <span class="soft">{t("page.diagnosis")}: </span>
          {job.diagnosis}
        </p>
      )}
      <ul class="notes">
        {notes.map((note) => (
          <li key={note.id}>
            <p class="typed">{note.text}</p>
            {note.at !== null && <p class="soft numbers">{shortTime(now.value, note.at)}</p>}
          </li>
        ))}
      </ul>
    </Part>
  );
}

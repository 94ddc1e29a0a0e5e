/** One job, as whoever stands before the customer's door needs it. */
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Job, JobState } from "../../shared/api/types";
import { t } from "../../shared/text/language";
import { now } from "../../shared/time/now";
import { go } from "../../shared/views/address";
import { Icon } from "../../shared/views/Icon";
import { newsOfPhone } from "../news/keep";
import type { Phone } from "../phone/phone";
import { JobPhotos } from "../photos/JobPhotos";
import { isFinished } from "../today/day";
import { JobStateTag } from "../today/JobStateTag";
import { Banners } from "./Banners";
import { ByTheOffice } from "./Beside";
import { changedOf, type Changed } from "./changed";
import { Checklist } from "./Checklist";
import { checklistOf, leftOf } from "./contents";
import { deedsOn, type Deeds } from "./deeds";
import { Findings, Notes } from "./Findings";
import { Gone } from "./Gone";
import "./job.css";
import { meanwhileOf, type Meanwhile } from "./meanwhile";
import { Parts } from "./Parts";
import { Product } from "./Product";
import { Readings } from "./Readings";
import { StepBar } from "./StepBar";
import { isTheirs } from "./steps";
import { Done, Terms } from "./Terms";
import { kindOf } from "./told";
import { Quick, When, Where } from "./Where";

interface JobPageProps {
  readonly phone: Phone;
  readonly id: string;
}

export function JobPage({ phone, id }: JobPageProps): JSX.Element {
  const job = phone.jobs.value.get(id);
  const deeds = useMemo(() => deedsOn(phone, id), [phone, id]);
  const last = useRef<Job | null>(null);
  if (job !== undefined) last.current = job;
  useEffect(() => {
    scrollTo(0, 0);
  }, [id]);
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
      <main class="job">
        {job ? <Contents job={job} phone={phone} deeds={deeds} /> : <Gone phone={phone} id={id} last={last.current} />}
      </main>
      {job && <StepBar key={job.id} job={job} phone={phone} deeds={deeds} left={leftWords(job, phone)} />}
    </>
  );
}

interface ContentsProps {
  readonly job: Job;
  readonly phone: Phone;
  readonly deeds: Deeds;
}

function Contents({ job, phone, deeds }: ContentsProps): JSX.Element {
  const mine = phone.user.technician_id;
  const ids = new Set([job.id, ...(job.customer_id === null ? [] : [job.customer_id])]);
  const meanwhile = meanwhileOf(phone.judged.value, phone.waiting.value, ids);
  const editable = !isFinished(job) && isTheirs(job, mine);
  const changed = changedOf(newsOfPhone(phone).items.value, job.id, now.value);
  const there = AT_WORK.has(job.state);
  const working = { job, phone, deeds, meanwhile, changed, editable };
  return (
    <>
      <div class="job-title">
        <p class="soft">{kindOf(job, phone)}</p>
        <h1 class="typed">{job.title}</h1>
        <ByTheOffice changed={changed} phone={phone} fields={["title", "state"]} />
      </div>
      <Banners job={job} phone={phone} meanwhile={meanwhile} />
      <Quick job={job} phone={phone} />
      {!there && <Way {...working} />}
      <ByTheOffice changed={changed} phone={phone} fields={["unit_id"]} />
      <Product job={job} phone={phone} />
      <Checklist {...working} />
      <Readings {...working} />
      <ByTheOffice changed={changed} phone={phone} fields={["parts_needed"]} />
      <Parts {...working} />
      <JobPhotos phone={phone} job={job} />
      <Findings {...working} />
      <Notes job={job} phone={phone} deeds={deeds} />
      {there && <Way {...working} />}
      <Done job={job} mine={mine} />
      <Terms job={job} />
    </>
  );
}

/** States in which the way there is behind the technician, and the work comes first. */
const AT_WORK: ReadonlySet<JobState> = new Set(["on_site", "working", "paused"]);

function Way(about: ContentsProps & { readonly meanwhile: Meanwhile; readonly changed: Changed }): JSX.Element {
  return (
    <>
      <When {...about} />
      <Where {...about} />
    </>
  );
}

/** What is still to do before the customer signs. */
function leftWords(job: Job, phone: Phone): readonly string[] {
  const type = phone.types.value.get(job.job_type);
  const items = leftOf(checklistOf(type?.checklist ?? [], job.checklist, phone.user.technician_id));
  const photos = Math.max(0, (type?.photos_required ?? 0) - phone.photos.of(job.id).length);
  return [
    ...(items > 0 ? [t("step.left_required", { n: items })] : []),
    ...(photos > 0 ? [t("step.left_photos", { n: photos })] : []),
  ];
}

/** One job on the list: when, what, where, its promise, and what must not be missed. */
import type { JSX } from "preact";
import type { Job } from "../../shared/api/types";
import { PromiseClock } from "../../shared/promise/PromiseClock";
import { t } from "../../shared/text/language";
import { clockTime, daysFrom, relativeDay } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { go, leavesToBrowser } from "../../shared/views/address";
import { Icon, type IconName } from "../../shared/views/Icon";
import { changedOf } from "../job/changed";
import { recalled } from "../job/coverage";
import { kindOf, placeOf, productOf } from "../job/told";
import { newsOfPhone } from "../news/keep";
import type { Phone } from "../phone/phone";
import { isFinished, type Section } from "./day";
import { JobStateTag } from "./JobStateTag";
import { marksOf, type Mark, type MarkKind } from "./marks";

interface JobCardProps {
  readonly job: Job;
  readonly section: Section["kind"];
  /** The one to go to now. */
  readonly next: boolean;
  readonly phone: Phone;
}

export function JobCard({ job, section, next, phone }: JobCardProps): JSX.Element {
  const address = new URLSearchParams({ job: job.id });
  const marks = marksFor(job, phone);
  return (
    <li>
      <a
        class="card"
        data-next={next}
        href={`?${address.toString()}`}
        onClick={(event) => {
          if (leavesToBrowser(event)) return;
          event.preventDefault();
          go(address);
        }}
      >
        <div class="card-top">
          <CardWindow job={job} section={section} />
          <span>
            {next && <strong class="card-next">{t("today.next")} </strong>}
            <JobStateTag job={job} />
          </span>
        </div>
        <strong class="card-title typed">{job.title}</strong>
        <span class="typed">
          {[kindOf(job, phone), productOf(job, phone)].filter((each) => each !== null).join(" · ")}
        </span>
        <span class="card-place typed">{placeOf(job, phone)}</span>
        {!isFinished(job) && <PromiseClock job={job} />}
        {marks.length > 0 && (
          <span class="marks">
            {marks.map((mark) => (
              <span key={mark.kind} class="mark" data-kind={mark.kind}>
                <Icon name={SIGNS[mark.kind]} />
                {markWords(mark)}
              </span>
            ))}
          </span>
        )}
      </a>
    </li>
  );
}

const SIGNS: Readonly<Record<MarkKind, IconName>> = {
  unsent: "offline",
  photos: "photo",
  changed: "message",
  parts: "clock",
  recall: "warning",
  review: "message",
  sign_again: "warning",
  not_mine: "leave",
};

function markWords({ kind, n }: Mark): string {
  return kind === "unsent" || kind === "photos" ? t(`mark.${kind}`, { n }) : t(`mark.${kind}`);
}

function marksFor(job: Job, phone: Phone): readonly Mark[] {
  const card = job.unit_id === null ? undefined : phone.cards.value.get(job.unit_id);
  return marksOf(job, {
    technician_id: phone.user.technician_id,
    waiting: phone.waiting.value,
    photos: phone.photos.of(job.id).filter(({ state }) => state === "signed").length,
    recalled: !isFinished(job) && recalled(card),
    changed: !isFinished(job) && changedOf(newsOfPhone(phone).items.value, job.id, now.value).unseen,
    reviews: phone.reviews.value.values(),
  });
}

/** The heading already names the day of most cards; on the others the card does. */
function CardWindow({ job, section }: Pick<JobCardProps, "job" | "section">): JSX.Element {
  if (job.window_start === null) return <span class="card-window">{t("time.unset")}</span>;
  const start = Date.parse(job.window_start);
  const named = section !== "day" && daysFrom(now.value, start) !== 0;
  return (
    <span class="card-window numbers">
      {named && <span class="card-day">{relativeDay(now.value, start)} </span>}
      {clockTime(start)}
      {job.window_end !== null && `–${clockTime(Date.parse(job.window_end))}`}
    </span>
  );
}

/** What the office changed, what became of own values, and what is being decided. */
import "./news.css";
import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Review } from "../../shared/api/types";
import type { Judged, Operation } from "../../shared/replica";
import { t } from "../../shared/text/language";
import { shortTime } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { go, leavesToBrowser } from "../../shared/views/address";
import { Icon, type IconName } from "../../shared/views/Icon";
import { Notice } from "../../shared/views/Notice";
import { waitingSummary, waitingWords } from "../outbox/summary";
import { choiceWords, codeWords, enteredWords, kindWords, questionWords } from "../outbox/words";
import type { Phone } from "../phone/phone";
import type { NewsItem, StoredNews } from "./items";
import { newsOfPhone } from "./keep";
import { changeWords, mergeWords, whyWords } from "./words";

const SHOWN = 30;

export function News({ phone }: { readonly phone: Phone }): JSX.Element {
  const news = newsOfPhone(phone);
  const fresh = useSignal<ReadonlySet<string>>(new Set());
  const shown = useSignal(SHOWN);
  const items = news.items.value;
  const unseen = news.count.value;
  // What is shown has been seen; it stays among the new ones as long as this view is open.
  useEffect(() => {
    if (unseen === 0) return;
    fresh.value = new Set([...fresh.peek(), ...news.items.peek().flatMap((item) => (item.unseen ? [item.id] : []))]);
    void news.markSeen();
  }, [news, unseen, fresh]);
  const isFresh = (item: NewsItem): boolean => item.unseen || fresh.value.has(item.id);
  return (
    <main class="news">
      <h1>{t("news.title")}</h1>
      {items.length === 0 && <Notice icon="empty" title={t("news.empty")} hint={t("news.empty_hint")} />}
      <List title={t("news.unread")} items={items.filter(isFresh)} phone={phone} />
      <List
        title={t("news.earlier")}
        items={items.filter((item) => !isFresh(item)).slice(0, shown.value)}
        phone={phone}
      />
      {items.length > shown.value && (
        <button
          type="button"
          class="button"
          onClick={() => {
            shown.value += SHOWN;
          }}
        >
          {t("handing.more", { n: Math.min(SHOWN, items.length - shown.value) })}
        </button>
      )}
    </main>
  );
}

interface ListProps {
  readonly title: string;
  readonly items: readonly NewsItem[];
  readonly phone: Phone;
}

function List({ title, items, phone }: ListProps): JSX.Element | null {
  if (items.length === 0) return null;
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <ul class="news-items">
        {items.map((item) => (
          <Told key={item.id} item={item} phone={phone} />
        ))}
      </ul>
    </section>
  );
}

function Told({ item, phone }: { readonly item: NewsItem; readonly phone: Phone }): JSX.Element {
  switch (item.kind) {
    case "job":
      return <OfJob news={item.news} phone={phone} />;
    case "merged":
    case "refused":
      return <OfStep refused={item.kind === "refused"} judged={item.judged} at_ms={item.at_ms} phone={phone} />;
    case "review":
      return <OfReview review={item.review} operation={item.operation} at_ms={item.at_ms} phone={phone} />;
  }
}

interface OneProps {
  readonly icon: IconName;
  readonly title: string;
  readonly at_ms: number;
  readonly jobId: string | null;
  readonly jobWords?: string | undefined;
  readonly phone: Phone;
  readonly children: ComponentChildren;
}

function One({ icon, title, at_ms, jobId, jobWords, phone, children }: OneProps): JSX.Element {
  const job = jobId === null ? undefined : phone.jobs.value.get(jobId);
  const words = job === undefined ? jobWords : t("news.job", { n: job.number, title: job.title });
  return (
    <li class="part news-item">
      <p class="news-head">
        <Icon name={icon} />
        <strong>{title}</strong>
        <span class="soft numbers">{shortTime(now.value, at_ms)}</span>
      </p>
      {words !== undefined &&
        (job === undefined ? <p class="typed">{words}</p> : <JobLink id={job.id} words={words} />)}
      {children}
    </li>
  );
}

function JobLink({ id, words }: { readonly id: string; readonly words: string }): JSX.Element {
  const address = new URLSearchParams({ job: id });
  return (
    <a
      class="news-job typed"
      href={`?${address.toString()}`}
      onClick={(event) => {
        if (leavesToBrowser(event)) return;
        event.preventDefault();
        go(address);
      }}
    >
      {words}
    </a>
  );
}

const SIGNS: Readonly<Record<StoredNews["kind"], IconName>> = { came: "mark", changed: "message", gone: "leave" };

function OfJob({ news, phone }: { readonly news: StoredNews; readonly phone: Phone }): JSX.Element {
  const { kind, job_id, number, title, at_ms, changes } = news;
  return (
    <One
      icon={SIGNS[kind]}
      title={t(`news.${kind}`)}
      at_ms={at_ms}
      jobId={job_id}
      jobWords={t("news.job", { n: number, title })}
      phone={phone}
    >
      {changes.length > 0 && (
        <ul class="news-changes">
          {changes.map((change) => (
            <li key={change.field} class="typed">
              {changeWords(change, phone, now.value)}
            </li>
          ))}
        </ul>
      )}
      {kind === "gone" && <p>{unsentWords(job_id, phone)}</p>}
    </One>
  );
}

function unsentWords(jobId: string, phone: Phone): string {
  const steps = phone.waiting.value.filter(({ record }) => record.id === jobId);
  const photos = [...phone.photos.photos.value.values()].filter(({ job_id }) => job_id === jobId);
  const what = waitingWords(waitingSummary(steps, photos));
  return what === "" ? t("news.gone_nothing") : t("news.gone_unsent", { what });
}

interface OfStepProps {
  readonly refused: boolean;
  readonly judged: Judged;
  readonly at_ms: number;
  readonly phone: Phone;
}

function OfStep({ refused, judged: { operation, outcome }, at_ms, phone }: OfStepProps): JSX.Element {
  const { record, kind } = operation;
  const title = refused ? t("news.refused", { step: kindWords(kind) }) : t("news.merged");
  const customer = record.type === "customer" ? phone.customers.value.get(record.id)?.name : undefined;
  return (
    <One
      icon={refused ? "warning" : "message"}
      title={title}
      at_ms={at_ms}
      jobId={record.type === "job" ? record.id : null}
      jobWords={customer}
      phone={phone}
    >
      {refused && (
        <>
          <p>{codeWords(outcome.code)}</p>
          {enteredWords(operation) !== "" && <p class="typed soft">{enteredWords(operation)}</p>}
          <p class="soft">{t("news.refused_kept")}</p>
        </>
      )}
      <ul class="news-changes">
        {outcome.merges.map((merged) => (
          <li key={merged.field}>
            <span class="typed">{mergeWords(merged, phone, now.value)}</span>{" "}
            <span class="soft">{whyWords(merged, record.type)}</span>
          </li>
        ))}
      </ul>
    </One>
  );
}

interface OfReviewProps {
  readonly review: Review;
  readonly operation: Operation | null;
  readonly at_ms: number;
  readonly phone: Phone;
}

function OfReview({ review, operation, at_ms, phone }: OfReviewProps): JSX.Element {
  const settled = review.settled_at !== null;
  return (
    <One
      icon={settled ? "done" : "clock"}
      title={t(settled ? "news.review_settled" : "news.review")}
      at_ms={at_ms}
      jobId={review.record_type === "job" ? review.record_id : null}
      phone={phone}
    >
      <p>{questionWords(review)}</p>
      {operation !== null && <p class="soft">{t("news.review_about", { step: kindWords(operation.kind) })}</p>}
      {settled ? <p class="news-choice">{choiceWords(review)}</p> : <p>{t("news.review_open")}</p>}
    </One>
  );
}

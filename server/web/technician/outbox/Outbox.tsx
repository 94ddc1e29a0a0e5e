/** Every step and every photo of this phone with its state and reason. Nothing is hidden, nothing deleted by hand. */
import "./outbox.css";
import { useComputed, useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { bytesWords } from "../../shared/text/bytes";
import { t } from "../../shared/text/language";
import { shortTime } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { go, leavesToBrowser } from "../../shared/views/address";
import { Icon, type IconName } from "../../shared/views/Icon";
import { Notice } from "../../shared/views/Notice";
import type { Phone } from "../phone/phone";
import type { Photo } from "../photos/photo";
import { usePicture } from "../photos/pictures";
import { remedyWords, stateWords } from "../photos/words";
import { groups, type Entry, type EntryState, type Group } from "./entries";
import { waitingSummary, waitingWords } from "./summary";
import { enteredWords, kindWords, reasonWords } from "./words";

const SHOWN = 20;

export function Outbox({ phone }: { readonly phone: Phone }): JSX.Element {
  const onlyOpen = useSignal(false);
  const shown = useSignal(SHOWN);
  const all = useComputed(() =>
    groups({
      ...{ waiting: phone.waiting.value, judged: phone.judged.value, undoable: phone.undoable.value },
      ...{ photos: [...phone.photos.photos.value.values()], handedIn: phone.photos.handedIn.value },
      ...{ reviews: phone.reviews.value, jobs: phone.jobs.value, technician_id: phone.user.technician_id },
    }),
  );
  const chosen = onlyOpen.value ? all.value.filter(({ open }) => open > 0) : all.value;
  return (
    <main class="outbox">
      <h1>{t("handing.title")}</h1>
      <Waiting phone={phone} />
      {all.value.length === 0 ? (
        <Notice icon="empty" title={t("handing.empty")} />
      ) : (
        <>
          <fieldset class="outbox-filter">
            <legend class="unseen">{t("handing.filter")}</legend>
            {([false, true] as const).map((open) => (
              <label key={String(open)}>
                <input
                  type="radio"
                  name="outbox-filter"
                  checked={onlyOpen.value === open}
                  onChange={() => {
                    onlyOpen.value = open;
                  }}
                />
                <span>{t(open ? "handing.filter.open" : "handing.filter.all")}</span>
              </label>
            ))}
          </fieldset>
          {chosen.slice(0, shown.value).map((group) => (
            <OfOne key={`${group.type}/${group.id}`} group={group} phone={phone} onlyOpen={onlyOpen.value} />
          ))}
          {chosen.length > shown.value && (
            <button
              type="button"
              class="button"
              onClick={() => {
                shown.value += SHOWN;
              }}
            >
              {t("handing.more", { n: Math.min(SHOWN, chosen.length - shown.value) })}
            </button>
          )}
          <p class="soft">{t("handing.kept_for")}</p>
        </>
      )}
    </main>
  );
}

function Waiting({ phone }: { readonly phone: Phone }): JSX.Element {
  const summary = waitingSummary(phone.waiting.value, phone.photos.photos.value.values());
  const words = waitingWords(summary);
  const progress = phone.uploads.progress.value;
  const online = phone.contact.value.state === "online";
  if (words === "")
    return (
      <p class="outbox-waiting" data-waits="false" role="status">
        <Icon name="done" />
        {t("handing.nothing")}
      </p>
    );
  return (
    <section class="outbox-waiting" data-waits="true" aria-label={t("handing.waits", { what: words })}>
      <p role="status">
        <strong>{t("handing.waits", { what: words })}</strong>
      </p>
      <p>{t("handing.safe")}</p>
      {progress !== null && (
        <>
          <p class="numbers">
            {t("handing.sending", { sent: bytesWords(progress.sent), size: bytesWords(progress.size) })}
          </p>
          <progress max={progress.size} value={progress.sent} aria-label={t("photos.state.signed")} />
        </>
      )}
      <button
        type="button"
        class="button first"
        onClick={() => {
          phone.syncSoon();
          phone.uploads.retryNow();
        }}
      >
        {t("handing.retry")}
      </button>
      {!online && <p class="soft">{t("handing.offline_retry")}</p>}
    </section>
  );
}

interface OfOneProps {
  readonly group: Group;
  readonly phone: Phone;
  readonly onlyOpen: boolean;
}

function OfOne({ group, phone, onlyOpen }: OfOneProps): JSX.Element {
  const { entries, drafts, open } = group;
  const all = entries.length + drafts.length;
  return (
    <section class="part outbox-group">
      <header>
        <h2>
          <Heading group={group} phone={phone} />
        </h2>
        {!group.mine && <span class="tag">{t("handing.not_mine")}</span>}
      </header>
      {open > 0 && <p class="soft numbers">{t("handing.count", { open, all })}</p>}
      <ol class="outbox-entries">
        {drafts.map((photo) => (
          <Line key={photo.id} state="draft" words="" at_ms={Date.parse(photo.taken_at)}>
            <PhotoLine phone={phone} photo={photo} />
          </Line>
        ))}
        {entries
          .filter((entry) => !onlyOpen || entry.open)
          .map((entry) => (
            <Step key={entry.operation.op_id} entry={entry} phone={phone} />
          ))}
      </ol>
    </section>
  );
}

function Heading({ group: { type, id, job }, phone }: Pick<OfOneProps, "group" | "phone">): JSX.Element {
  if (type === "customer") {
    const name = phone.customers.value.get(id)?.name;
    return <>{name === undefined ? t("handing.other") : t("handing.customer", { name })}</>;
  }
  if (type !== "job") return <>{t("handing.other")}</>;
  if (job === null) return <>{t("handing.unknown_job")}</>;
  const address = new URLSearchParams({ job: id });
  return (
    <a
      href={`?${address.toString()}`}
      onClick={(event) => {
        if (leavesToBrowser(event)) return;
        event.preventDefault();
        go(address);
      }}
    >
      <span class="numbers">{t("handing.job", { n: job.number })}</span> {job.title}
    </a>
  );
}

const SIGNS: Readonly<Record<EntryState | "draft", IconName>> = {
  draft: "photo",
  waiting: "clock",
  undo: "clock",
  received: "done",
  merged: "message",
  held: "warning",
  settled: "done",
  refused: "close",
  sealed: "lock",
};

interface LineProps {
  readonly state: EntryState | "draft";
  readonly words: string;
  readonly at_ms: number;
  readonly children?: ComponentChildren;
}

function Line({ state, words, at_ms, children }: LineProps): JSX.Element {
  return (
    <li data-state={state}>
      <span class="outbox-state">
        <Icon name={SIGNS[state]} />
        {t(`handing.state.${state}`)}
      </span>
      <span class="soft numbers">{Number.isNaN(at_ms) ? "" : shortTime(now.value, at_ms)}</span>
      {words !== "" && <strong class="outbox-what">{words}</strong>}
      {children}
    </li>
  );
}

function Step({ entry, phone }: { readonly entry: Entry; readonly phone: Phone }): JSX.Element {
  const { operation, state, at_ms, photos, handedIn } = entry;
  const entered = enteredWords(operation);
  const reason = reasonWords(entry, phone.contact.value.state === "online");
  return (
    <Line state={state} words={kindWords(operation.kind)} at_ms={at_ms}>
      {entered !== "" && <p class="typed outbox-entered">{entered}</p>}
      {reason !== "" && <p class="outbox-why">{reason}</p>}
      {typeof handedIn?.code === "string" && (
        <a class="outbox-verify numbers" href={`/verify/${handedIn.code}`} target="_blank" rel="noreferrer">
          {t("handing.verify", { code: handedIn.code })}
        </a>
      )}
      {photos.map((photo) => (
        <PhotoLine key={photo.id} phone={phone} photo={photo} />
      ))}
    </Line>
  );
}

function PhotoLine({ phone, photo }: { readonly phone: Phone; readonly photo: Photo }): JSX.Element {
  const picture = usePicture(phone.photos, photo.id, "thumbnail", String(photo.pictured));
  const statement = phone.photos.statements.value.find(({ op_id }) => op_id === photo.op_id);
  const remedy = remedyWords(photo.trouble);
  const progress = phone.uploads.progress.value;
  return (
    <div class="outbox-photo" data-state={photo.trouble === null ? photo.state : "trouble"}>
      {typeof picture.value === "string" ? <img src={picture.value} alt="" /> : <Icon name="photo" />}
      <div>
        <p>{photo.caption === "" ? t("handing.kind.photo") : photo.caption}</p>
        <p class="outbox-photo-state numbers">
          {stateWords(photo, statement, progress)} · {bytesWords(photo.size)}
        </p>
        {remedy !== "" && <p>{remedy}</p>}
        {progress?.id === photo.id && (
          <progress max={progress.size} value={progress.sent} aria-label={t("handing.state.sending")} />
        )}
      </div>
    </div>
  );
}

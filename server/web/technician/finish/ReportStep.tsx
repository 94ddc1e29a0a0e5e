/** The report in the technician's hands: what is missing, what is still to be said, and what the customer will read. */
import type { JSX } from "preact";
import { inLanguage, language, t } from "../../shared/text/language";
import { go } from "../../shared/views/address";
import { Icon } from "../../shared/views/Icon";
import { Part } from "../job/Part";
import { JobPhotos } from "../photos/JobPhotos";
import type { Cause, Locale, Outcome } from "./draft";
import { FaultFields } from "./FaultFields";
import { FeeFields } from "./FeeFields";
import { OneOf, Chosen, Typed } from "./fields";
import type { Finishing } from "./finishing";
import { lacks, stops, type Lack } from "./missing";
import { feesOf, MOST_TYPED, type Seen } from "./report";
import { ReportText } from "./ReportText";
import { Warning, Unsaved, NotSigned } from "./warnings";

interface ReportStepProps {
  readonly finishing: Finishing;
  readonly seen: Seen;
  readonly refused: string | null;
}

export function ReportStep({ finishing, seen, refused }: ReportStepProps): JSX.Element {
  const draft = finishing.draft.value;
  const missing = lacks(seen, draft);
  const done = draft.outcome === "completed";
  return (
    <>
      <p class="soft typed">{`${t("job.number", { n: seen.job.number })} · ${seen.job.title}`}</p>
      <Unsaved finishing={finishing} />
      <Standing finishing={finishing} seen={seen} refused={refused} />
      <NotSigned finishing={finishing} />
      <OneOf<Outcome>
        label={t("finish.outcome")}
        value={draft.outcome}
        options={[
          { value: "completed", words: t("finish.outcome.completed") },
          { value: "cannot_complete", words: t("finish.outcome.cannot_complete") },
        ]}
        onChoose={(outcome) => {
          finishing.change({ outcome });
        }}
      />
      <Lacking missing={missing} jobId={finishing.id} />
      {!done && <Why finishing={finishing} />}
      <Part title={t("finish.work")}>
        <Typed
          id="fin-diagnosis"
          label={t("finish.diagnosis")}
          rows={2}
          most={MOST_TYPED}
          value={draft.diagnosis ?? seen.job.diagnosis}
          onInput={(diagnosis) => {
            finishing.change({ diagnosis });
          }}
        />
        <Typed
          id="fin-result"
          label={t(done ? "finish.result" : "finish.result_not_done")}
          hint={t("finish.typed_hint")}
          rows={3}
          most={MOST_TYPED}
          value={draft.result ?? seen.job.result}
          onInput={(result) => {
            finishing.change({ result });
          }}
        />
      </Part>
      <FaultFields finishing={finishing} seen={seen} />
      <FeeFields finishing={finishing} fees={feesOf(draft, seen.job)} told={seen.job.price_minor !== null} />
      <div id="fin-photos" tabIndex={-1}>
        <JobPhotos phone={finishing.phone} job={seen.job} choosing />
      </div>
      <Preview finishing={finishing} />
      <Onward finishing={finishing} missing={missing} />
    </>
  );
}

function Standing({ finishing, seen, refused }: ReportStepProps): JSX.Element | null {
  if (!finishing.there) return <Warning>{t("finish.taken_away")}</Warning>;
  if (refused !== null)
    return (
      <Warning>
        <strong>{t("finish.refused_before")}</strong> {refused} {t("finish.refused_before_do")}
      </Warning>
    );
  if (seen.job.sign_again !== null) return <Warning>{t("finish.sign_again")}</Warning>;
  return seen.job.state === "cancelled" ? <Warning>{t("finish.cancelled")}</Warning> : null;
}

const CAUSES: readonly Cause[] = ["waiting_for_parts", "customer_asked_later", "no_access"];

function Why({ finishing }: { readonly finishing: Finishing }): JSX.Element {
  const { reason, cause } = finishing.draft.value;
  return (
    <Part title={t("finish.outcome.cannot_complete")}>
      <Typed
        id="fin-reason"
        label={t("finish.reason")}
        hint={t("finish.reason_hint")}
        rows={2}
        most={400}
        value={reason}
        onInput={(typed) => {
          finishing.change({ reason: typed });
        }}
      />
      <Chosen<Cause | "none">
        label={t("finish.cause")}
        value={cause ?? "none"}
        options={[
          { value: "none", words: t("finish.cause.none") },
          ...CAUSES.map((value) => ({ value, words: t(`cause.${value}`) })),
        ]}
        onChoose={(chosen) => {
          finishing.change({ cause: chosen === "none" ? null : chosen });
        }}
      />
      <p class="soft fin-hint">{t("finish.cause_hint")}</p>
    </Part>
  );
}

function Preview({ finishing }: { readonly finishing: Finishing }): JSX.Element {
  const stated = finishing.stated.value;
  return (
    <Part title={t("finish.preview")}>
      <LocaleSwitch finishing={finishing} label={t("finish.locale")} />
      {stated !== null && <ReportText text={stated.text} locale={stated.locale} />}
    </Part>
  );
}

export function LocaleSwitch({
  finishing,
  label,
}: {
  readonly finishing: Finishing;
  readonly label: string;
}): JSX.Element {
  return (
    <OneOf<Locale>
      label={label}
      quiet
      value={finishing.locale.value}
      options={[
        { value: "zh-CN", words: t("finish.locale.zh-CN") },
        { value: "en", words: t("finish.locale.en") },
      ]}
      onChoose={(locale) => {
        finishing.change({ locale });
      }}
    />
  );
}

function Lacking({
  missing,
  jobId,
}: {
  readonly missing: readonly Lack[];
  readonly jobId: string;
}): JSX.Element | null {
  if (missing.length === 0) return null;
  return (
    <Part title={t("finish.lacks")}>
      <ul class="fin-lacks">
        {missing.map((lack, index) => (
          <li key={index}>
            <button
              type="button"
              class="button"
              onClick={() => {
                goTo(lack, jobId);
              }}
            >
              <Icon name="warning" />
              <span class="typed">{lackWords(lack)}</span>
              <span class="unseen">{t("finish.lack_go")}</span>
            </button>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function lackWords(lack: Lack): string {
  switch (lack.kind) {
    case "items":
      return t("finish.lack.items", {
        n: lack.items.length,
        items: lack.items.map(inLanguage).join(language.value === "en" ? "; " : "；"),
      });
    case "photos":
      return t("finish.lack.photos", { needed: lack.needed, there: lack.there });
    case "photos_many":
      return t("finish.lack.photos_many", { there: lack.there });
    case "result":
    case "reason":
    case "fee":
    case "arrival":
      return t(`finish.lack.${lack.kind}`);
  }
}

/** Where it can be put right: on this page, or on the job's. */
function goTo(lack: Lack, jobId: string): void {
  const field: Readonly<Partial<Record<Lack["kind"], string>>> = {
    result: "fin-result",
    reason: "fin-reason",
    photos: "fin-photos",
    photos_many: "fin-photos",
  };
  const id = lack.kind === "fee" ? `fin-fee-${lack.index}` : field[lack.kind];
  if (id === undefined) {
    go(new URLSearchParams({ job: jobId }));
    return;
  }
  const place = document.getElementById(id);
  place?.scrollIntoView({ block: "center" });
  place?.focus({ preventScroll: true });
}

function Onward({
  finishing,
  missing,
}: {
  readonly finishing: Finishing;
  readonly missing: readonly Lack[];
}): JSX.Element {
  const stopped = missing.some(stops);
  const show = (step: "read" | "refuse"): void => {
    const first = missing.find(stops);
    if (first === undefined) finishing.show(step);
    else goTo(first, finishing.id);
  };
  return (
    <div class="fin-onward">
      <button
        type="button"
        class="button first"
        aria-disabled={stopped}
        onClick={() => {
          show("read");
        }}
      >
        {t(missing.length > 0 && !stopped ? "finish.show_anyway" : "finish.show")}
      </button>
      <button
        type="button"
        class="button plain"
        onClick={() => {
          show("refuse");
        }}
      >
        {t("finish.nobody")}
      </button>
    </div>
  );
}

/** One signed completion, a refusal to sign, or an addendum. */
import type { ComponentChildren, JSX } from "preact";
import type { Job } from "../../shared/api/types";
import { isKey, say, t } from "../../shared/text/language";
import { shortTime } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import type { Board } from "../board";
import { CompletionPhotos } from "./CompletionPhotos";
import { SealLines } from "./SealLines";
import { Signature } from "./Signature";
import { signedIn, type Signed, type Somebody } from "./signed";
import type { Completion } from "../../shared/api/types";

export interface CompletionProps {
  readonly completion: Completion;
  readonly job: Job;
  readonly board: Board;
}

interface OneCompletionProps extends CompletionProps {
  /** Whether to say that this is the one the job goes by. */
  readonly counts: boolean;
}

export function OneCompletion({ completion, counts, job, board }: OneCompletionProps): JSX.Element {
  const signed = signedIn(completion.manifest);
  const by = board.nameOf(completion.technician_id ?? null, "");
  return (
    <li class="completion" data-valid={completion.valid}>
      <header>
        <h4>{t(`evidence.kind.${completion.kind}`)}</h4>
        {counts && <span class="tag">{t("evidence.counts")}</span>}
        {!completion.valid && <span class="tag bad">{t("evidence.held")}</span>}
      </header>
      {completion.fault !== null && <p class="trouble">{say("problem", completion.fault)}</p>}
      <Facts signed={signed} completion={completion} zone={board.zoneOf(job.outlet_id)} by={by} />
      {signed.text !== "" && (
        <details class="signed-text">
          <summary>{t(completion.kind === "addendum" ? "evidence.note" : "evidence.text")}</summary>
          <blockquote class="typed" {...languageOf(signed)}>
            {signed.text}
          </blockquote>
        </details>
      )}
      {completion.photos.length > 0 && (
        <CompletionPhotos completion={completion} signed={signed} job={job} board={board} />
      )}
      <SealLines completion={completion} job={job} board={board} />
    </li>
  );
}

interface FactsProps {
  readonly signed: Signed;
  readonly completion: Completion;
  readonly zone: string | undefined;
  /** Whose phone handed it in; empty when unknown. */
  readonly by: string;
}

function Facts({ signed, completion, zone, by }: FactsProps): JSX.Element {
  const { signer, refusal, finishedAt } = signed;
  return (
    <dl class="facts">
      {signed.reason !== "" && <Fact name={t("evidence.reason")}>{signed.reason}</Fact>}
      {signer !== null && (
        <Fact name={t("evidence.signed_by")}>
          {personWords(signer)}
          <Signature strokes={signed.strokes} name={signer.name} />
        </Fact>
      )}
      {refusal !== null && (
        <>
          <Fact name={t("evidence.refused")}>{refusal.reason}</Fact>
          <Fact name={t("evidence.witness")}>
            {refusal.witness === null ? (
              t("evidence.no_witness")
            ) : (
              <>
                {personWords(refusal.witness)}
                <Signature strokes={refusal.witness.strokes} name={refusal.witness.name} />
              </>
            )}
          </Fact>
        </>
      )}
      {finishedAt !== null && (
        <Fact name={t(completion.kind === "addendum" ? "evidence.made" : "evidence.finished")}>
          <span class="numbers">
            {typeof finishedAt === "number" ? shortTime(now.value, finishedAt, zone) : finishedAt}
          </span>
        </Fact>
      )}
      <Fact name={t("evidence.received")}>
        <span class="numbers">{shortTime(now.value, Date.parse(completion.received_at), zone)}</span>
        {by !== "" && <span class="soft">{t("evidence.from", { name: by })}</span>}
      </Fact>
      {signed.rating !== null && (
        <Fact name={t("evidence.rating")}>
          <span class="numbers">{t("judgement.rating", { n: signed.rating })}</span>
        </Fact>
      )}
      {signed.conduct !== null && (
        <Fact name={t("judgement.conduct")}>{t(signed.conduct ? "evidence.conduct.yes" : "evidence.conduct.no")}</Fact>
      )}
    </dl>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd class="typed">{children}</dd>
    </div>
  );
}

/** `Li Mei (the customer)`; a role that we have no word for stands as it was given. */
function personWords({ name, role }: Somebody): string {
  if (role === "") return name;
  const key = `signer.${role}`;
  return t("evidence.person", { name, role: isKey(key) ? say("signer", role) : role });
}

/** For screen readers: the text is read in the language it was signed in. */
function languageOf({ locale }: Signed): { lang?: string } {
  return locale === "zh-CN" || locale === "en" ? { lang: locale } : {};
}

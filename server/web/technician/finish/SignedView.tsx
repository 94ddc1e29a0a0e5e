/** After signing: how far it has come, what the office says of it, and what may be added later. */
import type { JSX } from "preact";
import { sentence, type Code } from "../../shared/api/problem";
import { isObject } from "../../shared/replica/json";
import { isKey, t } from "../../shared/text/language";
import { go } from "../../shared/views/address";
import { Icon } from "../../shared/views/Icon";
import { Part } from "../job/Part";
import { choiceWords } from "../outbox/words";
import type { Phone } from "../phone/phone";
import { AddLater } from "./AddLater";
import { ReportText } from "./ReportText";
import { standingOf, type Stage, type Standing, type Statement } from "./standing";

interface SignedViewProps {
  readonly phone: Phone;
  readonly id: string;
  readonly latest: Statement;
  readonly added: readonly Statement[];
}

export function SignedView({ phone, id, latest, added }: SignedViewProps): JSX.Element {
  const mine = added.filter((each) => each.outcome?.status !== "rejected" || each.op_id > latest.op_id);
  return (
    <>
      <Course phone={phone} statement={latest} />
      <Words latest={latest} />
      {mine.map((statement) => (
        <Part key={statement.op_id} title={t("finish.added")}>
          {typeof statement.manifest["note"] === "string" && <p class="typed">{statement.manifest["note"]}</p>}
          <Course phone={phone} statement={statement} />
        </Part>
      ))}
      {latest.outcome?.status !== "rejected" && <AddLater phone={phone} id={id} latest={latest} />}
      <div class="fin-onward">
        <button
          type="button"
          class="button first"
          onClick={() => {
            go(new URLSearchParams());
          }}
        >
          {t("finish.to_today")}
        </button>
      </div>
    </>
  );
}

function Course({ phone, statement }: { readonly phone: Phone; readonly statement: Statement }): JSX.Element {
  const handedIn = phone.photos.handedIn.value.get(statement.op_id);
  const standing = standingOf(statement, handedIn, phone.reviews.value.values(), [
    ...phone.photos.photos.value.values(),
  ]);
  return (
    <div class="fin-course">
      <div role="status">
        <ol class="fin-stages">
          {standing.stages.map((stage) => (
            <StageLine
              key={stage.name}
              stage={stage}
              standing={standing}
              online={phone.contact.value.state === "online"}
            />
          ))}
        </ol>
      </div>
      <TroubleLine standing={standing} />
    </div>
  );
}

interface StageLineProps {
  readonly stage: Stage;
  readonly standing: Standing;
  readonly online: boolean;
}

const SIGNS = { done: "done", now: "clock", later: "clock", trouble: "warning" } as const;

function StageLine({ stage, standing, online }: StageLineProps): JSX.Element {
  const hint = hintOf(stage, standing, online);
  const { name, state } = stage;
  return (
    <li data-state={state}>
      <span class="fin-sign">
        <Icon name={SIGNS[state]} />
      </span>
      <div>
        <p>
          <strong>{t(`finish.stage.${name}`)}</strong>
          {name === "photos" && <span class="numbers"> {t("finish.photos_of", photosOf(standing))}</span>}
          <span class="soft"> · {t(`finish.stage.${state}`)}</span>
        </p>
        {hint !== "" && <p class="soft">{hint}</p>}
        {name === "photos" && state === "trouble" && (
          <button
            type="button"
            class="button"
            onClick={() => {
              go(new URLSearchParams({ view: "outbox" }));
            }}
          >
            {t("finish.see_outbox")}
          </button>
        )}
        {name === "sealed" && state === "done" && standing.handedIn?.code && (
          <a class="button" href={`/verify/${standing.handedIn.code}`} target="_blank" rel="noopener">
            <Icon name="link" />
            {t("finish.verify")}
          </a>
        )}
      </div>
    </li>
  );
}

function photosOf({ photos }: Standing): { readonly n: number; readonly received: number } {
  return { n: photos.named, received: photos.received };
}

function hintOf({ name, state }: Stage, { handedIn, photos }: Standing, online: boolean): string {
  if (name === "saved") return t("finish.saved_hint");
  if (name === "received" && state === "now") return t(online ? "finish.waits_online" : "finish.waits_offline");
  if (name === "photos" && state === "now") return t("finish.photos_hint");
  if (name === "photos" && state === "trouble") return t("finish.photos_refused", { n: photos.refused });
  if (name !== "sealed") return "";
  if (state === "done") return handedIn?.code ? t("finish.sealed_hint", { code: handedIn.code }) : "";
  return state === "now" ? t("finish.seal_soon") : "";
}

function TroubleLine({ standing }: { readonly standing: Standing }): JSX.Element | null {
  const { trouble, review } = standing;
  if (trouble === null) return null;
  const why = whyOf(standing);
  return (
    <div class="fin-warning" data-trouble={trouble}>
      <Icon name={trouble === "settled" ? "message" : "warning"} />
      <div>
        <p>
          <strong>{t(`finish.trouble.${trouble}`)}</strong>
        </p>
        {why !== "" && <p>{why}</p>}
        <p>{t(`finish.trouble_do.${trouble}`)}</p>
        <button
          type="button"
          class="button"
          onClick={() => {
            go(new URLSearchParams({ view: review === null ? "outbox" : "news" }));
          }}
        >
          {t(review === null ? "finish.see_outbox" : "finish.see_news")}
        </button>
      </div>
    </div>
  );
}

function whyOf({ trouble, code, review }: Standing): string {
  if (trouble === "settled") return review === null ? "" : choiceWords(review);
  if (trouble === "held") {
    const key = `finish.review.${review?.kind ?? "other"}`;
    return t(isReview(key) ? key : "finish.review.other");
  }
  return code !== null && isKey(`problem.${code}`) ? sentence({ code: code as Code, detail: "", status: 0 }) : "";
}

function isReview(key: string): key is "finish.review.other" {
  return isKey(key);
}

function Words({ latest: { manifest } }: { readonly latest: Statement }): JSX.Element | null {
  const { text, locale, signer, refusal } = manifest;
  if (typeof text !== "string") return null;
  const name = isObject(signer) && typeof signer["name"] === "string" ? signer["name"] : null;
  const reason = isObject(refusal) && typeof refusal["reason"] === "string" ? refusal["reason"] : null;
  return (
    <details class="fin-words">
      <summary>{t("finish.signed_text")}</summary>
      {name !== null && <p>{t("finish.signed_by", { name })}</p>}
      {reason !== null && <p>{t("finish.signed_refused", { reason })}</p>}
      <ReportText text={text} locale={locale === "en" ? "en" : "zh-CN"} />
    </details>
  );
}

/** What must be read before anything else on a job's page. */
import type { JSX } from "preact";
import { sentence, type Code } from "../../shared/api/problem";
import type { Job, Review } from "../../shared/api/types";
import { isKey, say, t } from "../../shared/text/language";
import { Icon } from "../../shared/views/Icon";
import { latestOf, statementsOf } from "../finish/standing";
import { refusalOf } from "../finish/refusal";
import type { Phone } from "../phone/phone";
import { openReview } from "../today/marks";
import type { Meanwhile, Turned } from "./meanwhile";

interface BannersProps {
  readonly job: Job;
  readonly phone: Phone;
  readonly meanwhile: Meanwhile;
}

/** Told by itself, until it is signed anew. */
const SIGNING = new Set(["job.complete", "job.cannot_complete"]);

export function Banners({ job, phone, meanwhile }: BannersProps): JSX.Element | null {
  const review: Review | null = openReview(job, phone.reviews.value.values());
  const { op_ids } = meanwhile;
  const turned = meanwhile.turned.filter(({ kind, status }) => status !== "rejected" || !SIGNING.has(kind));
  const refused = refusalOf(latestOf(statementsOf(job.id, phone.judged.value, phone.waiting.value)));
  return (
    <>
      {job.sign_again !== null && (
        <p class="banner" data-tone="warn" role="status">
          <Icon name="warning" />
          {t("page.sign_again")}
        </p>
      )}
      {refused !== null && (
        <div class="banner stacked" data-tone="bad" role="status">
          <strong>{t("finish.refused_before")}</strong>
          <p>{refused}</p>
          <p>{t("finish.refused_before_do")}</p>
        </div>
      )}
      {review !== null && (
        <p class="banner" data-tone="rest">
          <Icon name="message" />
          {t("meanwhile.review", { kind: say("review.kind", review.kind) })}
        </p>
      )}
      {op_ids.length > 0 && (
        <section class="banner stacked" data-tone="warn" aria-label={t("meanwhile.title")}>
          <strong>{t("meanwhile.title")}</strong>
          {turned.map((deed) => (
            <p key={deed.op_id}>{turnedWords(deed)}</p>
          ))}
          {meanwhile.fields.size > 0 && (
            <p>{[...meanwhile.fields.keys()].map((field) => say("field", field.split("/")[0] ?? field)).join(", ")}</p>
          )}
          <button type="button" class="button" onClick={() => void phone.markSeen(op_ids)}>
            {t("meanwhile.seen")}
          </button>
        </section>
      )}
    </>
  );
}

function turnedWords({ kind, status, code }: Turned): string {
  const step = say("handing.kind", kind);
  if (status === "held") return t("meanwhile.held", { step });
  const known = code !== null && isKey(`problem.${code}`);
  const why = known ? sentence({ code: code as Code, detail: "", status: 0 }) : t("meanwhile.unknown");
  return t("meanwhile.rejected", { step, why });
}

/** What the customer says of the work. */
import type { JSX } from "preact";
import { answer } from "../../shared/api/client";
import type { Job, JobJudgement } from "../../shared/api/types";
import { inLanguage, t } from "../../shared/text/language";
import { shortTime } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { Icon } from "../../shared/views/Icon";
import { useLoaded } from "../../shared/views/loading";
import { useBeat } from "../beat";
import type { Board } from "../board";

export function JudgementLine({ job, board }: { readonly job: Job; readonly board: Board }): JSX.Element | null {
  const beat = useBeat(board);
  const [state] = useLoaded(
    () => answer(board.api.GET("/jobs/{job_id}/judgement", { params: { path: { job_id: job.id } } })),
    job.id,
    `${job.version} ${beat.value}`,
  );
  const loaded = state.value;
  if (loaded.kind !== "ready") return null;
  return (
    <dl class="facts">
      <div>
        <dt>{t("judgement.title")}</dt>
        <dd>
          <Held judgement={loaded.data} />
        </dd>
      </div>
    </dl>
  );
}

function Held({ judgement }: { readonly judgement: JobJudgement }): JSX.Element {
  const { held, points } = judgement;
  if (held === null) return <span class="soft">{t("judgement.none")}</span>;
  const answered = points.filter(({ key }) => held.conduct[key] !== undefined);
  const doubts = answered.filter(({ key }) => held.conduct[key] !== "yes");
  return (
    <div class="judgement">
      <p>
        <Icon name={held.solved ? "done" : "warning"} />
        <strong>{t(held.solved ? "judgement.solved" : "judgement.not_solved")}</strong>
        <span class="numbers">
          {held.rating === null ? t("judgement.unrated") : t("judgement.rating", { n: held.rating })}
        </span>
        <span class="soft numbers">
          {shortTime(now.value, Date.parse(held.judged_at))}
          {held.revision > 1 && ` · ${t("judgement.revised", { n: held.revision - 1 })}`}
        </span>
      </p>
      {held.words !== "" && <blockquote class="typed">{held.words}</blockquote>}
      {answered.length > 0 && doubts.length === 0 && (
        <p>
          {t("judgement.conduct")}: {t("judgement.kept", { n: answered.length })}
        </p>
      )}
      {doubts.length > 0 && (
        <ul aria-label={t("judgement.conduct")}>
          {doubts.map(({ key, text, text_en }) => (
            <li key={key}>
              <Icon name="warning" />
              <span>
                {inLanguage({ zh: text, en: text_en })}:{" "}
                <strong>{t(`judgement.answer.${held.conduct[key] ?? "unsure"}`)}</strong>
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

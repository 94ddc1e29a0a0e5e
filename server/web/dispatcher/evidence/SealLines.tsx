/** The seal, what it waits for, and the report that comes with it. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { say, t, type Language } from "../../shared/text/language";
import { shortTime } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { Icon } from "../../shared/views/Icon";
import type { CompletionProps } from "./OneCompletion";
import { bundleOf, reportOf } from "./reading";
import { save } from "./saving";
import { arrivalsOf, hasReport, standingOf } from "./standing";
import type { Completion } from "../../shared/api/types";

export function SealLines({ completion, job, board }: CompletionProps): JSX.Element {
  const { seal } = completion;
  if (!seal) return <p class="soft">{unsealed(completion)}</p>;
  if (seal.fault) return <p class="trouble">{t("evidence.altered", { fault: say("problem", seal.fault) })}</p>;
  const time = seal.sealed_at ? shortTime(now.value, Date.parse(seal.sealed_at), board.zoneOf(job.outlet_id)) : "";
  return (
    <>
      <p class="sealed">
        <Icon name="lock" />
        <span class="numbers">{t("evidence.sealed", { time })}</span>
        <a href={seal.verify_path} target="_blank" rel="noopener">
          {t("evidence.verify", { code: seal.code })}
        </a>
      </p>
      {hasReport(completion) && <Reports completion={completion} job={job} board={board} />}
      <button
        type="button"
        class="button plain inline"
        onClick={() => {
          void save(bundleOf(board, completion.id), `${seal.code}.json`);
        }}
      >
        {t("evidence.bundle")}
      </button>
    </>
  );
}

const LANGUAGES: readonly Language[] = ["zh-CN", "en"];

function Reports({ completion, job, board }: CompletionProps): JSX.Element {
  const busy = useSignal<Language | null>(null);

  async function fetch(lang: Language): Promise<void> {
    if (busy.value !== null) return;
    busy.value = lang;
    await save(reportOf(board, completion.id, lang), `${job.number}-${lang}.pdf`);
    busy.value = null;
  }

  if (completion.report !== "ready")
    return (
      <p class="soft">{t(completion.report === "failed" ? "evidence.report.failed" : "evidence.report.making")}</p>
    );
  return (
    <p class="reports" role="group" aria-label={t("evidence.report")}>
      {t("evidence.report")}
      {LANGUAGES.map((lang) => (
        <button
          key={lang}
          type="button"
          class="button"
          aria-disabled={busy.value !== null}
          onClick={() => void fetch(lang)}
        >
          {busy.value === lang ? t("evidence.report.fetching") : t(`evidence.report.${lang}`)}
        </button>
      ))}
    </p>
  );
}

/** Why there is no seal yet. */
function unsealed(completion: Completion): string {
  if (standingOf(completion) === "held") return t("evidence.unsealed.held");
  const { missing } = arrivalsOf(completion);
  return missing === 0 ? t("evidence.unsealed.soon") : t("evidence.unsealed.photos", { n: missing });
}

/** What was signed for a job: each completion with its photos, its seal and its report. */
import type { JSX } from "preact";
import { sentence } from "../../shared/api/problem";
import type { Job } from "../../shared/api/types";
import { t } from "../../shared/text/language";
import type { Board } from "../board";
import "./evidence.css";
import { OneCompletion } from "./OneCompletion";
import { useCompletions } from "./reading";

interface EvidencePartProps {
  readonly job: Job;
  readonly board: Board;
}

export function EvidencePart({ job, board }: EvidencePartProps): JSX.Element | null {
  const loaded = useCompletions(board, job).value;
  if (loaded.kind === "loading" && job.completion_id === null) return null;
  if (loaded.kind === "ready" && loaded.data.length === 0) return null;
  return (
    <section class="evidence-part" aria-labelledby="evidence-title">
      <h3 id="evidence-title">{t("evidence.title")}</h3>
      {loaded.kind === "loading" && <div class="ghost evidence-ghost" role="status" aria-label={t("loading")} />}
      {loaded.kind === "failed" && (
        <p class="trouble">
          {t("evidence.failed")} {sentence(loaded.problem)}
        </p>
      )}
      {loaded.kind === "ready" && (
        <ol>
          {loaded.data.map((completion) => (
            <OneCompletion
              key={completion.id}
              completion={completion}
              counts={loaded.data.length > 1 && completion.id === job.completion_id}
              job={job}
              board={board}
            />
          ))}
        </ol>
      )}
    </section>
  );
}

import type { JSX } from "preact";
import { answer } from "../shared/api/client";
import { everything, paging } from "../shared/api/pages";
import { sentence, type Answer } from "../shared/api/problem";
import type { HistoryLine, Job } from "../shared/api/types";
import { say, t } from "../shared/text/language";
import { shortTime } from "../shared/time/format";
import { now } from "../shared/time/now";
import { useLoaded } from "../shared/views/loading";
import type { Board } from "./board";
import { storyOf, type Chapter, type FieldChange } from "./chapters";
import { fieldName, fieldValue } from "./values";

const TELLING_DELAY_MS = 120_000; // a report this much later than the deed is worth a word

/** What was done and what did not come of it: values that lost are struck out and said to be not kept. */
export function Story({ job, board }: { readonly job: Job; readonly board: Board }): JSX.Element {
  const [state] = useLoaded(() => wholeHistory(board, job.id), job.id, job.version);
  const loaded = state.value;
  return (
    <section class="story" aria-label={t("drawer.story")}>
      <h3>{t("drawer.story")}</h3>
      {loaded.kind === "loading" && <p class="soft">{t("loading")}</p>}
      {loaded.kind === "failed" && <p class="trouble">{sentence(loaded.problem)}</p>}
      {loaded.kind === "ready" && (
        <ol>
          {storyOf(loaded.data).map((chapter) => (
            <Told key={chapter.key} chapter={chapter} board={board} />
          ))}
          {loaded.data.length === 0 && <li class="soft">{t("drawer.story_empty")}</li>}
        </ol>
      )}
    </section>
  );
}

/** The server tells from the oldest; a story is read from the newest. */
function wholeHistory(board: Board, jobId: string): Promise<Answer<readonly HistoryLine[]>> {
  const path = { job_id: jobId };
  return everything(
    (cursor) => answer(board.api.GET("/jobs/{job_id}/history", { params: { path, query: paging(cursor) } })),
    Infinity,
  );
}

function Told({ chapter, board }: { readonly chapter: Chapter; readonly board: Board }): JSX.Element {
  const late = chapter.recordedAt - chapter.happenedAt > TELLING_DELAY_MS;
  const asides = [
    chapter.who ?? (chapter.action === "note" && !chapter.fromPhone ? t("drawer.by_customer") : null),
    chapter.fromPhone ? t("drawer.by_device") : null,
    chapter.grade === "exact" || chapter.grade === "" ? null : say("grade", chapter.grade),
    late ? t("drawer.recorded", { time: shortTime(now.value, chapter.recordedAt) }) : null,
  ].filter((aside) => aside !== null);
  return (
    <li data-refused={chapter.refused !== null}>
      <p>
        <strong>{say("action", chapter.action)}</strong>{" "}
        <time class="numbers soft" dateTime={new Date(chapter.happenedAt).toISOString()}>
          {shortTime(now.value, chapter.happenedAt)}
        </time>
      </p>
      {asides.length > 0 && <p class="soft">{asides.join(" · ")}</p>}
      {chapter.refused !== null && (
        <p>
          <span class="tag bad">{t("drawer.refused")}</span> {say("problem", chapter.refused)}
        </p>
      )}
      <ul>
        {chapter.changes.map((change, index) => (
          <li key={index}>
            <ChangedField change={change} board={board} />
          </li>
        ))}
        {chapter.lost.map((change, index) => (
          <li key={`lost ${index}`} class="lost">
            {t("drawer.field", { name: nameOf(board, change) })}
            <s class="typed">{fieldValue(board, change.field, change.after)}</s>{" "}
            <span class="tag">{t("drawer.lost")}</span>
          </li>
        ))}
      </ul>
    </li>
  );
}

/** A second technician's checklist item is `item@technician`. */
function nameOf(board: Board, { field, item }: FieldChange): string {
  const [key = "", technicianId = ""] = item.split("@");
  const whose = technicianId === "" ? "" : ` (${board.nameOf(technicianId)})`;
  return `${fieldName(field)} ${key}`.trim() + whose;
}

function ChangedField({ change, board }: { readonly change: FieldChange; readonly board: Board }): JSX.Element {
  const { field, before, after } = change;
  const name = t("drawer.field", { name: nameOf(board, change) });
  if (before === null || before === "" || typeof before === "object") {
    return (
      <>
        {name}
        <span class="typed">{fieldValue(board, field, after)}</span>
      </>
    );
  }
  return (
    <>
      {name}
      <span class="soft typed">{fieldValue(board, field, before)}</span> <span aria-hidden="true">→</span>{" "}
      <span class="unseen">{t("reviews.effects_becomes")}</span>{" "}
      <span class="typed">{fieldValue(board, field, after)}</span>
    </>
  );
}

import type { JSX } from "preact";
import { answer } from "../shared/api/client";
import { sentence } from "../shared/api/problem";
import type { Job } from "../shared/api/types";
import { say, t } from "../shared/text/language";
import { shortTime } from "../shared/time/format";
import { now } from "../shared/time/now";
import { useLoaded } from "../shared/views/loading";
import type { Board } from "./board";
import { storyOf, type Chapter, type FieldChange } from "./chapters";
import { fieldName, fieldValue } from "./values";

const TELLING_DELAY_MS = 120_000; // a report this much later than the deed is worth a word

export function Story({ job, board }: { readonly job: Job; readonly board: Board }): JSX.Element {
  const path = { params: { path: { job_id: job.id } } };
  const [state] = useLoaded(() => answer(board.api.GET("/jobs/{job_id}/history", path)), job.id, job.version);
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

function Told({ chapter, board }: { readonly chapter: Chapter; readonly board: Board }): JSX.Element {
  const late = chapter.recordedAt - chapter.happenedAt > TELLING_DELAY_MS;
  const asides = [
    chapter.who,
    chapter.fromPhone ? t("drawer.by_device") : null,
    chapter.grade === "exact" || chapter.grade === "" ? null : say("grade", chapter.grade),
    late ? t("drawer.recorded", { time: shortTime(now.value, chapter.recordedAt) }) : null,
  ].filter((aside) => aside !== null);
  return (
    <li>
      <p>
        <strong>{say("action", chapter.action)}</strong>{" "}
        <time class="numbers soft" dateTime={new Date(chapter.happenedAt).toISOString()}>
          {shortTime(now.value, chapter.happenedAt)}
        </time>
      </p>
      {asides.length > 0 && <p class="soft">{asides.join(" · ")}</p>}
      <ul>
        {chapter.changes.map((change) => (
          <li key={change.field + change.item}>
            <ChangedField change={change} board={board} />
          </li>
        ))}
        {chapter.lost.map((change) => (
          <li key={`lost ${change.field}${change.item}`}>
            <span class="tag">{t("drawer.lost")}</span> {fieldName(change.field)}:{" "}
            {fieldValue(board, change.field, change.after)}
          </li>
        ))}
      </ul>
    </li>
  );
}

function ChangedField({ change, board }: { readonly change: FieldChange; readonly board: Board }): JSX.Element {
  const { field, item, before, after } = change;
  const name = item === "" ? fieldName(field) : `${fieldName(field)} ${item}`;
  if (before === null || before === "" || typeof before === "object") {
    return (
      <>
        {name}: <span class="typed">{fieldValue(board, field, after)}</span>
      </>
    );
  }
  return (
    <>
      {name}: <s class="soft">{fieldValue(board, field, before)}</s> → <span>{fieldValue(board, field, after)}</span>
    </>
  );
}

/** How a promise came to stand as it does: what was promised at first, what was agreed, what held it up, what was
 * thought of it then and now. Says nothing where nothing has happened to it. */
import type { ComponentChildren, JSX } from "preact";
import { answer } from "../../shared/api/client";
import type { Job, JobPromise } from "../../shared/api/types";
import { say, t } from "../../shared/text/language";
import { shortTime, span } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { Icon } from "../../shared/views/Icon";
import { useLoaded } from "../../shared/views/loading";
import type { Board } from "../board";
import { linesOf, type PromiseLine } from "./telling";
import "./promises.css";

interface PromiseHistoryProps {
  readonly job: Job;
  readonly board: Board;
}

export function PromiseHistory({ job, board }: PromiseHistoryProps): JSX.Element | null {
  const promised = job.respond_by !== null || job.resolve_by !== null;
  return promised ? <Loaded job={job} board={board} /> : null;
}

function Loaded({ job, board }: PromiseHistoryProps): JSX.Element | null {
  const [state] = useLoaded<JobPromise>(
    () => answer(board.api.GET("/jobs/{job_id}/promise", { params: { path: { job_id: job.id } } })),
    job.id,
    job.version,
  );
  const loaded = state.value;
  if (loaded.kind !== "ready") return null; // the clock above says what matters most; this only tells how it came
  const lines = linesOf(loaded.data);
  if (lines.length === 0) return null;
  const zone = board.zoneOf(job.outlet_id);
  return (
    <ul class="promise-lines" aria-label={t("promise.history")}>
      {lines.map((line, index) => (
        <Line key={index} line={line} zone={zone} />
      ))}
    </ul>
  );
}

function Line({ line, zone }: { readonly line: PromiseLine; readonly zone: string | undefined }): JSX.Element {
  const at = (instant: number): string => shortTime(now.value, instant, zone);
  switch (line.kind) {
    case "first":
      return <Sign icon="clock">{t(`promise.first.${line.goal}`, { due: at(line.due) })}</Sign>;
    case "appointment":
      return <Sign icon="person">{t("promise.appointment", { at: at(line.at), agreed: at(line.agreedAt) })}</Sign>;
    case "pause":
      return (
        <Sign icon="clock">
          {line.ended === null
            ? t("promise.paused_since", { time: at(line.began), cause: say("cause", line.cause) })
            : t("promise.was_paused", {
                cause: say("cause", line.cause),
                from: at(line.began),
                to: at(line.ended),
                time: span(line.ended - line.began),
              })}
        </Sign>
      );
    case "planned":
      return <Sign icon="route">{t("promise.planned_at", { time: at(line.at) })}</Sign>;
    case "judgement":
      return (
        <Sign icon={line.state === "met" ? "done" : "warning"}>
          {t("promise.judged", {
            goal: t(`promise.goal.${line.goal}`),
            state: say("promise.state", line.state),
            time: at(line.at),
          })}
          {line.lateBy !== null && line.lateBy > 0 && ` · ${t("proposals.late", { time: span(line.lateBy) })}`}
        </Sign>
      );
  }
}

function Sign({
  icon,
  children,
}: {
  readonly icon: "clock" | "person" | "route" | "done" | "warning";
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <li>
      <Icon name={icon} />
      <span>{children}</span>
    </li>
  );
}

/** Promises that somebody has to see to: the steps that fired, each to be taken by one person, and what no step is about
 * yet. It follows the feed live. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Alarm, Job } from "../../shared/api/types";
import { PromiseClock } from "../../shared/promise/PromiseClock";
import { say, t } from "../../shared/text/language";
import { shortTime, span } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { Icon } from "../../shared/views/Icon";
import { Notice } from "../../shared/views/Notice";
import type { Board } from "../board";
import { takeAlarm } from "../deeds";
import type { Show } from "../Desk";
import { quietTrouble, untaken } from "./alarms";
import "./alarms.css";
import { openIn, type Suggestions } from "./reacting";
import { ScanAlarmList } from "./ScanAlarms";
import { listedIn, type ScanAlarms } from "./scanning";
import { SuggestionList } from "./Suggestions";

const MANY = 50;

interface AlarmsProps {
  readonly board: Board;
  readonly show: Show;
}

interface AlarmsPageProps extends AlarmsProps {
  readonly suggestions: Suggestions;
  readonly again: () => void;
  readonly scans: ScanAlarms;
  readonly scansAgain: () => void;
}

export function Alarms({ board, show, suggestions, again, scans, scansAgain }: AlarmsPageProps): JSX.Element {
  const alarms = board.alarms.value;
  const quiet = quietTrouble(board.jobs.value.values(), alarms, now.value);
  const all = useSignal(false);
  const complete = board.feed.replica.value.complete;
  const nothing =
    alarms.length + quiet.length + openIn(suggestions).length + listedIn(scans).length === 0 &&
    scans.value.kind !== "failed";
  const shown = all.value ? alarms : alarms.slice(0, MANY);
  return (
    <div class="alarms">
      <header>
        <h1>{t("alarms.title")}</h1>
        <p class="soft">{t("alarms.hint")}</p>
      </header>
      {!complete && alarms.length === 0 && <div class="ghost alarm-ghost" role="status" aria-label={t("loading")} />}
      {complete && nothing && <Notice icon="done" title={t("alarms.empty")} hint={t("alarms.empty_hint")} />}
      {alarms.length > 0 && (
        <ol class="alarm-list" aria-label={t("alarms.title")}>
          {shown.map((alarm) => (
            <FiredAlarm key={alarm.id} alarm={alarm} board={board} show={show} />
          ))}
        </ol>
      )}
      {shown.length < alarms.length && (
        <button type="button" class="button" onClick={() => (all.value = true)}>
          {t("alarms.all", { n: alarms.length })}
        </button>
      )}
      <SuggestionList suggestions={suggestions} board={board} show={show} again={again} />
      <ScanAlarmList scans={scans} board={board} again={scansAgain} />
      {quiet.length > 0 && (
        <section aria-labelledby="quiet-title">
          <h2 id="quiet-title">{t("alarms.quiet", { n: quiet.length })}</h2>
          <ol class="alarm-list">
            {quiet.slice(0, MANY).map(({ job, slack }) => (
              <li key={job.id} class="alarm quiet">
                <PromiseClock job={job} />
                <JobLine job={job} number={job.number} board={board} jobId={job.id} show={show}>
                  {slack !== null && slack < 0 && job.window_start !== null && (
                    <span class="late">{t("desk.planned_late", { time: span(-slack) })}</span>
                  )}
                </JobLine>
              </li>
            ))}
          </ol>
          {quiet.length > MANY && (
            <button
              type="button"
              class="button"
              onClick={() => {
                show({ page: "queue", filter: "at_risk" });
              }}
            >
              {t("alarms.in_queue")}
            </button>
          )}
        </section>
      )}
    </div>
  );
}

interface FiredAlarmProps extends AlarmsProps {
  readonly alarm: Alarm;
}

function FiredAlarm({ alarm, board, show }: FiredAlarmProps): JSX.Element {
  const busy = useSignal(false);
  const job = board.jobs.value.get(alarm.job_id);

  async function take(): Promise<void> {
    if (busy.value) return;
    busy.value = true;
    await takeAlarm(board, alarm);
    busy.value = false;
  }

  return (
    <li class="alarm" data-taken={alarm.taken_by !== null}>
      {job === undefined ? <Icon name="warning" /> : <PromiseClock job={job} />}
      <JobLine job={job} number={alarm.number} board={board} jobId={alarm.job_id} show={show}>
        <span>
          <strong>{stepWords(alarm)}</strong>{" "}
          <span class="soft">
            {t("alarms.told", {
              role: say("role", alarm.tell),
              time: shortTime(now.value, Date.parse(alarm.fired_at)),
            })}
          </span>
        </span>
      </JobLine>
      <div class="alarm-take">
        {alarm.taken_by !== null && <span class="taken">{takenWords(alarm, board)}</span>}
        {board.mayWrite && alarm.taken_by !== board.user.id && (
          <button
            type="button"
            class={alarm.taken_by === null ? "button first" : "button"}
            aria-label={t("alarms.take_named", { n: alarm.number })}
            aria-disabled={busy.value}
            onClick={() => void take()}
          >
            {alarm.taken_by === null ? t("alarms.take") : t("alarms.take_over")}
          </button>
        )}
      </div>
    </li>
  );
}

/** `Arrival due at 14:30, 25 min left`. The step's name is for the firm's books; the time says more. */
function stepWords({ clock, due }: Alarm): string {
  const at = Date.parse(due);
  const goal = say("alarms.clock", clock);
  const when = at > now.value ? "alarms.due" : "alarms.overdue";
  return t(when, { goal, due: shortTime(now.value, at), time: span(at - now.value) });
}

function takenWords({ taken_by: by, taken_at: at }: Alarm, board: Board): string {
  const time = shortTime(now.value, Date.parse(at ?? ""));
  return by === board.user.id ? t("alarms.taken_by_you", { time }) : t("alarms.taken_by_other", { time });
}

interface JobLineProps {
  readonly job: Job | undefined;
  readonly jobId: string;
  readonly number: number;
  readonly board: Board;
  readonly show: Show;
  readonly children: ComponentChildren;
}

function JobLine({ job, jobId, number, board, show, children }: JobLineProps): JSX.Element {
  return (
    <div class="alarm-job">
      <button
        type="button"
        class="button plain"
        onClick={() => {
          show({ job: jobId });
        }}
      >
        <span class="numbers">{t("job.number", { n: number })}</span> {job !== undefined && <span>{job.title}</span>}
      </button>
      {children}
      {job !== undefined && (
        <span class="soft">
          {job.technician_id === null ? t("desk.unassigned") : board.nameOf(job.technician_id)} ·{" "}
          {t(`job.state.${job.state}`)}
        </span>
      )}
    </div>
  );
}

/** Says aloud what came up since the desk was opened; what was there already is seen in the bar. */
export function AlarmNews({ board }: { readonly board: Board }): JSX.Element {
  const known = useRef<ReadonlySet<string> | null>(null);
  const said = useSignal("");
  const open = untaken(board.alarms.value);
  const complete = board.feed.replica.value.complete;
  useEffect(() => {
    if (!complete) return;
    const fresh = known.current === null ? [] : open.filter((alarm) => !known.current?.has(alarm.id));
    known.current = new Set(open.map((alarm) => alarm.id));
    const [first] = fresh;
    if (first !== undefined) said.value = t("alarms.news", { n: first.number, what: stepWords(first) });
  }, [complete, open, said]);
  return (
    <p class="unseen" role="status" aria-live="assertive">
      {said.value}
    </p>
  );
}

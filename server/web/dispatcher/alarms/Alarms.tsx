/** Promises that somebody has to see to: the steps that fired, each to be taken by one person, and what no step is about
 * yet. It follows the feed live. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Alarm, Job } from "../../shared/api/types";
import { tell } from "../../shared/news/news";
import { PromiseClock } from "../../shared/promise/PromiseClock";
import { say, t } from "../../shared/text/language";
import { shortTime, span } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { Icon } from "../../shared/views/Icon";
import { Notice } from "../../shared/views/Notice";
import type { Board } from "../board";
import type { Show } from "../Desk";
import { AwaitedList } from "../evidence/AwaitedList";
import { useAwaited } from "../evidence/awaiting";
import { byHands, freshIn, HANDS, quietTrouble, seenWith, untaken, type Seen } from "./alarms";
import "./alarms.css";
import { giftsTo, keepTold, toldTo, type Gift, type Kind } from "./given";
import type { Matter } from "./hands";
import { InHands } from "./InHands";
import { promiseMatter, stepWords } from "./promising";
import { openIn, reactionMatter, unseenIn, type Suggestions } from "./reacting";
import { ScanAlarmList } from "./ScanAlarms";
import { ring, soundOn, switchSound } from "./sound";
import { listedIn, scanMatter, untakenIn, type ScanAlarms } from "./scanning";
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
  const awaited = useAwaited(board);
  const complete = board.feed.replica.value.complete;
  const late = awaited.kind === "ready" ? awaited.data.items.length : 0;
  const nothing =
    alarms.length + quiet.length + openIn(suggestions).length + listedIn(scans).length + late === 0 &&
    scans.value.kind !== "failed" &&
    awaited.kind !== "failed";
  const hands = byHands(alarms, board.user.id);
  const shown = all.value ? alarms.length : MANY;
  return (
    <div class="alarms">
      <header>
        <h1>{t("alarms.title")}</h1>
        <p class="soft">{t("alarms.hint")}</p>
        <label class="switch">
          <input
            type="checkbox"
            checked={soundOn.value}
            onChange={(event) => {
              switchSound(event.currentTarget.checked);
            }}
          />
          <Icon name="sound" />
          {t("alarms.sound")}
        </label>
      </header>
      {!complete && alarms.length === 0 && <div class="ghost alarm-ghost" role="status" aria-label={t("loading")} />}
      {complete && nothing && <Notice icon="done" title={t("alarms.empty")} hint={t("alarms.empty_hint")} />}
      {HANDS.filter((each) => hands[each].length > 0).map((each) => (
        <section key={each} aria-labelledby={`alarms-${each}`}>
          <h2 id={`alarms-${each}`}>{t(`alarms.hands.${each}`, { n: hands[each].length })}</h2>
          <ol class="alarm-list">
            {hands[each].slice(0, shown).map((alarm) => (
              <FiredAlarm key={alarm.id} alarm={alarm} board={board} show={show} />
            ))}
          </ol>
        </section>
      ))}
      {HANDS.some((each) => hands[each].length > shown) && (
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
      <AwaitedList awaited={awaited} board={board} show={show} />
    </div>
  );
}

interface FiredAlarmProps extends AlarmsProps {
  readonly alarm: Alarm;
}

function FiredAlarm({ alarm, board, show }: FiredAlarmProps): JSX.Element {
  const job = board.jobs.value.get(alarm.job_id);
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
      <InHands matter={promiseMatter(board, alarm)} board={board} first />
    </li>
  );
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

interface AlarmNewsProps {
  readonly board: Board;
  readonly suggestions: Suggestions;
  readonly scans: ScanAlarms;
}

/** Says aloud what came up since the desk was opened; what was there already is seen in the bar. */
export function AlarmNews({ board, suggestions, scans }: AlarmNewsProps): JSX.Element {
  const seen = useRef<Readonly<Record<"alarms" | "scans" | "suggestions", Seen>>>({
    alarms: null,
    scans: null,
    suggestions: null,
  });
  const said = useSignal("");
  const ready = board.feed.replica.value.complete;
  const lists = {
    alarms: ready ? untaken(board.alarms.value) : null,
    scans: scans.value.kind === "ready" ? untakenIn(scans) : null,
    suggestions: suggestions.value.kind === "ready" ? unseenIn(suggestions) : null,
  };
  useEffect(() => {
    const alarms = freshIn(lists.alarms, seen.current.alarms);
    const found = freshIn(lists.scans, seen.current.scans);
    const others = freshIn(lists.suggestions, seen.current.suggestions);
    seen.current = {
      alarms: seenWith(lists.alarms, seen.current.alarms),
      scans: seenWith(lists.scans, seen.current.scans),
      suggestions: seenWith(lists.suggestions, seen.current.suggestions),
    };
    if (alarms.length + found.length + others.length === 0) return;
    if (soundOn.peek()) ring();
    const [first] = alarms;
    if (first !== undefined) said.value = t("alarms.news", { n: first.number, what: stepWords(first) });
    else said.value = t("alarms.news_other", { n: found.length + others.length });
  });
  const idle = (): void => undefined; // nothing is asked of what is only told
  useGifts(board, {
    promises: ready ? board.alarms.value.map((alarm) => promiseMatter(board, alarm)) : null,
    scans: lists.scans === null ? null : listedIn(scans).map((alarm) => scanMatter(board, alarm, idle)),
    reactions: lists.suggestions === null ? null : openIn(suggestions).map((each) => reactionMatter(board, each, idle)),
  });
  return (
    <p class="unseen" role="status" aria-live="assertive">
      {said.value}
    </p>
  );
}

const KINDS: readonly Kind[] = ["promises", "scans", "reactions"];

/** What a colleague gave stays on screen until it was read, wherever at the desk one is. Null: not read yet. */
function useGifts(board: Board, matters: Readonly<Record<Kind, readonly Matter[] | null>>): void {
  useEffect(() => {
    const fresh = KINDS.flatMap((kind) => newGifts(board.user.id, kind, matters[kind]));
    const [first, ...more] = fresh;
    if (first === undefined) return;
    if (soundOn.peek()) ring();
    if (more.length > 0) tell("note", t("alarms.given_several", { n: fresh.length }));
    else void tellGift(board, first.matter);
  });
}

function newGifts(userId: string, kind: Kind, matters: readonly Matter[] | null): readonly Gift[] {
  if (matters === null) return [];
  const gifts = giftsTo(userId, matters);
  const fresh = freshIn(gifts, toldTo(userId, kind, localStorage));
  keepTold(userId, kind, gifts, localStorage);
  return fresh;
}

async function tellGift(board: Board, { outletId, givenBy, what, news }: Matter): Promise<void> {
  if (givenBy !== null) await board.colleagues.know(outletId, givenBy);
  const name = board.colleagues.nameOf(givenBy ?? "") ?? t("alarms.colleague");
  tell("note", t("alarms.given_news", { name, what, news }));
}

/** Codes that more than one product may carry: what was seen, who looks into it, and what came out. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { sentence, type Problem } from "../../shared/api/problem";
import type { ScanAlarm } from "../../shared/api/types";
import { inLanguage, t } from "../../shared/text/language";
import { plainDate, shortTime } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { Icon } from "../../shared/views/Icon";
import type { Board } from "../board";
import { entered, Frame } from "../Frame";
import { InHands } from "./InHands";
import {
  closeScanAlarm,
  FINDINGS,
  listedIn,
  mayClose,
  placeWords,
  scanMatter,
  subjectOf,
  type ScanAlarms,
} from "./scanning";

interface ScanAlarmListProps {
  readonly scans: ScanAlarms;
  readonly board: Board;
  /** Reads them anew. */
  readonly again: () => void;
}

export function ScanAlarmList({ scans, board, again }: ScanAlarmListProps): JSX.Element | null {
  const loaded = scans.value;
  if (loaded.kind === "failed")
    return <p class="trouble">{t("punctuation.next", { words: t("scans.failed"), next: sentence(loaded.problem) })}</p>;
  const alarms = listedIn(scans);
  if (alarms.length === 0) return null;
  return (
    <section aria-labelledby="scans-title">
      <header>
        <h2 id="scans-title">{t("scans.title", { n: alarms.length })}</h2>
        <p class="soft">{t("scans.hint")}</p>
      </header>
      <ol class="suggestions">
        {alarms.map((alarm) => (
          <OneScanAlarm key={alarm.id} alarm={alarm} board={board} again={again} />
        ))}
      </ol>
    </section>
  );
}

interface OneScanAlarmProps {
  readonly alarm: ScanAlarm;
  readonly board: Board;
  readonly again: () => void;
}

function OneScanAlarm({ alarm, board, again }: OneScanAlarmProps): JSX.Element {
  const closing = useSignal(false);
  const what = subjectOf(alarm);
  const mine = alarm.taken_by === board.user.id;
  return (
    <li class="suggestion scan-alarm" data-taken={alarm.state === "taken"}>
      <header>
        <h3>
          <Icon name="warning" />
          <span class="typed">{what}</span>
        </h3>
        <span class="soft">{aboutWords(alarm)}</span>
      </header>
      <p>
        <strong>{inLanguage(alarm.found)}</strong>
      </p>
      <p class="soft">{inLanguage(alarm.rule)}</p>
      <Evidence alarm={alarm} />
      {alarm.past.map((past) => (
        <p key={past.closed_at} class="soft">
          {t("scans.past", {
            finding: t(`scans.finding.${past.finding}`),
            time: shortTime(now.value, Date.parse(past.closed_at)),
          })}
          {past.note !== "" && <span class="typed">{t("punctuation.colon") + past.note}</span>}
        </p>
      ))}
      <footer>
        <InHands matter={scanMatter(board, alarm, again)} board={board} first />
        {mayClose(board) && (
          <button
            type="button"
            class={mine ? "button first" : "button"}
            aria-label={t("scans.close_named", { what })}
            onClick={() => (closing.value = true)}
          >
            {t("scans.close")}
          </button>
        )}
      </footer>
      {closing.value && (
        <Closing
          alarm={alarm}
          board={board}
          onClose={() => {
            closing.value = false;
            again();
          }}
        />
      )}
    </li>
  );
}

function aboutWords(alarm: ScanAlarm): string {
  const known = alarm.unit_id !== null;
  const sold = alarm.sold_on === null ? t("scans.unsold") : t("scans.sold", { day: plainDate(alarm.sold_on) });
  return [
    t("scans.raised", { time: shortTime(now.value, Date.parse(alarm.raised_at)) }),
    ...(alarm.times > 1 ? [t("scans.times", { n: alarm.times })] : []),
    known ? sold : t("scans.unknown"),
  ].join(" · ");
}

function Evidence({ alarm }: { readonly alarm: ScanAlarm }): JSX.Element | null {
  const { places = [], days = [], trips = [] } = alarm.evidence;
  if (places.length + days.length + trips.length === 0) return null;
  return (
    <details class="evidence">
      <summary>{t("scans.evidence")}</summary>
      {trips.length > 0 && (
        <ul>
          {trips.map((trip) => (
            <li key={trip.start.at + trip.end.at}>
              {t("scans.trip", {
                from: placeWords(trip.start),
                to: placeWords(trip.end),
                km: Math.round(trip.km),
                hours: Math.round(trip.hours * 10) / 10,
              })}
            </li>
          ))}
        </ul>
      )}
      {places.length > 0 && (
        <Table heads={[t("scans.at"), t("scans.place"), t("scans.source"), t("scans.count")]}>
          {places.map((place) => [
            shortTime(now.value, Date.parse(place.at)),
            placeWords(place),
            t(`scans.source.${place.source}`),
            String(place.scans),
          ])}
        </Table>
      )}
      {days.length > 0 && (
        <Table heads={[t("scans.day"), t("scans.count"), t("scans.networks")]}>
          {days.map(({ day, scans, networks }) => [plainDate(day), String(scans), String(networks)])}
        </Table>
      )}
    </details>
  );
}

interface TableProps {
  readonly heads: readonly string[];
  readonly children: readonly (readonly string[])[];
}

function Table({ heads, children }: TableProps): JSX.Element {
  return (
    <div class="wide-table">
      <table>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {children.map((cells, row) => (
            <tr key={row}>
              {cells.map((cell, column) => (
                <td key={column} class="numbers">
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface ClosingProps {
  readonly alarm: ScanAlarm;
  readonly board: Board;
  readonly onClose: () => void;
}

function Closing({ alarm, board, onClose }: ClosingProps): JSX.Element {
  function confirm(fields: FormData): Promise<Problem | string | null> {
    const finding = FINDINGS.find((each) => each === entered(fields, "finding"));
    if (finding === undefined) return Promise.resolve(t("scans.finding_missing"));
    return closeScanAlarm(board, alarm, finding, entered(fields, "note"));
  }

  return (
    <Frame
      title={t("scans.close_title", { what: subjectOf(alarm) })}
      confirm={t("scans.close_confirm")}
      onConfirm={confirm}
      onClose={onClose}
    >
      <p>{t("scans.close_text")}</p>
      <fieldset class="radios">
        <legend>{t("scans.finding")}</legend>
        {FINDINGS.map((finding) => (
          <label key={finding}>
            <input type="radio" name="finding" value={finding} />
            {t(`scans.finding.${finding}`)}
          </label>
        ))}
      </fieldset>
      <div class="field">
        <label for="note">{t("scans.note")}</label>
        <textarea id="note" name="note" rows={3} maxLength={400} autocomplete="off" />
      </div>
    </Frame>
  );
}

/** What the office arranges with a customer: the clock stands still, a time is agreed, a visit is fixed. */
import type { JSX } from "preact";
import type { Problem } from "../../shared/api/problem";
import type { Hold, Job, Lock } from "../../shared/api/types";
import { t } from "../../shared/text/language";
import { foreign, fromLocalInput, toLocalInput, zoneName } from "../../shared/time/format";
import type { Board } from "../board";
import { agreeAppointment, holdPromise, lockVisit } from "../deeds";
import { entered, Frame } from "../Frame";

interface ArrangingProps {
  readonly job: Job;
  readonly board: Board;
  readonly onClose: () => void;
}

const CAUSES: readonly Hold["cause"][] = ["customer_asked_later", "waiting_for_parts", "no_access"];
const LOCKS: readonly Lock[] = ["none", "person", "time", "both"];
const HOUR_MS = 3_600_000;

/** Named beside an entry only where its clock is another than the one on the reader's wall. */
export function ZoneOf({ zone, at }: { readonly zone: string | undefined; readonly at: number }): JSX.Element | null {
  const other = foreign(zone, at);
  return other === undefined ? null : <span class="soft">{t("punctuation.aside", { what: zoneName(other, at) })}</span>;
}

export function HoldClock({ job, board, onClose }: ArrangingProps): JSX.Element {
  const zone = board.zoneOf(job.outlet_id);

  function confirm(fields: FormData): Promise<Problem | string | null> {
    const cause = CAUSES.find((each) => each === entered(fields, "cause"));
    if (cause === undefined) return Promise.resolve(t("act.hold_incomplete"));
    const since = fromLocalInput(entered(fields, "since"), zone);
    const when = Number.isNaN(since) ? null : new Date(since).toISOString();
    return holdPromise(board, job, { cause, since: when, note: entered(fields, "note") });
  }

  return (
    <Frame title={t("act.hold_title", { n: job.number })} confirm={t("act.hold")} onConfirm={confirm} onClose={onClose}>
      <p>{t("act.hold_text")}</p>
      <fieldset class="radios">
        <legend>{t("act.cause")}</legend>
        {CAUSES.map((cause) => (
          <label key={cause}>
            <input type="radio" name="cause" value={cause} />
            {t(`cause.${cause}`)}
          </label>
        ))}
      </fieldset>
      <div class="field">
        <label for="since">
          {t("act.since")}
          <ZoneOf zone={zone} at={Date.now()} />
        </label>
        <input id="since" name="since" type="datetime-local" step={60} aria-describedby="since-hint" />
        <p id="since-hint" class="soft">
          {t("act.since_hint")}
        </p>
      </div>
      <div class="field">
        <label for="note">{t("act.note")}</label>
        <input id="note" name="note" maxLength={400} autocomplete="off" />
      </div>
    </Frame>
  );
}

export function Agree({ job, board, onClose }: ArrangingProps): JSX.Element {
  const zone = board.zoneOf(job.outlet_id);
  const known = job.appointment_at ?? job.respond_by;
  const start = Math.max(Math.ceil(Date.now() / HOUR_MS) * HOUR_MS, known === null ? 0 : Date.parse(known));

  function confirm(fields: FormData): Promise<Problem | string | null> {
    const at = fromLocalInput(entered(fields, "at"), zone);
    if (Number.isNaN(at)) return Promise.resolve(t("act.appointment_incomplete"));
    return agreeAppointment(board, job, new Date(at).toISOString(), entered(fields, "note"));
  }

  return (
    <Frame
      title={t("act.appointment_title", { n: job.number })}
      confirm={t("act.appointment_confirm")}
      onConfirm={confirm}
      onClose={onClose}
    >
      <p>{t("act.appointment_text")}</p>
      <div class="field">
        <label for="at">
          {t("act.appointment_at")}
          <ZoneOf zone={zone} at={start} />
        </label>
        <input id="at" name="at" type="datetime-local" step={60} defaultValue={toLocalInput(start, zone)} />
      </div>
      <div class="field">
        <label for="note">{t("act.note")}</label>
        <input id="note" name="note" maxLength={120} autocomplete="off" />
      </div>
    </Frame>
  );
}

export function LockVisit({ job, board, onClose }: ArrangingProps): JSX.Element {
  function confirm(fields: FormData): Promise<Problem | string | null> {
    const lock = LOCKS.find((each) => each === entered(fields, "lock")) ?? "none";
    return lockVisit(board, job, lock);
  }

  return (
    <Frame title={t("act.lock_title", { n: job.number })} confirm={t("act.save")} onConfirm={confirm} onClose={onClose}>
      <p>{t("act.lock_text")}</p>
      <fieldset class="radios">
        <legend>{t("act.lock_what")}</legend>
        {LOCKS.map((lock) => (
          <label key={lock}>
            <input type="radio" name="lock" value={lock} defaultChecked={lock === (job.lock ?? "none")} />
            {t(`lock.${lock}`)}
          </label>
        ))}
      </fieldset>
    </Frame>
  );
}

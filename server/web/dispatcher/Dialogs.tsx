/** What is asked before something is done by hand. The browser's own dialog keeps focus and Escape right. */
import type { Signal } from "@preact/signals";
import type { JSX } from "preact";
import type { Problem } from "../shared/api/problem";
import type { Job } from "../shared/api/types";
import { named, t } from "../shared/text/language";
import { fromLocalInput, toLocalInput } from "../shared/time/format";
import type { Board } from "./board";
import { book, cancelJob, closeJob, deleteJob, reopenJob, resumePromise, takeBack } from "./deeds";
import { entered, Frame } from "./Frame";
import type { Arrangement, Offer } from "./offers";
import { Agree, HoldClock, LockVisit, ZoneOf } from "./promises/arranging";

export type Asked = Offer | Arrangement;

interface DialogsProps {
  readonly job: Job;
  readonly board: Board;
  readonly asked: Signal<Asked | null>;
}

export function Dialogs({ job, board, asked }: DialogsProps): JSX.Element | null {
  const close = (): void => {
    asked.value = null;
  };
  const words = { n: job.number, name: board.nameOf(job.technician_id) };
  switch (asked.value) {
    case null:
      return null;
    case "assign":
    case "move":
      return <Booking how={asked.value} job={job} board={board} onClose={close} />;
    case "unassign":
      return (
        <Asking
          title={t("act.unassign_title", words)}
          text={t("act.unassign_text")}
          confirm={t("act.confirm.unassign")}
          deed={(reason) => takeBack(board, job, reason)}
          onClose={close}
        />
      );
    case "cancel":
      return (
        <Asking
          title={t("act.cancel_title", words)}
          text={t("act.cancel_text")}
          confirm={t("act.confirm.cancel")}
          danger
          deed={(reason) => cancelJob(board, job, reason)}
          onClose={close}
        />
      );
    case "delete":
      return (
        <Asking
          title={t("act.delete_title", words)}
          text={t("act.delete_text")}
          confirm={t("act.delete")}
          danger
          deed={(reason) => deleteJob(board, job, reason)}
          onClose={close}
        />
      );
    case "hold":
      return <HoldClock job={job} board={board} onClose={close} />;
    case "appointment":
      return <Agree job={job} board={board} onClose={close} />;
    case "lock":
      return <LockVisit job={job} board={board} onClose={close} />;
    case "resume":
      return (
        <Asking
          title={t("act.resume_title", words)}
          text={t("act.resume_text")}
          confirm={t("act.resume")}
          reasonless
          deed={() => resumePromise(board, job)}
          onClose={close}
        />
      );
    case "reopen":
      return (
        <Asking
          title={t("act.reopen_title", words)}
          text={t("act.reopen_text")}
          confirm={t("act.reopen")}
          deed={(reason) => reopenJob(board, job, reason)}
          onClose={close}
        />
      );
    case "close":
      return (
        <Asking
          title={t("act.close_title", words)}
          text={t("act.close_text")}
          confirm={t("act.close")}
          reasonless
          deed={() => closeJob(board, job)}
          onClose={close}
        />
      );
  }
}

interface AskingProps {
  readonly title: string;
  readonly text: string;
  readonly confirm: string;
  readonly danger?: boolean;
  readonly reasonless?: boolean;
  readonly deed: (reason: string) => Promise<Problem | null>;
  readonly onClose: () => void;
}

function Asking({ title, text, confirm, danger = false, reasonless = false, deed, onClose }: AskingProps): JSX.Element {
  return (
    <Frame
      title={title}
      confirm={confirm}
      danger={danger}
      onClose={onClose}
      onConfirm={(fields) => deed(entered(fields, "reason"))}
    >
      <p>{text}</p>
      {!reasonless && (
        <div class="field">
          <label for="reason">{t("act.reason")}</label>
          <input id="reason" name="reason" maxLength={120} autocomplete="off" aria-describedby="reason-hint" />
          <p id="reason-hint" class="soft">
            {t("act.reason_hint")}
          </p>
        </div>
      )}
    </Frame>
  );
}

interface BookingProps {
  readonly how: "assign" | "move";
  readonly job: Job;
  readonly board: Board;
  readonly onClose: () => void;
}

const QUARTER_MS = 900_000;

function Booking({ how, job, board, onClose }: BookingProps): JSX.Element {
  const candidates = [...board.technicians.value.values()].filter((each) => each.outlet_id === job.outlet_id);
  const zone = board.zoneOf(job.outlet_id);
  const soon = Math.ceil(Date.now() / QUARTER_MS) * QUARTER_MS;
  const start = job.window_start === null ? soon : Date.parse(job.window_start);

  function confirm(fields: FormData): Promise<Problem | string | null> {
    const technician = entered(fields, "technician");
    const startsAt = fromLocalInput(entered(fields, "start"), zone);
    const minutes = Number(entered(fields, "minutes"));
    if (technician === "" || Number.isNaN(startsAt) || !(minutes > 0)) return Promise.resolve(t("act.incomplete"));
    return book(board, job, {
      technician_id: technician,
      starts_at: new Date(startsAt).toISOString(),
      ends_at: new Date(startsAt + minutes * 60_000).toISOString(),
      override: false,
    });
  }

  return (
    <Frame
      title={how === "assign" ? t("act.assign_title", { n: job.number }) : t("act.move_title", { n: job.number })}
      confirm={how === "assign" ? t("act.confirm.assign") : t("act.confirm.move")}
      onConfirm={confirm}
      onClose={onClose}
    >
      <div class="field">
        <label for="technician">{t("act.technician")}</label>
        <select id="technician" name="technician">
          <option value="">{t("act.choose")}</option>
          {candidates.map((each) => (
            <option key={each.id} value={each.id} selected={each.id === job.technician_id}>
              {named(each)}
            </option>
          ))}
        </select>
      </div>
      <div class="field-pair">
        <div class="field">
          <label for="start">
            {t("act.start")}
            <ZoneOf zone={zone} at={start} />
          </label>
          <input id="start" name="start" type="datetime-local" step={60} defaultValue={toLocalInput(start, zone)} />
        </div>
        <div class="field">
          <label for="minutes">{t("act.minutes")}</label>
          <input
            id="minutes"
            name="minutes"
            type="number"
            min={5}
            max={1440}
            step={1}
            defaultValue={String(job.duration_minutes)}
          />
        </div>
      </div>
    </Frame>
  );
}

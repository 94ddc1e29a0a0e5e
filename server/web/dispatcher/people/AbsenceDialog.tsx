/** Somebody calls in sick, or has leave: noted by the desk, with what it would meet. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { Problem } from "../../shared/api/problem";
import type { NewAbsence, Technician } from "../../shared/api/types";
import { named, t } from "../../shared/text/language";
import { fromLocalInput, toLocalInput } from "../../shared/time/format";
import type { Board } from "../board";
import { entered, Frame } from "../Frame";
import { ZoneOf } from "../promises/arranging";
import { noteAbsence } from "./deeds";
import { visitsWithin } from "./people";

interface AbsenceDialogProps {
  readonly technician: Technician;
  readonly board: Board;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

const REASONS = ["sick", "leave", "training", "other"] as const;
const QUARTER_MS = 900_000;
const USUAL_MS = 8 * 3_600_000;

export function AbsenceDialog({ technician, board, onClose, onDone }: AbsenceDialogProps): JSX.Element {
  const zone = board.zoneOf(technician.outlet_id);
  const soon = Math.floor(Date.now() / QUARTER_MS) * QUARTER_MS;
  const shift = technician.shifts.find(({ ends_at: ends }) => Date.parse(ends) > soon);
  const from = useSignal(toLocalInput(soon, zone));
  const to = useSignal(toLocalInput(shift === undefined ? soon + USUAL_MS : Date.parse(shift.ends_at), zone));
  const starts = fromLocalInput(from.value, zone);
  const ends = fromLocalInput(to.value, zone);
  const met = ends > starts ? visitsWithin(board.jobs.value.values(), technician.id, starts, ends) : [];

  async function confirm(fields: FormData): Promise<Problem | string | null> {
    if (!(ends > starts)) return t("people.absence_range");
    const reason = REASONS.find((each) => each === entered(fields, "reason")) ?? "other";
    const absence: NewAbsence = {
      starts_at: new Date(starts).toISOString(),
      ends_at: new Date(ends).toISOString(),
      reason,
      note: entered(fields, "note"),
    };
    const problem = await noteAbsence(board, technician, absence);
    if (problem === null) onDone();
    return problem;
  }

  return (
    <Frame
      title={t("people.absence_title", { name: named(technician) })}
      confirm={t("people.absence_confirm")}
      onConfirm={confirm}
      onClose={onClose}
    >
      <p>{t("people.absence_text")}</p>
      <div class="field">
        <label for="away-reason">{t("people.absence_why")}</label>
        <select id="away-reason" name="reason">
          {REASONS.map((each) => (
            <option key={each} value={each}>
              {t(`people.absence.${each}`)}
            </option>
          ))}
        </select>
      </div>
      <div class="field-pair even">
        <div class="field">
          <label for="away-from">
            {t("people.absence_from")}
            <ZoneOf zone={zone} at={soon} />
          </label>
          <input
            id="away-from"
            type="datetime-local"
            value={from.value}
            onInput={(event) => {
              from.value = event.currentTarget.value;
            }}
          />
        </div>
        <div class="field">
          <label for="away-to">{t("people.absence_to")}</label>
          <input
            id="away-to"
            type="datetime-local"
            value={to.value}
            onInput={(event) => {
              to.value = event.currentTarget.value;
            }}
          />
        </div>
      </div>
      <div class="field">
        <label for="away-note">{t("people.absence_note")}</label>
        <input id="away-note" name="note" maxLength={120} autocomplete="off" />
      </div>
      <p role="status">{met.length > 0 && <strong>{t("people.absence_meets", { n: met.length })}</strong>}</p>
    </Frame>
  );
}

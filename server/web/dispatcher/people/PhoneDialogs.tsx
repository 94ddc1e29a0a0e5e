/** Locking a phone, and letting a locked one hand in what it still holds. */
import type { JSX } from "preact";
import type { Device, Technician } from "../../shared/api/types";
import { t } from "../../shared/text/language";
import type { Board } from "../board";
import { entered, Frame } from "../Frame";
import { allowUpload, lockPhone } from "./deeds";

export interface PhoneAsked {
  readonly what: "lock" | "upload";
  readonly owner: Technician;
  readonly phone: Device;
}

interface PhoneDialogProps {
  readonly asked: PhoneAsked;
  readonly board: Board;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

const HOURS = [4, 24, 72] as const;

export function PhoneDialog({ asked: { what, owner, phone }, board, onClose, onDone }: PhoneDialogProps): JSX.Element {
  if (what === "lock")
    return (
      <Frame
        title={t("people.revoke_title")}
        confirm={t("people.revoke")}
        danger
        onClose={onClose}
        onConfirm={async () => {
          const problem = await lockPhone(board, owner, phone);
          if (problem === null) onDone();
          return problem;
        }}
      >
        <p>{t("people.revoke_text")}</p>
      </Frame>
    );
  return (
    <Frame
      title={t("people.upload_title")}
      confirm={t("people.upload")}
      onClose={onClose}
      onConfirm={async (fields) => {
        const problem = await allowUpload(board, owner, phone, Number(entered(fields, "hours")));
        if (problem === null) onDone();
        return problem;
      }}
    >
      <p>{t("people.upload_text")}</p>
      <div class="field">
        <label for="hours">{t("people.upload_hours")}</label>
        <select id="hours" name="hours">
          {HOURS.map((each) => (
            <option key={each} value={each} selected={each === 24}>
              {each}
            </option>
          ))}
        </select>
      </div>
    </Frame>
  );
}

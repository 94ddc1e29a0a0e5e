/** One of several products to choose from. */
import type { JSX } from "preact";
import type { UnitCode } from "../../shared/codes/read";
import { grouped } from "../../shared/codes/serial";
import { t } from "../../shared/text/language";
import type { Unit } from "../phone/bodies";
import { nameOf } from "./UnitSheet";

interface UnitChoiceProps {
  readonly code: UnitCode;
  readonly unit: Unit | null;
  readonly onCode: (code: UnitCode) => void;
}

export function UnitChoice({ code, unit, onCode }: UnitChoiceProps): JSX.Element {
  return (
    <li>
      <button
        type="button"
        class="button"
        onClick={() => {
          onCode({ gtin: code.gtin, serial: code.serial });
        }}
      >
        <span class="typed">{unit === null ? t("scan.choose_unknown", { gtin: code.gtin }) : nameOf(unit)}</span>
        <span class="soft numbers typed">{t("scan.serial", { serial: grouped(code.serial) })}</span>
      </button>
    </li>
  );
}

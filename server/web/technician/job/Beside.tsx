/** What became of a value that was entered here, told beside it: which one stands, and which was lost. */
import type { JSX } from "preact";
import { t } from "../../shared/text/language";
import type { Json } from "../../shared/replica/json";
import { isObject } from "../../shared/replica/json";
import { Icon } from "../../shared/views/Icon";
import { now } from "../../shared/time/now";
import { changeWords } from "../news/words";
import type { Phone } from "../phone/phone";
import type { Changed } from "./changed";
import type { Meanwhile } from "./meanwhile";

interface BesideProps {
  readonly meanwhile: Meanwhile;
  /** `contact_phone`, `readings/voltage_v`. */
  readonly field: string;
}

export function Beside({ meanwhile, field }: BesideProps): JSX.Element | null {
  const settled = meanwhile.fields.get(field);
  if (settled === undefined) return null;
  const values = { won: inWords(settled.won), lost: inWords(settled.lost) };
  return (
    <p class="beside" data-winner={settled.winner}>
      <Icon name="message" />
      <span class="typed">
        {t(settled.winner === "office" ? "meanwhile.office_won" : "meanwhile.field_won", values)}
      </span>
    </p>
  );
}

interface OfficeProps {
  readonly changed: Changed;
  readonly phone: Phone;
  readonly fields: readonly string[];
}

/** What the office changed here lately: what it was, and what it is. */
export function ByTheOffice({ changed, phone, fields }: OfficeProps): JSX.Element | null {
  const found = fields.flatMap((field) => changed.fields.get(field) ?? []);
  if (found.length === 0) return null;
  return (
    <>
      {found.map((change) => (
        <p key={change.field} class="beside" data-winner="office">
          <Icon name="message" />
          <span class="typed">{t("meanwhile.changed", { what: changeWords(change, phone, now.value) })}</span>
        </p>
      ))}
    </>
  );
}

const LONGEST = 200;

function inWords(value: Json): string {
  if (value === null || value === "") return t("meanwhile.nothing");
  if (isObject(value) && "done" in value) return t(value["done"] === true ? "meanwhile.done" : "meanwhile.open");
  const words = typeof value === "object" ? JSON.stringify(value) : String(value);
  return words.length > LONGEST ? `${words.slice(0, LONGEST)}…` : words;
}

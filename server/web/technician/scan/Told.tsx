/** Codes that are no single product's, each told in words; nothing of them is ever opened. */
import type { JSX } from "preact";
import type { Reading } from "../../shared/codes/read";
import { t } from "../../shared/text/language";
import { Icon } from "../../shared/views/Icon";
import type { Unit } from "../phone/bodies";
import { modelOf } from "./decide";
import { nameOf } from "./UnitSheet";

type Other = Exclude<Reading, { readonly kind: "unit" }>;

interface ToldProps {
  readonly reading: Other;
  readonly units: ReadonlyMap<string, Unit>;
}

export function Told({ reading, units }: ToldProps): JSX.Element {
  const { words, hint, quoted } = telling(reading, units);
  return (
    <div class="told" role="status">
      <Icon name="warning" />
      <div>
        <p>
          <strong>{words}</strong>
        </p>
        {quoted !== undefined && quoted !== "" && <p class="quoted typed">{quoted}</p>}
        <p>{hint}</p>
      </div>
    </div>
  );
}

interface Telling {
  readonly words: string;
  readonly hint: string;
  readonly quoted?: string;
}

function telling(reading: Other, units: ReadonlyMap<string, Unit>): Telling {
  switch (reading.kind) {
    case "number": {
      const model = modelOf(reading.gtin, units);
      if (model !== null)
        return { words: t("scan.told.number", { model: nameOf(model) }), hint: t("scan.told.number_hint") };
      if (reading.shop) return { words: t("scan.told.shop", { gtin: reading.gtin }), hint: t("scan.told.shop_hint") };
      return { words: t("scan.told.model", { gtin: reading.gtin }), hint: t("scan.told.model_hint") };
    }
    case "page":
      return { words: t(`scan.told.${reading.page}`), hint: t("scan.told.page_hint") };
    case "foreign":
      return { words: t(`scan.told.${reading.what}`), quoted: reading.text, hint: t("scan.told.foreign_hint") };
    case "broken":
      return {
        words: t("scan.told.broken", { why: t(WHY[reading.fault] ?? "scan.fault.shape") }),
        quoted: reading.text,
        hint: t("scan.told.broken_hint"),
      };
  }
}

type Why = `scan.fault.${"number" | "serial" | "no_number" | "key" | "shape"}`;

/** What a technician can make of the grammar's faults; the rest is the shape's. */
const WHY: Readonly<Partial<Record<Extract<Other, { kind: "broken" }>["fault"], Why>>> = {
  gtin_not_digits: "scan.fault.number",
  gtin_length: "scan.fault.number",
  gtin_not_14: "scan.fault.number",
  gtin_check_digit: "scan.fault.number",
  gtin_all_zero: "scan.fault.number",
  bad_character: "scan.fault.serial",
  value_too_long: "scan.fault.serial",
  no_number: "scan.fault.no_number",
  restricted_number: "scan.fault.key",
  not_restricted: "scan.fault.key",
};

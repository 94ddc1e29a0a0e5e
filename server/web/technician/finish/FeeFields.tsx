/** What the customer pays, line by line; the office's price stands there until it is changed. */
import type { JSX } from "preact";
import { t } from "../../shared/text/language";
import { Icon } from "../../shared/views/Icon";
import { Part } from "../job/Part";
import type { Fee } from "./draft";
import { Typed } from "./fields";
import type { Finishing } from "./finishing";

interface FeeFieldsProps {
  readonly finishing: Finishing;
  readonly fees: readonly Fee[];
  /** The office told the customer a price. */
  readonly told: boolean;
}

const MOST_FEES = 20;

export function FeeFields({ finishing, fees, told }: FeeFieldsProps): JSX.Element {
  const put = (index: number, fee: Fee): void => {
    finishing.change({ fees: fees.map((each, at) => (at === index ? fee : each)) });
  };
  return (
    <Part title={t("finish.fees")}>
      {told && <p class="soft fin-hint">{t("finish.fee_told")}</p>}
      {fees.map((fee, index) => (
        <div class="fin-fee" key={index}>
          <Typed
            label={t("finish.fee_name")}
            most={200}
            value={fee.name}
            onInput={(name) => {
              put(index, { ...fee, name });
            }}
          />
          <Typed
            id={`fin-fee-${index}`}
            label={t("finish.fee_amount")}
            inputMode="decimal"
            most={20}
            value={fee.amount}
            onInput={(amount) => {
              put(index, { ...fee, amount });
            }}
          />
          <button
            type="button"
            class="button plain"
            aria-label={t("finish.fee_remove", { name: fee.name || t("finish.text.fee") })}
            onClick={() => {
              finishing.change({ fees: fees.filter((_, at) => at !== index) });
            }}
          >
            <Icon name="close" />
          </button>
        </div>
      ))}
      {fees.length === 0 && <p class="soft">{t("finish.text.no_fees")}</p>}
      {fees.length < MOST_FEES && (
        <button
          type="button"
          class="button"
          onClick={() => {
            finishing.change({ fees: [...fees, { name: "", amount: "" }] });
          }}
        >
          {t("finish.fee_add")}
        </button>
      )}
    </Part>
  );
}

/** The product, what it is entitled to in a sentence, what to beware of, and what was done to it before. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { FaultCode, Job } from "../../shared/api/types";
import { grouped } from "../../shared/codes/serial";
import { inLanguage, t } from "../../shared/text/language";
import { plainDate, shortTime, toDateInput } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { go } from "../../shared/views/address";
import { Icon } from "../../shared/views/Icon";
import type { UnitCard, Unit } from "../phone/bodies";
import type { Phone } from "../phone/phone";
import { unitAddress } from "../scan/address";
import { History, nameOf, Notices } from "../scan/UnitSheet";
import { coverOf } from "./coverage";
import { faultsOf } from "./faults";
import { Part } from "./Part";

interface ProductProps {
  readonly job: Job;
  readonly phone: Phone;
}

export function Product({ job, phone }: ProductProps): JSX.Element {
  const unit = job.unit_id === null ? undefined : phone.units.value.get(job.unit_id);
  if (unit === undefined) {
    return (
      <Part title={t("page.product")}>
        <p>{t("work.no_product")}</p>
        <Scanned job={job} unit={unit} />
      </Part>
    );
  }
  const card = phone.cards.value.get(unit.id);
  const address = unitAddress(unit, job.id);
  return (
    <>
      <Part title={t("page.product")}>
        <p class="typed">
          <strong>{nameOf(unit)}</strong>
        </p>
        <p class="soft numbers">{t("page.serial", { serial: grouped(unit.serial) })}</p>
        <Cover card={card} />
        <Scanned job={job} unit={unit} />
        <a
          class="more-link"
          href={`?${address.toString()}`}
          onClick={(event) => {
            event.preventDefault();
            go(address);
          }}
        >
          {t("work.product_more")}
        </a>
        <Faults unit={unit} phone={phone} />
      </Part>
      {card !== undefined && <Notices card={card} />}
      {card !== undefined && card.events.length > 0 && <History card={card} />}
    </>
  );
}

function Cover({ card }: { readonly card: UnitCard | undefined }): JSX.Element {
  if (card === undefined) return <p class="soft">{t("work.cover.unknown")}</p>;
  const cover = coverOf(card, toDateInput(now.value));
  const partly = cover.state !== "covered" && cover.otherwise.some((line) => line.covered);
  return (
    <div class="cover" data-state={partly ? "partly" : cover.state}>
      <p>
        <Icon name={cover.state === "covered" || partly ? "done" : "close"} />
        <strong>{t(`work.cover.${partly ? "partly" : cover.state}`)}</strong>
      </p>
      <p class="typed">{inLanguage(cover.sentence)}</p>
      {cover.state === "ended" && cover.until !== null && (
        <p class="numbers">
          {t("work.cover.ended_on", { date: plainDate(cover.until), as_of: plainDate(card.as_of) })}
        </p>
      )}
    </div>
  );
}

/** The product that was scanned on site; it may be another one. */
function Scanned({ job, unit }: { readonly job: Job; readonly unit: Unit | undefined }): JSX.Element | null {
  const { serial, gtin, at } = job.scanned ?? {};
  if (typeof serial !== "string" || typeof at !== "string") return null;
  const other = unit !== undefined && (unit.serial !== serial || unit.gtin !== gtin);
  if (other) {
    return (
      <p class="banner" data-tone="warn">
        <Icon name="warning" />
        {t("work.other_product", { serial: grouped(serial) })}
      </p>
    );
  }
  return (
    <p class="scanned">
      <Icon name="done" />
      {t("work.scanned", { at: shortTime(now.value, Date.parse(at)) })}
      {unit === undefined && <span class="numbers"> {grouped(serial)}</span>}
    </p>
  );
}

const MOST = 12;

/** What the display shows, and what to look at first; known offline. */
function Faults({ unit, phone }: { readonly unit: Unit; readonly phone: Phone }): JSX.Element | null {
  const typed = useSignal("");
  const all = faultsOf(phone.faults.value.values(), unit, "");
  if (all.length === 0) return null;
  const found = faultsOf(all, unit, typed.value);
  return (
    <details class="more">
      <summary>{t("work.faults", { n: all.length })}</summary>
      <div class="field">
        <label for="fault-typed">{t("work.faults_find")}</label>
        <input
          id="fault-typed"
          type="text"
          autocomplete="off"
          autocapitalize="characters"
          value={typed.value}
          onInput={(event) => {
            typed.value = event.currentTarget.value;
          }}
        />
      </div>
      {found.length === 0 && <p role="status">{t("work.faults_none")}</p>}
      <ul class="faults">
        {found.slice(0, MOST).map((fault) => (
          <li key={fault.id}>
            <strong class="numbers">{fault.code}</strong> {inLanguage({ zh: fault.text, en: fault.text_en })}
            <Advice fault={fault} />
          </li>
        ))}
      </ul>
    </details>
  );
}

function Advice({ fault }: { readonly fault: FaultCode }): JSX.Element | null {
  const words = inLanguage({ zh: fault.advice, en: fault.advice_en });
  return words === "" ? null : <p class="soft typed">{words}</p>;
}

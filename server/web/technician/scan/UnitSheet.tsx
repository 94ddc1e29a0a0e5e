/** A product by what the phone holds of it: what it is, what it is entitled to, what to beware of, what happened to it. */
import type { ComponentChildren, JSX } from "preact";
import { grouped } from "../../shared/codes/serial";
import { inLanguage, named, say, t } from "../../shared/text/language";
import { plainDate, toDateInput } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { Icon } from "../../shared/views/Icon";
import { coverOf, noticesOf, type Cover } from "../job/coverage";
import type { CoverageLine, Unit, UnitCard, UnitEvent, UnitNotice } from "../phone/bodies";
import { ageOf } from "./card";
import type { Product } from "./decide";
import "./scan.css";

interface UnitSheetProps {
  readonly unit: Product;
  readonly card: UnitCard | undefined;
}

/** Years after which parts and plates are no longer what people are used to. */
const OLD_YEARS = 15;

const today = (): string => toDateInput(now.value);

export function UnitSheet({ unit, card }: UnitSheetProps): JSX.Element {
  return (
    <>
      <Identity unit={unit} />
      {card !== undefined && <Notices card={card} />}
      <Coverage card={card} />
      {card !== undefined && card.events.length > 0 && <History card={card} />}
    </>
  );
}

export function nameOf(unit: Pick<Unit, "model_name" | "model_name_en">): string {
  return named({ name: unit.model_name, name_en: unit.model_name_en });
}

function Part({ title, children }: { readonly title: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <section class="part">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Identity({ unit }: { readonly unit: Product }): JSX.Element {
  const years = ageOf(unit, today());
  return (
    <section class="part">
      <h2 class="product-name typed">{nameOf(unit)}</h2>
      <p class="serial numbers">
        <span class="unseen">{t("unit.serial")} </span>
        {grouped(unit.serial)}
      </p>
      <dl class="facts">
        <Fact name={t("unit.number")}>{unit.gtin}</Fact>
        {unit.lot !== "" && <Fact name={t("unit.lot")}>{unit.lot}</Fact>}
        <Day name={t("unit.made_on")} day={unit.manufactured_on} />
        <Day name={t("unit.sold_on")} day={unit.sold_on} />
        <Day name={t("unit.installed_on")} day={unit.installed_on} />
      </dl>
      {unit.withdrawn_on !== null && (
        <p class="warned">
          <Icon name="warning" />
          {t("unit.withdrawn", { date: plainDate(unit.withdrawn_on) })}
        </p>
      )}
      {years !== null && years >= OLD_YEARS && <p class="soft">{t("unit.old", { n: years })}</p>}
    </section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd class="numbers typed">{children}</dd>
    </div>
  );
}

function Day({ name, day }: { readonly name: string; readonly day: string | null }): JSX.Element | null {
  return day === null ? null : <Fact name={name}>{plainDate(day)}</Fact>;
}

export function Coverage({ card }: { readonly card: UnitCard | undefined }): JSX.Element {
  if (card === undefined) {
    return (
      <Part title={t("unit.coverage")}>
        <p>{t("unit.no_card")}</p>
        <p class="soft">{t("unit.no_card_hint")}</p>
      </Part>
    );
  }
  const cover = coverOf(card, today());
  return (
    <Part title={t("unit.coverage")}>
      <Standing cover={cover} />
      <p class="verdict">
        {cover.state === "ended" && cover.until !== null
          ? t("unit.ended", { date: plainDate(cover.until) })
          : inLanguage(cover.sentence)}
      </p>
      {card.verdict.lines.length > 1 && <Lines lines={card.verdict.lines} />}
      <p class="soft numbers">{t("unit.as_of", { date: plainDate(card.as_of) })}</p>
    </Part>
  );
}

function Standing({ cover }: { readonly cover: Cover }): JSX.Element {
  const good = cover.state === "covered";
  const partly = !good && cover.otherwise.some((line) => line.covered);
  return (
    <p class="standing" data-state={partly ? "partly" : cover.state}>
      <Icon name={good || partly ? "done" : "close"} />
      <strong>{t(`unit.state.${partly ? "partly" : cover.state}`)}</strong>
      {good && <span>{untilWords(cover.until)}</span>}
    </p>
  );
}

const untilWords = (until: string | null): string =>
  until === null ? t("unit.for_life") : t("unit.until", { date: plainDate(until) });

function Lines({ lines }: { readonly lines: readonly CoverageLine[] }): JSX.Element {
  return (
    <details class="more">
      <summary>{t("unit.components")}</summary>
      <ul class="lines">
        {lines.map((line, index) => (
          <li key={index}>
            <span>{inLanguage(line.name)}</span>
            <span class="numbers">{lineWords(line)}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

function lineWords({ covered, until }: CoverageLine): string {
  return covered && (until === null || until >= today()) ? untilWords(until) : t("unit.not");
}

export function Notices({ card }: { readonly card: UnitCard }): JSX.Element | null {
  if (card.notices.length === 0) return null;
  return (
    <Part title={t("unit.notices")}>
      <ul class="warnings">
        {noticesOf(card).map((notice) => (
          <NoticeOfUnit key={notice.id} notice={notice} />
        ))}
      </ul>
    </Part>
  );
}

function NoticeOfUnit({ notice }: { readonly notice: UnitNotice }): JSX.Element {
  const text = inLanguage({ zh: notice.text ?? "", en: notice.text_en ?? "" });
  const link = notice.link ?? "";
  return (
    <li data-severity={notice.served ? "served" : (notice.severity ?? "note")}>
      <p class="tags">
        <span class="tag">
          {!notice.served && <Icon name="warning" />}
          {say("unit.notice", notice.kind)}
        </span>
        {notice.served && <span class="tag">{t("unit.notice.served")}</span>}
        {!notice.certain && <span class="tag">{t("unit.notice.unsure")}</span>}
      </p>
      <h3 class="typed">{inLanguage({ zh: notice.title, en: notice.title_en ?? "" })}</h3>
      {text !== "" && <p class="typed">{text}</p>}
      {link.startsWith("https://") && (
        <a class="button" href={link} target="_blank" rel="noreferrer noopener">
          <Icon name="link" />
          {t("unit.notice.more")}
        </a>
      )}
    </li>
  );
}

export function History({ card }: { readonly card: UnitCard }): JSX.Element {
  return (
    <Part title={t("unit.history")}>
      {card.events.length === 0 && <p class="soft">{t("unit.history_empty")}</p>}
      <ol class="events">
        {card.events.map((event, index) => (
          <li key={index}>
            <span class="numbers soft">{daysOf(event)}</span>
            <span class="typed">{eventWords(event, card)}</span>
          </li>
        ))}
      </ol>
    </Part>
  );
}

function daysOf({ on, until }: UnitEvent): string {
  const days = [on, until].filter((day) => typeof day === "string");
  return [...new Set(days)].map((day) => plainDate(day)).join(" – ");
}

/** `Repair: compressor, fault E4, not cured` */
function eventWords(event: UnitEvent, card: UnitCard): string {
  const kind = say("unit.event", event.kind);
  if (event.kind !== "repair") return kind;
  const more = [
    event.component === undefined ? "" : componentName(event.component, card),
    event.fault_code === undefined ? "" : t("unit.event.fault", { code: event.fault_code }),
    event.cured === false ? t("unit.event.not_cured") : "",
    event.until === null ? t("unit.event.open") : "",
  ].filter((word) => word !== "");
  return more.length === 0 ? kind : `${kind} · ${more.join(" · ")}`;
}

/** Policies name the components; one that no term is about is told by its code. */
function componentName(code: string, card: UnitCard): string {
  const line = card.verdict.lines.find((each) => each.component === code);
  return line === undefined ? say("unit.component", code) : inLanguage(line.name);
}

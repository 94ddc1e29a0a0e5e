/** The report of a visit, as it is read to the customer and signed: its words in their language, and the same as facts.
 * Pure: the day, the clocks and the language come in. */
import type { Job, JobType } from "../../shared/api/types";
import type { NamedPhoto } from "../../shared/replica";
import { at, isObject, type Json, type JsonObject } from "../../shared/replica/json";
import { checklistOf, type ChecklistItem } from "../job/contents";
import { coverOf } from "../job/coverage";
import { partsOf, type PartLine } from "../job/parts";
import { readingsOf } from "../job/readings";
import { fit } from "../job/typed";
import type { Customer, Unit, UnitCard } from "../phone/bodies";
import type { Draft, Fee, Locale } from "./draft";
import { amountOf, CURRENCY, moneyIn, typedAmount } from "./money";
import { nameIn, wordsIn, type Words } from "./words";

/** Everything the phone knows of the visit. `today`: the day here, `2026-11-07`. */
export interface Seen {
  readonly job: Job;
  readonly type: JobType | undefined;
  /** The product that was worked on, where the phone holds it. */
  readonly unit: Unit | undefined;
  readonly card: UnitCard | undefined;
  readonly customer: Customer | undefined;
  readonly photos: readonly NamedPhoto[];
  readonly mine: string | null;
  readonly today: string;
}

/** One part of the report: a heading and its lines. */
export interface Block {
  readonly title: string;
  readonly lines: readonly string[];
}

/** Items of a checklist whose key begins so are the conduct standard (server/portal/following.py): the customer answers
 * them, nobody else. */
const CONDUCT = "conduct_";
/** As schemas/evidence.py has it. */
const MOST_ITEM = 400;
const MOST_FEE = 200;
const MOST_REASON = 400;
/** As the operations take it. */
export const MOST_TYPED = 4000;

/** The technician's items. */
export function itemsOf({ job, type, mine }: Pick<Seen, "job" | "type" | "mine">): readonly ChecklistItem[] {
  return checklistOf(type?.checklist ?? [], job.checklist, mine).filter(({ key }) => !key.startsWith(CONDUCT));
}

export interface ConductPoint {
  readonly key: string;
  readonly text: string;
  readonly textEn: string;
}

export function conductOf(type: JobType | undefined): readonly ConductPoint[] {
  const said = (value: unknown): string => (typeof value === "string" ? value : "");
  return (type?.checklist ?? [])
    .map((item) => ({ key: said(item["key"]), text: said(item["text"]), textEn: said(item["text_en"]) }))
    .filter(({ key }) => key.startsWith(CONDUCT));
}

/** What was found, and what was done: as typed here, else as the job has it. */
export function diagnosisOf(draft: Draft, job: Job): string {
  return fit(draft.diagnosis ?? job.diagnosis, MOST_TYPED);
}

export function resultOf(draft: Draft, job: Job): string {
  return fit(draft.result ?? job.result, MOST_TYPED);
}

export function reasonOf({ reason }: Pick<Draft, "reason">): string {
  return fit(reason, MOST_REASON);
}

/** As typed here, else the price that the office told. */
export function feesOf(draft: Draft, job: Job): readonly Fee[] {
  if (draft.fees !== null) return draft.fees;
  return job.price_minor === null || job.price_minor === 0 ? [] : [{ name: "", amount: typedAmount(job.price_minor) }];
}

/** Those that count. */
function charged(draft: Draft, job: Job, say: Words): readonly { readonly name: string; readonly minor: number }[] {
  return feesOf(draft, job).flatMap(({ name, amount }) => {
    const minor = amountOf(amount);
    return minor === null || minor === 0 ? [] : [{ name: fit(name, MOST_FEE) || say("finish.text.fee"), minor }];
  });
}

export function conductAnswered(draft: Draft, points: readonly ConductPoint[]): boolean | null {
  const answers = points.map(({ key }) => draft.conduct[key]);
  if (answers.includes("no")) return false;
  return answers.length > 0 && answers.every((answer) => answer === "yes") ? true : null;
}

function usedParts({ job, card }: Seen): readonly PartLine[] {
  return partsOf(job, card?.parts ?? []).chosen.filter(({ used }) => used > 0);
}

// ---- in words

export function blocksOf(seen: Seen, draft: Draft, locale: Locale): readonly Block[] {
  const say = wordsIn(locale);
  const block = (title: string, lines: readonly string[]): readonly Block[] => {
    const said = lines.filter((line) => line.trim() !== "");
    return said.length === 0 ? [] : [{ title, lines: said }];
  };
  const done = draft.outcome === "completed";
  return [
    ...block(say(done ? "finish.text.title" : "finish.text.title_not_done"), head(seen, locale, say)),
    ...block(say("finish.text.product"), product(seen, locale, say)),
    ...(done ? [] : block(say("finish.text.reason"), [reasonOf(draft)])),
    ...block(say("finish.text.diagnosis"), [diagnosisOf(draft, seen.job), fault(seen, draft, locale, say)]),
    ...block(say("finish.text.result"), [resultOf(draft, seen.job), cured(draft, say)]),
    ...block(say("finish.text.checklist"), checked(seen, locale, say)),
    ...block(say("finish.text.readings"), readings(seen, locale)),
    ...block(say("finish.text.parts"), parts(seen, locale, say)),
    ...block(say("finish.text.fees"), fees(seen, draft, locale, say)),
    ...block(say("finish.text.coverage"), [coverageOf(seen, locale)]),
    ...block(say("finish.text.photos"), photos(seen, say)),
    ...block(say("finish.text.times"), times(seen, draft, say)),
    ...block(say("finish.text.conduct"), conduct(seen, draft, locale, say)),
  ];
}

/** Exactly what is shown and signed: block by block, an empty line between. */
export function textOf(blocks: readonly Block[]): string {
  return blocks.map(({ title, lines }) => [title, ...lines].join("\n")).join("\n\n");
}

function head({ job, type, customer }: Seen, locale: Locale, say: Words): readonly string[] {
  const kind = type === undefined ? job.job_type : nameIn(locale, { zh: type.name, en: type.name_en });
  const where = job.address || (customer?.address ?? "");
  const who = job.contact_name || (customer?.name ?? "");
  return [
    say("finish.text.number", { n: job.number, kind }),
    job.title,
    who === "" ? "" : say("finish.text.customer", { name: who }),
    where === "" ? "" : say("finish.text.address", { address: where }),
  ];
}

function product({ unit, job }: Seen, locale: Locale, say: Words): readonly string[] {
  const serial = unit?.serial ?? scannedOf(job)?.serial;
  return [
    unit === undefined ? "" : nameIn(locale, { zh: unit.model_name, en: unit.model_name_en }),
    serial === undefined ? "" : say("finish.text.serial", { serial }),
  ];
}

function fault({ card }: Seen, draft: Draft, locale: Locale, say: Words): string {
  const component = componentNamed(card, draft.component, locale);
  return [
    draft.faultCode === "" ? "" : say("finish.text.fault_code", { code: draft.faultCode }),
    component === "" ? "" : say("finish.text.component", { name: component }),
  ]
    .filter((said) => said !== "")
    .join(locale === "en" ? "; " : "；");
}

export function componentNamed(card: UnitCard | undefined, component: string, locale: Locale): string {
  if (component === "") return "";
  const line = card?.verdict.lines.find((each) => each.component === component);
  if (line !== undefined) return nameIn(locale, line.name);
  const part = card?.parts.find((each) => each.component === component);
  return part === undefined
    ? component.replaceAll("_", " ")
    : nameIn(locale, { zh: part.name, en: part.name_en ?? "" });
}

function cured({ cured: works }: Draft, say: Words): string {
  return works === null ? "" : say(works ? "finish.text.cured" : "finish.text.not_cured");
}

function checked(seen: Seen, locale: Locale, say: Words): readonly string[] {
  return itemsOf(seen).map((item) => {
    const words = nameIn(locale, { zh: item.text, en: item.textEn });
    const value = item.value === "" ? "" : locale === "en" ? `: ${item.value}` : `：${item.value}`;
    return item.done ? `✓ ${words}${value}` : say("finish.text.item_open", { item: `${words}${value}` });
  });
}

function readings({ job, unit }: Seen, locale: Locale): readonly string[] {
  return readingsOf(unit?.line_code ?? null, job.readings).flatMap(({ gauge, value }) =>
    value === null
      ? []
      : [`${nameIn(locale, gauge.name)}${locale === "en" ? ": " : "："}${value} ${gauge.unit}`.trim()],
  );
}

function parts(seen: Seen, locale: Locale, say: Words): readonly string[] {
  const used = usedParts(seen).map(({ number, name, used: n }) => `${nameIn(locale, name)} ${number} × ${n}`.trim());
  return used.length === 0 ? [say("finish.text.no_parts")] : used;
}

function fees({ job }: Seen, draft: Draft, locale: Locale, say: Words): readonly string[] {
  const told = charged(draft, job, say);
  if (told.length === 0) return [say("finish.text.no_fees")];
  const total = told.reduce((sum, { minor }) => sum + minor, 0);
  const lines = told.map(({ name, minor }) => `${name}${locale === "en" ? ": " : "："}${moneyIn(locale, minor)}`);
  return told.length === 1 ? lines : [...lines, say("finish.text.total", { amount: moneyIn(locale, total) })];
}

export function coverageOf({ card, today }: Seen, locale: Locale): string {
  if (card === undefined) return "";
  const cover = coverOf(card, today);
  return cover.state === "ended" ? wordsIn(locale)("finish.text.cover_ended") : nameIn(locale, cover.sentence);
}

function photos({ photos: named }: Seen, say: Words): readonly string[] {
  if (named.length === 0) return [say("finish.text.no_photos")];
  const captions = named.flatMap(({ caption }, n) => (caption ? [`${n + 1}. ${caption}`] : []));
  return [say("finish.text.photo_count", { n: named.length }), ...captions];
}

function times({ job }: Seen, { finish, outcome }: Draft, say: Words): readonly string[] {
  const arrived = arrivalOf(job);
  return [
    arrived === null ? "" : say("finish.text.arrived", { time: dayAndTime(Date.parse(arrived.at)) }),
    finish === null
      ? ""
      : say(outcome === "completed" ? "finish.text.finished" : "finish.text.ended", {
          time: dayAndTime(Date.parse(finish.at)),
        }),
  ];
}

function conduct(seen: Seen, draft: Draft, locale: Locale, say: Words): readonly string[] {
  const points = conductOf(seen.type);
  const answered = conductAnswered(draft, points);
  if (answered === true) return [say("finish.text.conduct_kept")];
  return points.flatMap(({ key, text, textEn }) => {
    const answer = draft.conduct[key];
    if (answer === undefined) return [];
    const item = nameIn(locale, { zh: text, en: textEn });
    return [say(answer === "yes" ? "finish.text.conduct_yes" : "finish.text.conduct_no", { item })];
  });
}

/** `2026-11-23 16:05`, by the clocks of this place: the same in every language. */
export function dayAndTime(ms: number): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  const t = new Date(ms);
  return `${t.getFullYear()}-${two(t.getMonth() + 1)}-${two(t.getDate())} ${two(t.getHours())}:${two(t.getMinutes())}`;
}

// ---- as facts

/** What is signed beside the words, but for who signs. */
export interface Stated {
  readonly job_id: string;
  readonly text: string;
  readonly locale: Locale;
  readonly photos: readonly NamedPhoto[];
  readonly report: JsonObject;
  readonly checklist: JsonObject;
  readonly conduct: boolean | null;
  readonly parts: Readonly<Record<string, number>>;
  readonly fees: readonly { readonly name: string; readonly amount_minor: number; readonly currency: string }[];
  readonly arrival: { readonly at: string; readonly reading?: Reading } | null;
}

interface Reading {
  readonly wall_ms: number;
  readonly monotonic_ms: number;
  readonly boot_id: string;
}

export function statedOf(seen: Seen, draft: Draft, locale: Locale): Stated {
  const say = wordsIn(locale);
  return {
    job_id: seen.job.id,
    text: textOf(blocksOf(seen, draft, locale)),
    locale,
    photos: seen.photos,
    report: reportOf(seen, draft, locale),
    checklist: checklist(seen, draft, locale, say),
    conduct: conductAnswered(draft, conductOf(seen.type)),
    parts: Object.fromEntries(usedParts(seen).map(({ number, used }) => [number, used])),
    fees: charged(draft, seen.job, say).map(({ name, minor }) => ({ name, amount_minor: minor, currency: CURRENCY })),
    arrival: arrivalOf(seen.job),
  };
}

/** A signature holds for what stood above it. Two reports with the same mark say the same. */
export function markOf({ report, checklist: items, parts: used, fees: told, photos: named }: Stated): string {
  return JSON.stringify([report, items, used, told, named.map(({ sha256 }) => sha256)]);
}

function reportOf(seen: Seen, draft: Draft, locale: Locale): JsonObject {
  const { job, unit } = seen;
  const scanned = unit === undefined ? scannedOf(job) : undefined;
  const measured = readingsOf(unit?.line_code ?? null, job.readings).filter(({ value }) => value !== null);
  const told: Record<string, Json | undefined> = {
    number: job.number,
    product: unit && nameIn(locale, { zh: unit.model_name, en: unit.model_name_en }),
    serial: unit?.serial ?? scanned?.serial,
    unit_id: unit?.id,
    scanned: scanned && { ...scanned },
    diagnosis: diagnosisOf(draft, job) || undefined,
    result: resultOf(draft, job) || undefined,
    component: draft.component || undefined,
    fault_code: draft.faultCode || undefined,
    cured: draft.cured ?? undefined,
    served: draft.served.length === 0 ? undefined : [...draft.served],
    coverage: coverageOf(seen, locale) || undefined,
    readings:
      measured.length === 0
        ? undefined
        : Object.fromEntries(
            measured.map(({ gauge, value }) => [nameIn(locale, gauge.name), `${value ?? ""} ${gauge.unit}`.trim()]),
          ),
  };
  return Object.fromEntries(Object.entries(told).filter((each): each is [string, Json] => each[1] !== undefined));
}

function checklist(seen: Seen, draft: Draft, locale: Locale, say: Words): JsonObject {
  const entry = (item: ConductPoint, done: boolean, value: string): [string, Json] => [
    item.key,
    {
      done,
      text: cut(nameIn(locale, { zh: item.text, en: item.textEn })),
      ...(value === "" ? {} : { value: cut(value) }),
    },
  ];
  const items = itemsOf(seen).map((item) => entry(item, item.done, item.value));
  const answered = conductOf(seen.type).flatMap((item) => {
    const answer = draft.conduct[item.key];
    return answer === undefined ? [] : [entry(item, answer === "yes", say(`finish.answer.${answer}`))];
  });
  return Object.fromEntries([...items, ...answered]);
}

function cut(words: string): string {
  return Array.from(words).slice(0, MOST_ITEM).join("");
}

export function arrivalOf({ arrival }: Pick<Job, "arrival">): Stated["arrival"] {
  if (!isObject(arrival)) return null;
  const [said, raw] = [at(arrival, "at"), at(arrival, "raw")];
  if (typeof said !== "string" || Number.isNaN(Date.parse(said))) return null;
  if (!isObject(raw)) return { at: said };
  const [wall_ms, monotonic_ms, boot_id] = [at(raw, "wall_ms"), at(raw, "monotonic_ms"), at(raw, "boot_id")];
  const whole = typeof wall_ms === "number" && typeof monotonic_ms === "number" && typeof boot_id === "string";
  return whole ? { at: said, reading: { wall_ms, monotonic_ms, boot_id } } : { at: said };
}

/** The code that was scanned on site last. */
export function scannedOf(job: Job): { readonly gtin: string; readonly serial: string } | undefined {
  const { scanned } = job;
  if (!isObject(scanned)) return undefined;
  const [gtin, serial] = [at(scanned, "gtin"), at(scanned, "serial")];
  return typeof gtin === "string" && typeof serial === "string" ? { gtin, serial } : undefined;
}

/** Saying a field of a record to a person: its name, and its value in their language and zone. */
import { language, say, t } from "../shared/text/language";
import { shortTime } from "../shared/time/format";
import { now } from "../shared/time/now";
import type { Board } from "./board";

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const LONGEST = 200;

export function fieldName(field: string): string {
  return say("field", field);
}

export function fieldValue(board: Board, field: string, value: unknown): string {
  if (value === null || value === undefined || value === "") return t("value.none");
  if (field === "billing_held") return t(value === true ? "value.held" : "value.free");
  if (field === "sign_again") return t("value.asked");
  if (field === "price_minor" && typeof value === "number") return money(value);
  if (field === "arrival") return arrival(board, value);
  if (typeof value === "boolean") return t(value ? "value.yes" : "value.no");
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return text(board, field, value);
  return shorten(parts(board, value));
}

function text(board: Board, field: string, value: string): string {
  if (field === "state") return say("job.state", value);
  if (field === "promise_state") return say("promise.state", value);
  if (field === "technician_id") return board.nameOf(value);
  if (INSTANT.test(value)) return shortTime(now.value, Date.parse(value));
  return shorten(value);
}

/** An amount in the smallest unit of the firm's money. */
export function money(minor: number): string {
  const digits = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  return new Intl.NumberFormat(language.value, digits).format(minor / 100);
}

function arrival(board: Board, value: unknown): string {
  const { at, grade, technician_id } = value as Readonly<Record<string, unknown>>;
  if (typeof at !== "string") return t("value.none");
  const doubt = typeof grade === "string" && grade !== "exact" ? say("grade", grade) : null;
  const who = typeof technician_id === "string" ? board.nameOf(technician_id) : null;
  return [shortTime(now.value, Date.parse(at)), doubt, who]
    .filter((each) => each !== null)
    .join(t("punctuation.comma"));
}

/** Lists and objects as their telling parts; ids mean nothing to a reader. */
function parts(board: Board, value: object): string {
  if (Array.isArray(value))
    return value.length === 0
      ? t("value.none")
      : value.map((each) => part(board, "", each)).join(t("punctuation.semicolon"));
  const told = Object.entries(value).filter(([, inner]) => inner !== null && !isId(inner));
  return told.length === 0
    ? t("value.none")
    : told.map(([key, inner]) => part(board, key, inner)).join(t("punctuation.comma"));
}

function part(board: Board, key: string, value: unknown): string {
  const words = fieldValue(board, key, value);
  return key === "" || key === "text" || key === "at" ? words : `${fieldName(key)}${t("punctuation.colon")}${words}`;
}

function isId(value: unknown): boolean {
  return typeof value === "string" && UUID.test(value);
}

function shorten(words: string): string {
  return words.length > LONGEST ? `${words.slice(0, LONGEST)}…` : words;
}

/** Changed values in words. */
import { TECHNICIANS_RULES, type FieldMerge } from "../../shared/replica";
import { isObject, type Json } from "../../shared/replica/json";
import { isKey, say, t } from "../../shared/text/language";
import { shortTime, timeWindow } from "../../shared/time/format";
import type { Phone } from "../phone/phone";
import type { Change } from "./changes";

export function changeWords({ field, from, to }: Change, phone: Pick<Phone, "units">, now_ms: number): string {
  const name = fieldWords(field);
  if (field === "sign_again") return t("news.to", { field: name, to: t("news.sign_again") });
  return t("news.from_to", {
    field: name,
    from: valueWords(field, from, phone, now_ms),
    to: valueWords(field, to, phone, now_ms),
  });
}

/** Whose value counts, and the other one, which is not lost. */
export function mergeWords(merged: FieldMerge, phone: Pick<Phone, "units">, now_ms: number): string {
  const [name] = merged.field.split("/", 1);
  const [won, lost] = [merged.won, merged.lost].map((value) => valueWords(name ?? "", value, phone, now_ms));
  const values = { field: fieldWords(merged.field), won: won ?? "", lost: lost ?? "" };
  return t(merged.winner === "field" ? "news.yours_won" : "news.theirs_won", values);
}

/** Why that side won; "" where the kind of field says nothing. */
export function whyWords({ field }: FieldMerge, type: string): string {
  const owner = TECHNICIANS_RULES.get(type)?.fields.get(field.split("/", 1)[0] ?? "");
  return owner === "office" || owner === "field" || owner === "shared" ? t(`news.why.${owner}`) : "";
}

function fieldWords(field: string): string {
  const [name = "", key] = field.split(/\/(.*)/s, 2);
  return key === undefined ? say("news.field", name) : `${say("news.field", name)} ${key}`;
}

function valueWords(field: string, value: Json, { units }: Pick<Phone, "units">, now_ms: number): string {
  if (value === null || value === "") return t("news.nothing");
  if (field === "window") return windowWords(value, now_ms);
  if (field === "parts_needed" || field === "parts_used") return partsWords(value);
  if (typeof value === "number") return String(value);
  if (typeof value === "string") {
    if (field === "state" || field === "lock") {
      const prefix = field === "state" ? "job.state" : "news.lock";
      return isKey(`${prefix}.${value}`) ? say(prefix, value) : value;
    }
    if (field === "unit_id") return unitWords(value, units.value.get(value));
    return field.endsWith("_at") ? shortTime(now_ms, Date.parse(value)) : value;
  }
  return isObject(value) && "value" in value
    ? valueWords("", value["value"], { units }, now_ms)
    : JSON.stringify(value);
}

function windowWords(value: Json, now_ms: number): string {
  const [start, end] = Array.isArray(value) ? value : [];
  if (typeof start !== "string") return t("news.nothing");
  return timeWindow(now_ms, Date.parse(start), typeof end === "string" ? Date.parse(end) : null);
}

function partsWords(value: Json): string {
  if (!isObject(value)) return t("news.nothing");
  const parts = Object.entries(value).map(([part, n]) => t("news.part", { part, n: String(n as number) }));
  return parts.length === 0 ? t("news.nothing") : parts.reduce((one, other) => t("news.list", { one, other }));
}

function unitWords(id: string, unit: { readonly model_name: string; readonly serial: string } | undefined): string {
  return unit === undefined ? id.slice(0, 8) : `${unit.model_name} ${unit.serial}`;
}

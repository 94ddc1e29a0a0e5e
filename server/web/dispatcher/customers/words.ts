/** What customers said, in the reader's words. */
import type { ServiceRequest } from "../../shared/api/types";
import { isKey, say, t } from "../../shared/text/language";
import { plainDate } from "../../shared/time/format";
import { wishOf } from "./customers";

/** `26 Nov 2026, in the morning`; null when the customer did not say. */
export function wishWords(day: string | null, part: ServiceRequest["preferred_part"]): string | null {
  const wish = wishOf(day, part);
  if (wish === null) return null;
  const words = t(`part.${wish.part}`);
  return wish.day === null ? words : t("part.on_day", { day: plainDate(wish.day), part: words });
}

/** The language to speak with the customer; the tag itself for one we have no word for. */
export function languageWords(locale: string, as: "speaks" | "language"): string {
  const key = `customers.${as}.${locale}`;
  return isKey(key) ? say(`customers.${as}`, locale) : locale;
}

/** What a report lacks before it is shown to the customer. Pure. Only what nobody could sign without stops it; the rest is
 * named, and is the technician's to decide: field work is never refused. */
import { arrivalOf, feesOf, itemsOf, reasonOf, resultOf, type Seen } from "./report";
import { amountOf } from "./money";
import type { Draft } from "./draft";

export type Lack =
  | { readonly kind: "result" | "reason" | "arrival" }
  | { readonly kind: "fee"; readonly index: number }
  | { readonly kind: "items"; readonly items: readonly { readonly zh: string; readonly en: string }[] }
  | { readonly kind: "photos"; readonly needed: number; readonly there: number }
  | { readonly kind: "photos_many"; readonly there: number };

/** As schemas/evidence.py has it. */
const MOST_PHOTOS = 40;
const STOPS: ReadonlySet<Lack["kind"]> = new Set(["result", "reason", "fee", "photos_many"]);

export function lacks(seen: Seen, draft: Draft): readonly Lack[] {
  const { job, type, photos } = seen;
  const found: Lack[] = [];
  const done = draft.outcome === "completed";
  if (!done && reasonOf(draft) === "") found.push({ kind: "reason" });
  if (done && resultOf(draft, job) === "") found.push({ kind: "result" });
  feesOf(draft, job).forEach(({ name, amount }, index) => {
    const empty = name.trim() === "" && amount.trim() === "";
    if (!empty && amountOf(amount) === null) found.push({ kind: "fee", index });
  });
  if (photos.length > MOST_PHOTOS) found.push({ kind: "photos_many", there: photos.length });
  if (!done) return found;
  const open = itemsOf(seen).filter((item) => item.required && !item.done);
  if (open.length > 0) found.push({ kind: "items", items: open.map(({ text, textEn }) => ({ zh: text, en: textEn })) });
  const needed = type?.photos_required ?? 0;
  if (photos.length < needed) found.push({ kind: "photos", needed, there: photos.length });
  if (arrivalOf(job) === null) found.push({ kind: "arrival" });
  return found;
}

export function stops(lack: Lack): boolean {
  return STOPS.has(lack.kind);
}

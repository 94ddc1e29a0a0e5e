/** Reading the open parts of a job: checklist and notes are lists of entries whose fields may grow. Pure. */

type Entry = Readonly<Record<string, unknown>>;

export interface ChecklistItem {
  readonly key: string;
  readonly text: string;
  readonly textEn: string;
  readonly required: boolean;
  readonly done: boolean;
  /** A reading or choice that was noted, as text. */
  readonly value: string;
}

export interface Note {
  readonly id: string;
  readonly text: string;
  /** Epoch ms, when known. */
  readonly at: number | null;
}

/** Items that the customer answers when signing, not the technician. */
const CUSTOMERS = "conduct_";

/** How many required items are still to do. */
export function leftOf(items: readonly ChecklistItem[]): number {
  return items.filter((item) => item.required && !item.done).length;
}

/** The technician's items of the job's type, in its order, with what has been done about each. Of two technicians each one's items
 * are their own: what `mine` did beside another stands under `key@mine`. */
export function checklistOf(
  items: readonly Entry[],
  state: Entry,
  mine: string | null = null,
): readonly ChecklistItem[] {
  const own = items.filter((item) => !words(item["key"]).startsWith(CUSTOMERS));
  return own.map((item) => {
    const key = words(item["key"]);
    const done = entry(state[`${key}@${mine ?? ""}`] ?? state[key]);
    return {
      key,
      text: words(item["text"]),
      textEn: words(item["text_en"]),
      required: item["required"] === true,
      done: done["done"] === true,
      value: words(done["value"]),
    };
  });
}

export function notesOf(notes: readonly Entry[]): readonly Note[] {
  return notes.map((note, index) => ({
    id: words(note["id"]) || String(index),
    text: words(note["text"]),
    at: when(note["at"]),
  }));
}

function entry(value: unknown): Entry {
  return typeof value === "object" && value !== null ? (value as Entry) : {};
}

function words(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" ? String(value) : "";
}

function when(value: unknown): number | null {
  const at = typeof value === "number" ? value : typeof value === "string" ? Date.parse(value) : NaN;
  return Number.isNaN(at) ? null : at;
}

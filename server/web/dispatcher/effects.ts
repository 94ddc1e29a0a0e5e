/** What a choice in a review will do, line by line, in the order in which a dispatcher asks. Pure. */
import type { Effects } from "../shared/api/types";

export type Effect =
  | {
      readonly kind: "field";
      readonly field: string;
      readonly item: string;
      readonly from: unknown;
      readonly to: unknown;
    }
  | { readonly kind: "visit"; readonly technicianId: string; readonly from: string | null; readonly to: string }
  | { readonly kind: "promise"; readonly from: string; readonly to: string }
  | { readonly kind: "warranty"; readonly from: Said; readonly to: Said };

interface Said {
  readonly zh: string;
  readonly en: string;
}

/** Said by other lines, or saying nothing to a reader. */
const SILENT: ReadonlySet<string> = new Set(["visit_id", "completion_id", "window_start", "window_end", "deleted_at"]);
const FIRST: readonly string[] = ["state", "technician_id", "unit_id", "price_minor", "sign_again"];
const LAST = "billing_held";

export function effectsOf(effects: Effects): readonly Effect[] {
  const fields = effects.fields
    .map(({ field, before, after }) => {
      const [name = "", ...item] = field.split("/");
      return { kind: "field", field: name, item: item.join("/"), from: before, to: after } as const;
    })
    .filter(({ field }) => !SILENT.has(field))
    .sort((a, b) => place(a.field) - place(b.field));
  const visits = effects.visits.map(
    (visit) => ({ kind: "visit", technicianId: visit.technician_id, from: visit.before, to: visit.after }) as const,
  );
  const { promise, warranty } = effects;
  return [
    ...fields.filter(({ field }) => field !== LAST),
    ...(warranty ? [{ kind: "warranty", from: warranty.before, to: warranty.after } as const] : []),
    ...visits,
    ...(promise ? [{ kind: "promise", from: promise.before, to: promise.after } as const] : []),
    ...fields.filter(({ field }) => field === LAST),
  ];
}

function place(field: string): number {
  const found = FIRST.indexOf(field);
  return found === -1 ? FIRST.length : found;
}

/** What stands in the way of an undo, from the refusal's `extra`: names of fields, or the word for a visit or review. */
export function obstaclesOf(extra: Readonly<Record<string, unknown>> | undefined): readonly string[] {
  const found = extra?.["in_the_way"];
  if (!Array.isArray(found)) return [];
  return found.flatMap((each: unknown) => {
    if (typeof each !== "object" || each === null) return [];
    if ("field" in each && typeof each.field === "string") return [each.field.split("/")[0] ?? each.field];
    return ["visit" in each ? "visit" : "review"];
  });
}

/** `9:05`, for the time that is left. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

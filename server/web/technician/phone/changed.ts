/** Which of the records read anew are the same as before. Pure. */
import { same, type Json } from "../../shared/replica/json";
import type { SyncRecord } from "../../shared/replica";

type Body = Readonly<Record<string, unknown>>;

/** The records as bodies, by `by`. What has not changed stays the same object, and a map of which nothing has changed
 * the same map, so that views redraw only what is new. */
export function mapOf<T extends object>(
  before: ReadonlyMap<string, T>,
  records: readonly SyncRecord[],
  by: "id" | "code" = "id",
): ReadonlyMap<string, T> {
  const found = new Map<string, T>();
  for (const { id, version, fields } of records) {
    const body: Body = { ...fields, id, version };
    const key = by === "id" ? id : body["code"];
    if (typeof key !== "string") continue;
    // The one place where the feed's JSON gets its types: a record's type names the shape, the server keeps the word.
    found.set(key, kept(before.get(key), body as T));
  }
  return unchanged(before, found) ? before : found;
}

/** The same list when it says the same. */
export function listOf<T>(before: readonly T[], after: readonly T[]): readonly T[] {
  const alike =
    before.length === after.length && before.every((each, index) => same(each as Json, (after[index] ?? null) as Json));
  return alike ? before : after;
}

function kept<T extends object>(before: T | undefined, after: T): T {
  return before !== undefined && same(before as unknown as Json, after as unknown as Json) ? before : after;
}

function unchanged<T>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>): boolean {
  return before.size === after.size && [...after].every(([key, each]) => before.get(key) === each);
}

/** How an effect meets a record that may have moved on: three-way, field by field, against `base_version`. Pure.
 *
 * The table of who wins is in docs/sync-protocol.md, "Conflicts"; tests/vectors/merge.json holds this file to it.
 */
import { at, copied, isObject, put, same, type Json, type JsonObject } from "./json";
import type { FieldMerge, Mark, Side, SyncRecord } from "./operation";
import type { CorrectedTime, Effect, FieldPolicy, Ownership } from "./rules";

/** Who is writing, when, and from which version of the record. */
export interface Writing {
  readonly side: Side;
  readonly writer: string;
  readonly base_version: number;
  readonly when: Pick<CorrectedTime, "ms" | "grade">;
}

/** `record` has version + 1 if anything changed, else it is the record as it was. `changes`: path → [old, new].
 * `lost`: path → the value that did not win. `disputed`: path → both sides. `below_zero`: counters' paths. */
export interface Merged {
  readonly record: SyncRecord;
  readonly merges: readonly FieldMerge[];
  readonly changes: JsonObject;
  readonly lost: JsonObject;
  readonly disputed: JsonObject;
  readonly below_zero: readonly string[];
}

const SCALARS: ReadonlySet<Ownership> = new Set(["office", "field", "shared"]);
const OWNERS: Partial<Record<Ownership, Side>> = { office: "office", field: "field", items: "field" };
const OTHER: Record<Side, Side> = { office: "field", field: "office" };

/** The record with the effect in it. Throws TypeError when the effect does not fit the policy. */
export function merge(record: SyncRecord, effect: Effect, policy: FieldPolicy, writing: Writing): Merged {
  const draft = new Draft(record, writing);
  const owned = (name: string, fitting: ReadonlySet<Ownership>): Ownership => {
    const ownership = policy.get(name);
    if (ownership === undefined || !fitting.has(ownership))
      throw new TypeError(`${name} cannot be changed in this way`);
    if (Object.hasOwn(effect.force ?? {}, name)) throw new TypeError(`${name} is both forced and proposed`);
    return ownership;
  };
  for (const [name, value] of Object.entries(effect.force ?? {})) draft.force(name, value);
  for (const [name, value] of Object.entries(effect.set ?? {})) draft.set(name, owned(name, SCALARS), value);
  for (const [name, entries] of Object.entries(effect.append ?? {})) {
    owned(name, new Set(["append"]));
    draft.append(name, entries);
  }
  for (const [name, items] of Object.entries(effect.items ?? {})) {
    owned(name, new Set(["items"]));
    draft.putItems(name, items);
  }
  for (const [name, deltas] of Object.entries(effect.add ?? {})) {
    owned(name, new Set(["counters"]));
    draft.count(name, deltas);
  }
  return draft.finish();
}

type Verdict = "same" | "clear" | "incoming" | "standing" | "disputed";

/** A record being rewritten. Nothing of it is shared with the record it began as. */
class Draft {
  readonly #record: SyncRecord;
  readonly #writing: Writing;
  readonly #fields: JsonObject;
  readonly #marks: Map<string, Mark>;
  readonly #merges: FieldMerge[] = [];
  readonly #changes: JsonObject = {};
  readonly #lost: JsonObject = {};
  readonly #disputed: JsonObject = {};
  readonly #belowZero: string[] = [];

  constructor(record: SyncRecord, writing: Writing) {
    this.#record = record;
    this.#writing = writing;
    this.#fields = copied(record.fields);
    this.#marks = new Map(record.marks);
  }

  force(name: string, value: Json): void {
    const standing = at(this.#fields, name);
    if (same(standing, value)) return;
    this.#put(name, value);
    // Entries of a collection that was replaced whole count as written now, the vanished ones too.
    for (const part of [standing, value])
      if (isObject(part)) for (const key of Object.keys(part)) this.#mark(`${name}/${key}`);
  }

  set(name: string, ownership: Ownership, value: Json): void {
    this.#propose(name, ownership, at(this.#fields, name), value);
  }

  append(name: string, entries: readonly Json[]): void {
    const list = this.#list(name);
    const known = new Map(list.map((entry) => [isObject(entry) ? at(entry, "id") : null, entry]));
    for (const entry of entries) {
      const id = isObject(entry) ? at(entry, "id") : null;
      if (typeof id !== "string") throw new TypeError(`an entry of ${name} has no id`);
      const path = `${name}/${id}`;
      const standing = known.get(id);
      if (standing === undefined) {
        known.set(id, entry);
        list.push(copied(entry));
        this.#mark(name);
        put(this.#changes, path, [null, copied(entry)]);
      } else if (!same(standing, entry)) this.#noteMerge(path, this.#standingSide(name), standing, entry);
    }
  }

  putItems(name: string, items: JsonObject): void {
    for (const [key, value] of Object.entries(items)) {
      const holder = at(this.#fields, name);
      this.#propose(`${name}/${key}`, "items", isObject(holder) ? at(holder, key) : null, value);
    }
  }

  count(name: string, deltas: JsonObject): void {
    for (const [key, delta] of Object.entries(deltas)) {
      if (typeof delta !== "number" || !Number.isInteger(delta)) throw new TypeError(`${name} counts whole numbers`);
      if (delta === 0) continue;
      const holder = this.#keyed(name);
      const standing = Object.hasOwn(holder, key) ? at(holder, key) : 0;
      if (typeof standing !== "number") throw new TypeError(`${name}/${key} is not a number`);
      const path = `${name}/${key}`;
      this.#put(path, standing + delta, 0);
      if (standing + delta < 0) this.#belowZero.push(path);
    }
  }

  finish(): Merged {
    const { type, id, version } = this.#record;
    const changed = Object.keys(this.#changes).length > 0;
    return {
      record: changed ? { type, id, version: version + 1, fields: this.#fields, marks: this.#marks } : this.#record,
      merges: this.#merges,
      changes: this.#changes,
      lost: this.#lost,
      disputed: this.#disputed,
      below_zero: this.#belowZero,
    };
  }

  #propose(path: string, ownership: Ownership, standing: Json, value: Json): void {
    switch (this.#verdict(path, ownership, standing, value)) {
      case "same":
        return;
      case "clear":
        this.#put(path, value);
        return;
      case "incoming":
        this.#noteMerge(path, this.#writing.side, value, standing);
        this.#put(path, value);
        return;
      case "standing":
        this.#noteMerge(path, this.#standingSide(path), standing, value);
        return;
      case "disputed":
        this.#dispute(path, standing, value);
    }
  }

  #verdict(path: string, ownership: Ownership, standing: Json, value: Json): Verdict {
    const { side, writer, base_version, when } = this.#writing;
    const mark = this.#marks.get(path);
    if (same(standing, value)) return "same";
    if ((mark?.version ?? 0) <= base_version || mark?.writer === writer) return "clear";
    const owner = OWNERS[ownership];
    if (owner === side) return "incoming";
    if (owner !== undefined && owner === this.#standingSide(path)) return "standing";
    if (when.grade === "suspect") return "disputed";
    return when.ms > (mark?.at_ms ?? 0) ? "incoming" : "standing";
  }

  /** Who wrote the value that stands; unknown writers are taken for the other side. */
  #standingSide(path: string): Side {
    const kind = this.#marks.get(path)?.writer.split(":", 1)[0];
    return kind === "office" || kind === "field" ? kind : OTHER[this.#writing.side];
  }

  #noteMerge(path: string, winner: Side, won: Json, lost: Json): void {
    this.#merges.push({ field: path, winner, won: copied(won), lost: copied(lost) });
    put(this.#lost, path, copied(lost));
  }

  #dispute(path: string, standing: Json, value: Json): void {
    this.#noteMerge(path, this.#standingSide(path), standing, value);
    const field = this.#writing.side === "field" ? value : standing;
    const office = this.#writing.side === "field" ? standing : value;
    put(this.#disputed, path, { office: copied(office), field: copied(field) });
  }

  #put(path: string, value: Json, before: Json = null): void {
    const [name, key] = halves(path);
    const holder = key === null ? this.#fields : this.#keyed(name);
    const slot = key ?? name;
    put(this.#changes, path, [copied(Object.hasOwn(holder, slot) ? at(holder, slot) : before), copied(value)]);
    put(holder, slot, copied(value));
    this.#mark(path);
    if (key !== null) this.#mark(name);
  }

  #mark(path: string): void {
    const { writer, when } = this.#writing;
    this.#marks.set(path, { version: this.#record.version + 1, at_ms: when.ms, writer });
  }

  #list(name: string): Json[] {
    if (at(this.#fields, name) === null) put(this.#fields, name, []);
    const found = at(this.#fields, name);
    if (!Array.isArray(found)) throw new TypeError(`${name} holds no list`);
    return found;
  }

  #keyed(name: string): JsonObject {
    if (at(this.#fields, name) === null) put(this.#fields, name, {});
    const found = at(this.#fields, name);
    if (!isObject(found)) throw new TypeError(`${name} holds no keyed values`);
    return found;
  }
}

/** `field/key` in its two halves; the key is null for a whole field. A key may itself hold a slash. */
export function halves(path: string): [string, string | null] {
  const cut = path.indexOf("/");
  return cut < 0 ? [path, null] : [path.slice(0, cut), path.slice(cut + 1)];
}

/** What a device says was done in the field, and what the server says became of it. Pure. */
import type { Json, JsonObject } from "./json";

/** The name of one synced record: `type` ("job", "customer", …) and `id`. */
export interface RecordKey {
  readonly type: string;
  readonly id: string;
}

/** A moment as a device saw it: wall clock in epoch ms; ms on a clock that never jumps; and the span in which readings
 * of that clock can be compared. Nothing here is trusted by the server. */
export interface FieldTime {
  readonly wall_ms: number;
  readonly monotonic_ms: number;
  readonly boot_id: string;
}

/** One thing a person did, in its wire shape. `seq` counts 1, 2, 3… per device. */
export interface Operation {
  readonly op_id: string;
  readonly seq: number;
  readonly kind: string;
  readonly record: RecordKey;
  readonly base_version: number;
  readonly args: JsonObject;
  readonly at: FieldTime;
}

export type Side = "office" | "field";

/** One conflict and how it went. `field` is a field's name, or `field/key` for an entry of one. */
export interface FieldMerge {
  readonly field: string;
  readonly winner: Side;
  readonly won: Json;
  readonly lost: Json;
}

/** `status`: applied | merged | held | rejected. `version`: the record's after the operation; null: there is none. */
export interface Outcome {
  readonly op_id: string;
  readonly seq: number;
  readonly status: string;
  readonly version: number | null;
  readonly merges: readonly FieldMerge[];
  readonly review_id: string | null;
  readonly code: string | null;
  readonly text: string | null;
}

/** What is held of one thing. The marks remember each field's last write: at which version, when (epoch ms), and by
 * whom (`field:<device_id>` or `office:<user_id>`); a record that was pulled has none. */
export interface SyncRecord {
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly fields: JsonObject;
  readonly marks: Marks;
}

export interface Mark {
  readonly version: number;
  readonly at_ms: number;
  readonly writer: string;
}

export type Marks = ReadonlyMap<string, Mark>;
export const NO_MARKS: Marks = new Map();

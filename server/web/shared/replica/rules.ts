/** What the domain tells the replica: the rules of a record type, and the words they answer with. Pure.
 *
 * They are the server's rules (offline_sync/rules.py), told again for the view: a phone shows what an operation will do
 * before the server has judged it. The server has the last word.
 */
import type { Json, JsonObject } from "./json";
import type { FieldTime, Operation, Side, SyncRecord } from "./operation";

/** Who owns a field and so settles its conflicts; the table is in docs/sync-protocol.md, "Conflicts". */
export type Ownership = "office" | "field" | "shared" | "append" | "items" | "counters";
export type FieldPolicy = ReadonlyMap<string, Ownership>;

export interface CorrectedTime {
  readonly ms: number;
  readonly grade: "exact" | "estimated" | "suspect";
  readonly raw: FieldTime;
}

export interface Actor {
  readonly kind: Side;
  readonly user_id: string;
  readonly technician_id: string | null;
  readonly device_id: string | null;
}

/** What an operation wants. `set`: scalars, merged by their owner. `append`: entries, each with a text `id`. `items`:
 * values by key. `add`: whole differences by key. `force`: what the domain has decided. `held`: undecided until a
 * dispatcher has looked at the review named. */
export interface Effect {
  readonly set?: Readonly<JsonObject>;
  readonly append?: Readonly<Record<string, readonly Json[]>>;
  readonly items?: Readonly<Record<string, JsonObject>>;
  readonly add?: Readonly<Record<string, JsonObject>>;
  readonly force?: Readonly<JsonObject>;
  readonly review?: string | null;
  readonly held?: boolean;
}

/** An expected no: a stable code. */
export class Refusal {
  constructor(readonly code: string) {}
}

/** `record` is null when the replica holds none. */
export interface Rules {
  readonly fields: FieldPolicy;
  judge(operation: Operation, record: SyncRecord | null, actor: Actor, when: CorrectedTime): Effect | Refusal;
}

export type RulesByType = ReadonlyMap<string, Rules>;

/** The name that a record's marks keep. */
export function writerOf(actor: Actor): string {
  return `${actor.kind}:${actor.device_id ?? actor.user_id}`;
}

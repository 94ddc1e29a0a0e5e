/** What a server decides of a batch (offline_sync/engine.py), as far as a phone can tell; held to tests/vectors/decide.json.
 * The other peer of the replica's tests. Pure. */
import { isObject, type Json, type JsonObject } from "../json";
import { judge } from "../judge";
import type { FieldTime, Operation, Outcome, SyncRecord } from "../operation";
import type { Actor, CorrectedTime, RulesByType } from "../rules";

export interface Recorded {
  readonly operation: Operation;
  readonly outcome: Outcome;
}

export interface Decision {
  last_seq: number;
  expected_seq: number | null;
  duplicates: number;
  readonly outcomes: Outcome[];
  readonly fresh: Recorded[];
  readonly changed: Map<string, SyncRecord>;
  readonly reviews: string[];
  readonly lost: Map<string, JsonObject>;
}

export interface Known {
  readonly last_seq: number;
  readonly bySeq: ReadonlyMap<number, Recorded>;
  readonly byOpId: ReadonlyMap<string, Recorded>;
  readonly records: ReadonlyMap<string, SyncRecord>;
}

export interface Asking {
  readonly operations: readonly Operation[];
  readonly sent_at: FieldTime;
  readonly received_ms: number;
  readonly rules: RulesByType;
  readonly actor: Actor;
  readonly newId: () => string;
}

export const keyOf = ({ type, id }: { readonly type: string; readonly id: string }): string => `${type}:${id}`;

/** A number: two installations speak under one identity, and this `seq` names two operations. */
export function decide(known: Known, asking: Asking): Decision | number {
  const { last_seq } = known;
  const decision: Decision = {
    ...{ last_seq, expected_seq: null, duplicates: 0, outcomes: [], fresh: [] },
    ...{ changed: new Map(), reviews: [], lost: new Map() },
  };
  const bySeq = new Map(known.bySeq);
  const byOpId = new Map(known.byOpId);
  for (const operation of [...asking.operations].sort((one, other) => one.seq - other.seq)) {
    const told = recall(operation, decision.last_seq, bySeq, byOpId);
    if (typeof told === "number") return told;
    if (told !== null) {
      decision.outcomes.push({ ...told, op_id: operation.op_id, seq: operation.seq });
      decision.last_seq = Math.max(decision.last_seq, operation.seq);
      decision.duplicates += 1;
    } else if (operation.seq > decision.last_seq + 1) {
      decision.expected_seq = decision.last_seq + 1;
      break;
    } else {
      const recorded = { operation, outcome: take(decision, operation, known, asking) };
      bySeq.set(operation.seq, recorded);
      byOpId.set(operation.op_id, recorded);
      decision.fresh.push(recorded);
    }
  }
  return decision;
}

function recall(
  operation: Operation,
  last_seq: number,
  bySeq: ReadonlyMap<number, Recorded>,
  byOpId: ReadonlyMap<string, Recorded>,
): Outcome | number | null {
  const here = bySeq.get(operation.seq);
  if (here !== undefined) return canonical(here.operation) === canonical(operation) ? here.outcome : operation.seq;
  if (operation.seq > last_seq + 1) return null;
  const elsewhere = byOpId.get(operation.op_id);
  if (elsewhere === undefined) return operation.seq <= last_seq ? operation.seq : null;
  if (canonical({ ...operation, seq: 0 }) === canonical({ ...elsewhere.operation, seq: 0 })) return elsewhere.outcome;
  return outcome(operation, { status: "rejected", code: "op_id_reused" });
}

function take(decision: Decision, operation: Operation, known: Known, asking: Asking): Outcome {
  const key = keyOf(operation.record);
  const record = decision.changed.get(key) ?? known.records.get(key) ?? null;
  const when = correct(operation.at, asking.sent_at, asking.received_ms);
  const ahead = record !== null && operation.base_version > record.version;
  const seen = ahead ? { ...operation, base_version: 0 } : operation;
  const judgement = judge(seen, record, asking.rules.get(operation.record.type), asking.actor, when);
  decision.last_seq = operation.seq;
  if (!judgement.accepted) {
    const refused = outcome(operation, { status: "rejected", version: record?.version ?? null, code: judgement.code });
    decision.outcomes.push(refused);
    return refused;
  }
  const { merged, effect } = judgement;
  const changed = Object.keys(merged.changes).length > 0;
  const disputed = Object.keys(merged.disputed).length > 0;
  const asked = effect.review ?? (effect.held === true ? "held" : null);
  const reviews = [...(asked === null ? [] : [asked]), ...(disputed ? ["suspect_time"] : [])];
  const ids = reviews.map(() => asking.newId());
  const accepted = outcome(operation, {
    status: effect.held === true || disputed ? "held" : merged.merges.length > 0 ? "merged" : "applied",
    version: record !== null || changed ? merged.record.version : null,
    merges: merged.merges,
    review_id: ids[0] ?? null,
    code: ahead ? "version_ahead" : null,
  });
  decision.outcomes.push(accepted);
  decision.reviews.push(...reviews);
  if (changed) decision.changed.set(key, merged.record);
  if (Object.keys(merged.lost).length > 0) decision.lost.set(operation.op_id, merged.lost);
  return accepted;
}

function outcome(operation: Operation, said: Partial<Outcome>): Outcome {
  const { op_id, seq } = operation;
  return { op_id, seq, status: "", version: null, merges: [], review_id: null, code: null, text: null, ...said };
}

/** Without remembered anchors and floors. */
function correct(at: FieldTime, sent: FieldTime, received_ms: number): CorrectedTime {
  const same = at.boot_id === sent.boot_id;
  const ms = same ? received_ms - (sent.monotonic_ms - at.monotonic_ms) : at.wall_ms + (received_ms - sent.wall_ms);
  const earliest = received_ms - 30 * 24 * 60 * 60 * 1000;
  if (ms <= received_ms && ms >= earliest) return { ms, grade: same ? "exact" : "estimated", raw: at };
  return { ms: Math.min(Math.max(ms, earliest), received_ms), grade: "suspect", raw: at };
}

export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: Json) =>
    isObject(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}

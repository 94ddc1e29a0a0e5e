/** One operation against one record: what the server's engine will make of it (offline_sync/engine.py, `judge`). Pure. */
import { copied } from "./json";
import { merge, type Merged } from "./merge";
import { NO_MARKS, type Operation, type RecordKey, type SyncRecord } from "./operation";
import { Refusal, writerOf, type Actor, type CorrectedTime, type Effect, type Rules } from "./rules";

export type Judgement =
  | { readonly accepted: true; readonly merged: Merged; readonly effect: Effect }
  | { readonly accepted: false; readonly code: string };

export function judge(
  operation: Operation,
  record: SyncRecord | null,
  rules: Rules | undefined,
  actor: Actor,
  when: CorrectedTime,
): Judgement {
  if (rules === undefined) return { accepted: false, code: "unknown_record" };
  try {
    const asked = { ...operation, args: copied(operation.args) };
    const effect = rules.judge(asked, record && { ...record, fields: copied(record.fields) }, actor, when);
    if (effect instanceof Refusal) return { accepted: false, code: effect.code };
    const { base_version } = operation;
    const writing = { side: actor.kind, writer: writerOf(actor), base_version, when };
    return { accepted: true, effect, merged: merge(record ?? unborn(operation.record), effect, rules.fields, writing) };
  } catch {
    // Guarantee 8: whatever is wrong with one operation stays with it.
    return { accepted: false, code: "operation_faulty" };
  }
}

/** What an operation that creates a record is merged into. */
export function unborn({ type, id }: RecordKey): SyncRecord {
  return { type, id, version: 0, fields: {}, marks: NO_MARKS };
}

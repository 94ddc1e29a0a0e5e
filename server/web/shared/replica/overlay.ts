/** What the person sees: the base with their own operations on top (guarantee 6). Pure.
 *
 * An operation stays on top until the base shows what became of it. Where the rules refuse it over a newer base, it is
 * left out of the view and stays pending: the server has the last word.
 */
import { at, copied, isObject, put } from "./json";
import { judge } from "./judge";
import { halves } from "./merge";
import type { Operation, Outcome, SyncRecord } from "./operation";
import type { Actor, FieldPolicy, Rules } from "./rules";

/** An operation, with its outcome once there is one. */
export type Overlaid = readonly [Operation, Outcome | null];

// Keeps P-22 of docs/sync-protocol.md.
/** The record with the operations in it, under the base's version (0 when the server has not made it yet). */
export function overlay(
  base: SyncRecord | null,
  operations: readonly Overlaid[],
  rules: Rules,
  actor: Actor,
): SyncRecord | null {
  let record = base;
  for (const [operation, outcome] of operations) {
    record = withOperation(record, operation, rules, actor);
    if (record !== null && outcome !== null) record = asJudged(record, outcome, rules.fields);
  }
  return record;
}

function withOperation(record: SyncRecord | null, operation: Operation, rules: Rules, actor: Actor): SyncRecord | null {
  const when = { ms: operation.at.wall_ms, grade: "estimated", raw: operation.at } as const;
  const judgement = judge(operation, record, rules, actor, when);
  if (!judgement.accepted || Object.keys(judgement.merged.changes).length === 0) return record;
  return { ...judgement.merged.record, version: record?.version ?? 0 };
}

// Keeps P-23 of docs/sync-protocol.md.
/** Where the server let another value win, that one is shown, though the base has not reached it yet. */
function asJudged(record: SyncRecord, outcome: Outcome, policy: FieldPolicy): SyncRecord {
  if (outcome.merges.length === 0) return record;
  const fields = copied(record.fields);
  for (const merged of outcome.merges) {
    const [name, key] = halves(merged.field);
    const holder = at(fields, name);
    if (key === null) put(fields, name, copied(merged.won));
    else if (policy.get(name) === "items" && isObject(holder)) put(holder, key, copied(merged.won));
  }
  return { ...record, fields };
}

/** The smallest domain that has every kind of effect: the toy jobs of tests/offline_sync/builders.py. */
import type { Json, JsonObject } from "../json";
import type { Operation, SyncRecord } from "../operation";
import { Refusal, type Actor, type Effect, type FieldPolicy, type Rules, type RulesByType } from "../rules";

const POLICY: FieldPolicy = new Map([
  ["state", "office"],
  ["priority", "office"],
  ["technician", "office"],
  ["area", "office"],
  ["diagnosis", "field"],
  ["contact", "shared"],
  ["notes", "append"],
  ["checklist", "items"],
  ["parts", "counters"],
]);

type Judge = (operation: Operation, record: SyncRecord | null, actor: Actor) => Effect | Refusal;

const KINDS = new Map<string, Judge>([
  ["job.raise", raise],
  ["job.patch", ({ args }) => ({ set: args })],
  ["job.note", ({ args }) => ({ append: { notes: [args] } })],
  ["job.check", ({ args }) => ({ items: { checklist: args } })],
  ["job.use", ({ args }) => ({ add: { parts: args } })],
  ["job.complete", complete],
  [
    "job.break",
    () => {
      throw new Error("these rules have a bug");
    },
  ],
]);

class JobRules implements Rules {
  readonly fields = POLICY;

  judge(operation: Operation, record: SyncRecord | null, actor: Actor): Effect | Refusal {
    const judge = KINDS.get(operation.kind);
    if (judge === undefined) return new Refusal("unknown_kind");
    if (record === null && operation.kind !== "job.raise" && operation.kind !== "job.complete")
      return new Refusal("unknown_record");
    return judge(operation, record, actor);
  }
}

function raise(operation: Operation, record: SyncRecord | null, actor: Actor): Effect | Refusal {
  if (record !== null) return new Refusal("already_raised");
  const technician: Json = actor.technician_id ?? operation.args["technician"] ?? null;
  return { force: { state: "new", technician } };
}

function complete({ args }: Operation, record: SyncRecord | null): Effect {
  if (record === null) return { review: "done_after_delete", held: true };
  if (record.fields["state"] === "cancelled") return { set: args, review: "done_after_cancel", held: true };
  return { set: args, force: { state: "completed" } satisfies JsonObject };
}

export const RULES: RulesByType = new Map([["job", new JobRules()]]);

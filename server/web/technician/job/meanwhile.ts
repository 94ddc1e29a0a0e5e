/** What became of what the technician entered on a job, where the office had said something else meanwhile. Pure. */
import type { FieldMerge, Judged, Operation } from "../../shared/replica";
import type { Json } from "../../shared/replica/json";

/** Two values of one field (`contact_phone`, `readings/voltage_v`): whose stands, and which did not. */
export interface Settled {
  readonly op_id: string;
  readonly winner: "office" | "field";
  readonly won: Json;
  readonly lost: Json;
}

/** A deed that is not simply taken: refused, or asked about. */
export interface Turned {
  readonly op_id: string;
  readonly kind: string;
  readonly status: "rejected" | "held";
  readonly code: string | null;
}

export interface Meanwhile {
  /** By field; the latest of each. */
  readonly fields: ReadonlyMap<string, Settled>;
  readonly turned: readonly Turned[];
  /** All of them, to be marked as seen together. */
  readonly op_ids: readonly string[];
}

const SIGNED = new Set(["job.complete", "job.cannot_complete", "job.addendum"]);

/** Of what nobody has seen yet. `ids`: the job and its customer. Where the technician has entered the field anew since,
 * that is the last word, and nothing is told of it. */
export function meanwhileOf(
  judged: readonly Judged[],
  waiting: readonly Operation[],
  ids: ReadonlySet<string>,
): Meanwhile {
  const fields = new Map<string, Settled>();
  const turned: Turned[] = [];
  const op_ids: string[] = [];
  for (const { operation, outcome, seen } of judged) {
    if (!ids.has(operation.record.id)) continue;
    for (const name of namesOf(operation)) fields.delete(name);
    if (seen) continue;
    if (outcome.status === "rejected" || outcome.status === "held")
      turned.push({ op_id: outcome.op_id, kind: operation.kind, status: outcome.status, code: outcome.code });
    const differing = outcome.merges.filter(({ won, lost }) => JSON.stringify(won) !== JSON.stringify(lost));
    for (const merge of differing) fields.set(merge.field, settled(outcome.op_id, merge));
    if (outcome.status !== "applied" && !SIGNED.has(operation.kind)) op_ids.push(outcome.op_id);
  }
  for (const operation of waiting)
    if (ids.has(operation.record.id)) for (const name of namesOf(operation)) fields.delete(name);
  return { fields, turned, op_ids };
}

function settled(op_id: string, { winner, won, lost }: FieldMerge): Settled {
  return { op_id, winner, won, lost };
}

/** The fields an operation enters. */
function namesOf({ kind, args }: Operation): readonly string[] {
  if (kind === "job.patch" || kind === "customer.patch") return Object.keys(args);
  const { reading, item } = args;
  if (kind === "job.read" && typeof reading === "string") return [`readings/${reading}`];
  return kind === "job.check" && typeof item === "string" ? [`checklist/${item}`] : [];
}

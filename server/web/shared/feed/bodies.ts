/** The records of the feed by type. The server encodes the bodies from the same fields its API describes. */
import { computed, type ReadonlySignal } from "@preact/signals";
import type { Alarm, Job, JobType, Review } from "../api/types";
import type { Replica } from "./records";

export interface Customer {
  readonly id: string;
  readonly name: string;
  readonly phone: string;
  readonly address: string;
  readonly access_notes: string;
}

export interface Unit {
  readonly id: string;
  readonly gtin: string;
  readonly serial: string;
  readonly model_name: string;
  readonly model_name_en: string;
  readonly installed_on: string | null;
}

interface Bodies {
  readonly alarm: Alarm;
  readonly job: Job;
  readonly review: Review;
  readonly job_type: JobType;
  readonly customer: Customer;
  readonly unit: Unit;
}

/** All records of one type, by id; recomputed only when a checkpoint changed something. */
export function recordsOf<T extends keyof Bodies>(
  replica: ReadonlySignal<Replica>,
  type: T,
): ReadonlySignal<ReadonlyMap<string, Bodies[T]>> {
  const records = computed(() => replica.value.records);
  return computed(() => {
    const found = new Map<string, Bodies[T]>();
    for (const held of records.value.values()) {
      // The one place where the feed's JSON gets its types: `type` names the shape, the server keeps the word.
      if (held.type === type) found.set(held.id, held.body as unknown as Bodies[T]);
    }
    return found;
  });
}

/** Job types are named by their code on a job. */
export function jobTypesByCode(types: ReadonlyMap<string, JobType>): ReadonlyMap<string, JobType> {
  return new Map([...types.values()].map((type) => [type.code, type]));
}

/** Doing something with a job: kept on the phone at once, or told why not, with what was entered still on the screen. */
import { signal, type ReadonlySignal } from "@preact/signals";
import type { RecordKey } from "../../shared/replica";
import type { JsonObject } from "../../shared/replica/json";
import type { LocalProblem, Phone } from "../phone/phone";

export interface Deeds {
  /** Why the last deed could not be kept; null when it was. */
  readonly trouble: ReadonlySignal<LocalProblem | null>;
  /** True once it is durable. */
  perform(kind: string, args: JsonObject, how?: { readonly undoMs?: number }): Promise<boolean>;
}

export function deedsOn(phone: Phone, id: string): Deeds {
  const record: RecordKey = { type: "job", id };
  const trouble = signal<LocalProblem | null>(null);
  return {
    trouble,
    async perform(kind, args, how = {}) {
      const done = await phone.perform(kind, record, args, how);
      trouble.value = done.ok ? null : done.problem;
      return done.ok;
    },
  };
}

/** What a technician's operation does to a customer's file, as server/customers/field_work.py has it. Pure. */
import type { Operation, SyncRecord } from "../operation";
import { Refusal, type Effect, type FieldPolicy, type Rules } from "../rules";
import { fit } from "./arguments";

const OWNERSHIP: FieldPolicy = new Map([
  ["name", "shared"],
  ["phone", "shared"],
  ["address", "shared"],
  ["access_notes", "shared"],
]);

export class CustomerRules implements Rules {
  readonly fields = OWNERSHIP;

  judge({ kind, args }: Operation, record: SyncRecord | null): Effect | Refusal {
    if (record === null) return new Refusal("unknown_record");
    if (kind !== "customer.patch") return new Refusal("unknown_kind");
    return fit(kind, args) ? { set: args } : new Refusal("arguments_invalid");
  }
}

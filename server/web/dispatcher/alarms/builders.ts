/** Builders for tests: a whole alarm with only the telling fields named. */
import type { Alarm } from "../../shared/api/types";

export function anAlarm(fields: Partial<Alarm> = {}): Alarm {
  const id = fields.id ?? "alarm";
  return {
    id,
    version: 1,
    centre_id: "c",
    outlet_id: "o",
    job_id: `job of ${id}`,
    number: 7,
    clock: "response",
    step: "missed",
    tell: "dispatcher",
    due: "2026-11-24T02:00:00Z",
    fired_at: "2026-11-24T01:00:00Z",
    taken_by: null,
    taken_at: null,
    given_by: null,
    over_at: null,
    ...fields,
  };
}

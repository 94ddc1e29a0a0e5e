/** Builders for tests: a whole alarm with only the telling fields named. */
import type { Answer } from "../../shared/api/problem";
import type { Alarm } from "../../shared/api/types";
import type { Matter } from "./hands";

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

export function aMatter(fields: Partial<Matter> = {}): Matter {
  const done = (): Promise<Answer<unknown>> => Promise.resolve({ ok: true, data: null });
  return {
    id: "matter",
    outletId: "o",
    holder: null,
    since: null,
    givenBy: null,
    what: "the matter",
    taking: "Take",
    news: "something is the matter",
    asking: { take: done, give: done, putBack: done, again: () => undefined },
    ...fields,
  };
}

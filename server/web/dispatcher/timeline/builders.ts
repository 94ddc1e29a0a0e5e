/** Builders for tests of the timeline: a day in Shanghai, and people who work in it. */
import type { Job, Technician } from "../../shared/api/types";
import { aJob } from "../../shared/api/builders";
import { HOUR, spanOf, type Span } from "./hours";
import { rowOf, visitsBy, type Person, type TechnicianRow } from "./rows";

export const ZONE = "Asia/Shanghai";
export const DAY = "2026-11-23";
export const SPAN: Span = spanOf(DAY, ZONE);

/** `9.5` is half past nine of the day. */
export function at(hours: number): number {
  return SPAN.from + hours * HOUR;
}

export function iso(hours: number): string {
  return new Date(at(hours)).toISOString();
}

export function aVisit(from: number, to: number, fields: Partial<Job> = {}): Job {
  const visit = { state: "scheduled", technician_id: "wang", visit_id: "visit" } as const;
  const window = { window_start: iso(from), window_end: iso(to), duration_minutes: (to - from) * 60 };
  return aJob({ ...visit, ...window, respond_by: iso(20), ...fields });
}

export function aTechnician(fields: Partial<Technician> = {}): Technician {
  return {
    ...{ id: "wang", outlet_id: "outlet", name: "王伟", name_en: "Wang Wei", skills: ["repair"], shifts: [] },
    ...{ home_lat: 31.2, home_lon: 121.5, version: 1 },
    ...fields,
  };
}

export function aPerson(fields: Partial<Person> = {}): Person {
  const shifts = [{ start: at(8), end: at(17) }];
  return { technician: aTechnician(), shifts, absences: [], contact: null, ...fields };
}

export function aRow(jobs: readonly Job[], person: Person = aPerson(), now = at(7)): TechnicianRow {
  return rowOf(person, visitsBy(jobs, SPAN, now).get(person.technician.id) ?? [], SPAN);
}

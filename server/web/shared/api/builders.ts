/** Builders for tests: a whole record with only the telling fields named. */
import type { Job } from "./types";

let made = 0;

export function aJob(fields: Partial<Job> = {}): Job {
  made += 1;
  return {
    id: `job-${made}`,
    number: 1000 + made,
    version: 1,
    centre_id: "centre",
    outlet_id: "outlet",
    job_type: "repair",
    state: "new",
    priority: 3,
    title: "No hot water",
    source: "hotline",
    customer_id: null,
    unit_id: null,
    contact_name: "Wang",
    contact_phone: "",
    access_notes: "",
    address: "",
    lat: 31.2,
    lon: 121.5,
    opened_at: "2026-11-07T00:00:00Z",
    duration_minutes: 60,
    skill: "",
    technician_id: null,
    visit_id: null,
    window_start: null,
    window_end: null,
    policy_name: "",
    policy_name_en: "",
    respond_by: null,
    resolve_by: null,
    promise_state: "running",
    diagnosis: "",
    result: "",
    readings: {},
    checklist: {},
    notes: [],
    photos: [],
    parts_used: {},
    arrival: null,
    visits_done: [],
    completion_id: null,
    finished_at: null,
    reason: "",
    ...fields,
  };
}

"""Who owns which field of a job; the theory stands in `offline_sync.ownership`. Pure."""

from collections.abc import Mapping

from offline_sync.ownership import Ownership as O

JOB: Mapping[str, O] = {
    # schedule, priority, assignment, commitment: the office wins
    "job_type": O.OFFICE,
    "state": O.OFFICE,
    "priority": O.OFFICE,
    "title": O.OFFICE,
    "address": O.OFFICE,
    "lat": O.OFFICE,
    "lon": O.OFFICE,
    "technician_id": O.OFFICE,
    "visit_id": O.OFFICE,
    "window_start": O.OFFICE,
    "window_end": O.OFFICE,
    "customer_id": O.OFFICE,
    "unit_id": O.OFFICE,
    "respond_by": O.OFFICE,
    "resolve_by": O.OFFICE,
    "promise_state": O.OFFICE,
    "appointment_at": O.OFFICE,
    "hold_cause": O.OFFICE,
    "site_hours": O.OFFICE,
    "parts_needed": O.OFFICE,
    "lock": O.OFFICE,
    "reason": O.OFFICE,
    "price_minor": O.OFFICE,
    "billing_held": O.OFFICE,
    "sign_again": O.OFFICE,
    "deleted_at": O.OFFICE,
    # what only the field can know: the field wins
    "diagnosis": O.FIELD,
    "result": O.FIELD,
    "arrival": O.FIELD,
    "finished_at": O.FIELD,
    "completion_id": O.FIELD,
    "scanned": O.FIELD,
    # both know: the later corrected time wins, the other value is kept
    "contact_name": O.SHARED,
    "contact_phone": O.SHARED,
    "access_notes": O.SHARED,
    # nothing to win: entries, items and differences all count
    "notes": O.APPEND,
    "photos": O.APPEND,
    "visits_done": O.APPEND,
    "checklist": O.ITEMS,
    "readings": O.ITEMS,
    "parts_used": O.COUNTERS,
}

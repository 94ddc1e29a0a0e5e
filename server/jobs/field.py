"""What field operations mean beyond the job's own record: bookings, promises, completions."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from offline_sync.engine import Judged
from offline_sync.operation import RecordKey
from offline_sync.record import Record
from server.commitments import actions as commitments
from server.jobs import store
from server.platform import clock

_VISIT_STATES = {"visit_withdrawn": "withdrawn", "visit_active": "active", "visit_done": "done"}


async def apply_facts(judged: Iterable[Judged], jobs: Mapping[RecordKey, Record]) -> None:
    """Visits and promises, in the order in which things were judged. Completions are kept by the evidence feature."""
    for one in judged:
        for fact in one.facts:
            job = jobs.get(one.operation.record)
            if job is not None:
                await _apply(fact.name, fact.data, job)


async def _apply(name: str, data: Mapping[str, Any], job: Record) -> None:
    if name in _VISIT_STATES and data["visit_id"] is not None:
        await store.move_visits(_VISIT_STATES[name], [UUID(data["visit_id"])])
    elif name == "visit_made":
        at = datetime.fromisoformat(data["at"])
        await store.add_done_visit(clock.new_id(), job.fields, UUID(data["technician_id"]), at)
    elif name == "arrived":
        at = datetime.fromisoformat(data["at"])
        await commitments.judged(UUID(job.id), at, data["grade"], data["state"], UUID(data["op_id"]))

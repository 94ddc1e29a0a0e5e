"""What field operations mean beyond the job's own record: bookings, and what stops the clock of a promise."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from offline_sync.engine import Judged
from offline_sync.operation import Operation, RecordKey
from offline_sync.record import Record
from server.commitments.rules.standing import Event, Paused, Resumed
from server.jobs import store, visits_store
from server.jobs.rules.field_work import TERMS, UNDER_TERMS
from server.jobs.rules.product import code_scanned, unit_named
from server.platform import clock
from server.products import on_site

_VISIT_STATES = {"visit_withdrawn": "withdrawn", "visit_active": "active", "visit_done": "done"}


async def seen(operations: Iterable[Operation], records: Mapping[RecordKey, Record]) -> dict[str, dict[str, Any]]:
    """For `JobRules`: op_id → term → its value at the operation's base version, for terms changed since. Asks the
    database only when there are such operations."""
    behind = [o for o in operations if o.kind in UNDER_TERMS and _is_behind(o, records.get(o.record))]
    if not behind:
        return {}
    lines = await store.changes_of({UUID(o.record.id) for o in behind}, TERMS)
    return {o.op_id: _terms_at(o.base_version, lines.get(UUID(o.record.id), ())) for o in behind}


def _is_behind(operation: Operation, job: Record | None) -> bool:
    return job is not None and any(job.field_versions.get(term, 0) > operation.base_version for term in TERMS)


def _terms_at(version: int, lines: Iterable[tuple[int, Mapping[str, Any]]]) -> dict[str, Any]:
    """What the first change after `version` replaced is what stood at `version`."""
    found: dict[str, Any] = {}
    for at, changes in lines:
        if at > version:
            found = {term: changes[term][0] for term in TERMS if term in changes} | found
    return found


async def units(operations: Iterable[Operation], records: Mapping[RecordKey, Record]) -> dict[str, str | None]:
    """For `JobRules`: op_id → the unit it names in the job's centre, None where there is none. Asks the database only
    when an operation names another than the job's."""
    asked: list[tuple[str, on_site.Named]] = []
    for o in operations:
        job = records.get(o.record)
        if job is not None and (named := _named(o, job.fields)) is not None:
            asked.append((o.op_id, named))
    found = await on_site.find([named for _, named in asked]) if asked else []
    return {op_id: unit_id for (op_id, _), unit_id in zip(asked, found, strict=True)}


def _named(operation: Operation, job: Mapping[str, Any]) -> on_site.Named | None:
    centre_id = UUID(job["centre_id"])
    if operation.kind == "job.scan":
        gtin, serial = operation.args.get("gtin"), operation.args.get("serial")
        known = isinstance(gtin, str) and isinstance(serial, str)
        return on_site.Named(centre_id, None, str(gtin), str(serial)) if known else None
    if operation.kind != "job.complete":
        return None
    manifest = operation.args.get("manifest")
    unit_id, code = unit_named(manifest), code_scanned(manifest)
    if unit_id is not None:
        return None if unit_id == job["unit_id"] else on_site.Named(centre_id, UUID(unit_id))
    return None if code is None else on_site.Named(centre_id, None, code["gtin"], code["serial"])


async def apply_facts(judged: Iterable[Judged], jobs: Mapping[RecordKey, Record]) -> None:
    """Visits, in the order in which things were judged. Completions are kept by the evidence feature; promises follow
    their jobs when these are published."""
    for one in judged:
        for fact in one.facts:
            job = jobs.get(one.operation.record)
            if job is not None:
                await _apply(fact.name, fact.data, job)


async def _apply(name: str, data: Mapping[str, Any], job: Record) -> None:
    if name in _VISIT_STATES and data["visit_id"] is not None:
        await visits_store.move_visits(_VISIT_STATES[name], [UUID(data["visit_id"])])
    elif name == "visit_made":
        at = datetime.fromisoformat(data["at"])
        await visits_store.add_done_visit(clock.new_id(), job.fields, UUID(data["technician_id"]), at)


def events(judged: Iterable[Judged]) -> dict[str, list[Event]]:
    """Job → what paused its promise and what ended that, in the order in which things were judged."""
    found: dict[str, list[Event]] = {}
    for one in judged:
        for fact in one.facts:
            if fact.name == "held":
                found.setdefault(one.operation.record.id, []).append(Paused(fact.data["cause"], _at(fact.data)))
            elif fact.name == "went_on":
                found.setdefault(one.operation.record.id, []).append(Resumed(_at(fact.data)))
    return found


def _at(data: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(data["at"])

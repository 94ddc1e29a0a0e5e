"""Queries of policies, calendars and the promises made."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from schemas.commitments import NewCalendar, NewPolicy
from server.platform import db

_POLICY = (
    "id, code, version, name, name_en, calendar_id, job_type, region_grade, respond_seconds, respond_day,"
    " resolve_seconds, resolve_day, rank, effective_from, effective_to"
)


async def policies() -> list[Any]:
    """Every version; there are as many as a firm has promises."""
    return await db.fetch(f"SELECT {_POLICY} FROM commitment_policy ORDER BY code, version")


async def calendars() -> dict[UUID, dict[str, Any]]:
    rows = await db.fetch(
        "SELECT id, name, name_en, always_open, weekly::text, closed::text, extra::text FROM service_calendar"
        " ORDER BY id"
    )
    return {r["id"]: dict(r) | {k: msgspec.json.decode(r[k]) for k in ("weekly", "closed", "extra")} for r in rows}


async def add_calendar(calendar_id: UUID, new: NewCalendar) -> None:
    plain = msgspec.to_builtins(new)
    await db.execute(
        "INSERT INTO service_calendar (id, name, name_en, always_open, weekly, closed, extra)"
        " VALUES ($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7::jsonb)",
        calendar_id,
        new.name,
        new.name_en,
        new.always_open,
        *(msgspec.json.encode(plain[k]).decode() for k in ("weekly", "closed", "extra")),
    )


async def add_policy(policy_id: UUID, new: NewPolicy, effective_from: datetime) -> Any:
    """The next version of its code; the one before it ends where this one begins. Returns the new row."""
    await db.execute("SELECT pg_advisory_xact_lock(hashtext('commitment_policy'))")
    await db.execute(
        "UPDATE commitment_policy SET effective_to = $2"
        " WHERE code = $1 AND (effective_to IS NULL OR effective_to > $2)",
        new.code,
        effective_from,
    )
    return await db.fetch_row(
        "INSERT INTO commitment_policy (id, code, version, name, name_en, calendar_id, job_type, region_grade,"
        " respond_seconds, respond_day, resolve_seconds, resolve_day, rank, effective_from)"
        " SELECT $1, $2::text, 1 + coalesce(max(version), 0), $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13"
        f" FROM commitment_policy WHERE code = $2::text RETURNING {_POLICY}",
        policy_id,
        new.code,
        new.name,
        new.name_en,
        new.calendar_id,
        new.job_type,
        new.region_grade,
        new.respond_seconds,
        new.respond_day,
        new.resolve_seconds,
        new.resolve_day,
        new.rank,
        effective_from,
    )


async def add_commitments(rows: Sequence[tuple[Any, ...]]) -> None:
    """(id, job_id, centre_id, outlet_id, policy_id, started_at, respond_by, resolve_by)."""
    await db.execute(
        "INSERT INTO commitment (id, job_id, centre_id, outlet_id, policy_id, started_at, respond_by, resolve_by)"
        " SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::timestamptz[],"
        " $7::timestamptz[], $8::timestamptz[])",
        *(list(column) for column in zip(*rows, strict=True)),
    )


async def add_judgement(job_id: UUID, state: str, judgement: dict[str, Any]) -> None:
    """Sets the state and keeps this judgement beside all earlier ones (clock rule 3)."""
    await db.execute(
        "UPDATE commitment SET state = $2, judgements = judgements || $3::jsonb WHERE job_id = $1",
        job_id,
        state,
        msgspec.json.encode([judgement]).decode(),
    )


async def kept(outlet_id: UUID, policy_code: str, since: datetime) -> tuple[int, int]:
    """(met, judged) of recent promises of this kind made here."""
    row = await db.fetch_row(
        "SELECT count(*) FILTER (WHERE c.state = 'met') AS met, count(*) AS judged FROM commitment c"
        " JOIN commitment_policy p ON p.id = c.policy_id"
        " WHERE c.outlet_id = $1 AND p.code = $2 AND c.state IN ('met', 'missed') AND c.started_at >= $3",
        outlet_id,
        policy_code,
        since,
    )
    assert row is not None
    return row["met"], row["judged"]

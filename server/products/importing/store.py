"""Queries of imports: what is on record of a batch, and how far each import has come."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from schemas.commitments import Sentence
from schemas.unit_imports import RefusedLine, UnitImport, UnitMapping
from server.platform import clock, db
from server.platform.auth import Scope
from server.platform.db import Statement
from server.products.importing.refusals import MEANING, Fault, RefusedRow

#: Of one import as many refused lines are kept as a person could read; the others are counted.
MOST_REFUSALS = 10_000

# --------------------------------------------------------------------------------------------------- a batch of lines


async def known_units(keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Mapping[str, Any]]:
    """(GTIN-14, serial) → what a line may say of it, for those on record."""
    pairs = list(keys)
    rows = await db.fetch(
        "SELECT u.gtin, u.serial, centre_id, outlet_id, lot, manufactured_on, sold_on, installed_on, registered_on,"
        " proof, country FROM unnest($1::text[], $2::text[]) AS k(gtin, serial)"
        " JOIN product_unit u ON u.gtin = k.gtin AND u.serial = k.serial",
        [gtin for gtin, _ in pairs],
        [serial for _, serial in pairs],
    )
    return {(row["gtin"], row["serial"]): dict(row) for row in rows}


# ----------------------------------------------------------------------------------------------------- one and several

_SHOWN = (
    "id, file_name, state, dry_run, begun_at, ended_at, size, lines, lines_found, imported, known,"
    " refused::text AS refused, failure, failure_text"
)
_MINE = "($1::uuid IS NULL OR begun_by = $1)"


def _shown(row: Any) -> UnitImport:
    columns = dict(row)
    detail, failure = columns.pop("failure_text"), columns["failure"]
    return UnitImport(
        **columns | {"refused": msgspec.json.decode(columns["refused"], type=dict[str, int])},
        failure_text=None if failure is None else said(failure),
        failure_detail=detail,
    )


def said(code: str) -> Sentence:
    text = MEANING[Fault(code)]
    return Sentence(zh=text.zh, en=text.en)


async def begin(
    import_id: UUID, file_name: str, dry_run: bool, mapping: UnitMapping, begun_by: UUID, scope: Scope
) -> UUID | None:
    """None when it is begun; else the import of the same person that is not over."""
    await db.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"unit import {begun_by}")
    if (going := await busy(begun_by)) is not None:
        return going
    await db.execute(
        "INSERT INTO unit_import (id, file_name, dry_run, mapping, begun_by, begun_at, centre_id, outlet_id)"
        " VALUES ($1, $2, $3, $4::jsonb, $5, $6, $7, $8)",
        *(import_id, file_name, dry_run, msgspec.json.encode(mapping).decode(), begun_by, clock.now()),
        *(scope.centre_id, scope.outlet_id),
    )
    return None


async def busy(begun_by: UUID) -> UUID | None:
    """An import of this person that is not over."""
    found: UUID | None = await db.fetch_value(
        "SELECT id FROM unit_import WHERE begun_by = $1 AND state IN ('waiting', 'running') LIMIT 1", begun_by
    )
    return found


async def one(begun_by: UUID | None, import_id: UUID) -> UnitImport | None:
    """`begun_by` None: whoever began it."""
    row = await db.fetch_row(f"SELECT {_SHOWN} FROM unit_import WHERE {_MINE} AND id = $2", begun_by, import_id)
    return None if row is None else _shown(row)


async def page(begun_by: UUID | None, before: UUID | None, limit: int) -> list[UnitImport]:
    """The newest first."""
    rows = await db.fetch(
        f"SELECT {_SHOWN} FROM unit_import WHERE {_MINE} AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3",
        *(begun_by, before, limit),
    )
    return [_shown(row) for row in rows]


async def refusals(import_id: UUID, after: int, limit: int) -> list[RefusedLine]:
    """Those kept, in the order of the file."""
    rows = await db.fetch(
        "SELECT line, code, reason AS detail, gtin, serial FROM unit_import_refusal WHERE import_id = $1 AND line > $2"
        " ORDER BY line LIMIT $3",
        *(import_id, after, limit),
    )
    return [RefusedLine(**dict(row), text=said(row["code"])) for row in rows]


async def arrived(import_id: UUID, size: int, digest: str) -> bool:
    """The file is here. False: it was not awaited any more."""
    found = await db.fetch_value(
        "UPDATE unit_import SET state = 'waiting', size = $2, digest = $3 WHERE id = $1 AND state = 'awaited'"
        " RETURNING id",
        *(import_id, size, digest),
    )
    return found is not None


async def cancel(import_id: UUID) -> bool:
    """False: it is over."""
    found = await db.fetch_value(
        "UPDATE unit_import SET state = 'cancelled', ended_at = now(), lease_until = NULL WHERE id = $1"
        " AND state IN ('awaited', 'waiting', 'running') RETURNING id",
        import_id,
    )
    return found is not None


# ----------------------------------------------------------------------------------------------- the rows are the queue


class Claimed(msgspec.Struct, frozen=True):
    """An import and how far it has come. `attempts` is this worker's token: whoever claims it later has another."""

    id: UUID
    file_name: str
    dry_run: bool
    mapping: str
    begun_by: UUID
    centre_id: UUID | None
    outlet_id: UUID | None
    attempts: int
    lines: int
    imported: int
    known: int
    refused: str


async def claim(here: Sequence[UUID], lease: timedelta) -> Claimed | None:
    """The oldest import that waits, or whose worker has died, among those whose file is `here`."""
    columns = "id, file_name, dry_run, mapping::text AS mapping, begun_by, centre_id, outlet_id, attempts, lines"
    row = await db.fetch_row(
        "UPDATE unit_import SET state = 'running', lease_until = now() + $2, attempts = attempts + 1 WHERE id ="
        " (SELECT id FROM unit_import WHERE id = ANY($1::uuid[]) AND (state = 'waiting' OR (state = 'running'"
        " AND lease_until < now())) ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)"
        f" RETURNING {columns}, imported, known, refused::text AS refused",
        list(here),
        lease,
    )
    return None if row is None else Claimed(*row)


async def still_ours(claimed: Claimed) -> bool:
    """Locks the import until the transaction ends. False: cancelled, or another worker has it."""
    found = await db.fetch_value(
        "SELECT id FROM unit_import WHERE id = $1 AND attempts = $2 AND state = 'running' FOR UPDATE",
        *(claimed.id, claimed.attempts),
    )
    return found is not None


async def keep_claim(claimed: Claimed, lease: timedelta, lines_found: int | None = None) -> None:
    await db.execute(
        "UPDATE unit_import SET lease_until = now() + $3, lines_found = coalesce($4, lines_found)"
        " WHERE id = $1 AND attempts = $2 AND state = 'running'",
        *(claimed.id, claimed.attempts, lease, lines_found),
    )


def progress(
    claimed: Claimed, lease: timedelta, lines: int, imported: int, known: int, refused: Mapping[str, int]
) -> Statement:
    """How far it has come, for the same transaction as the units."""
    counts = msgspec.json.encode(refused).decode()
    return Statement(
        "UPDATE unit_import SET lines = $2, imported = $3, known = $4, refused = $5::jsonb, lease_until = now() + $6"
        " WHERE id = $1",
        (claimed.id, lines, imported, known, counts, lease),
    )


async def keep_refusals(import_id: UUID, refused: Sequence[RefusedRow]) -> list[Statement]:
    """As `db.insert`."""
    rows = [(import_id, r.line, r.fault.value, r.detail[:400], r.gtin[:40], r.serial[:40]) for r in refused]
    kinds = {"import_id": "uuid", "line": "bigint", "code": "text", "reason": "text", "gtin": "text", "serial": "text"}
    return await db.insert("unit_import_refusal", kinds, rows)


async def release(claimed: Claimed) -> None:
    """This worker stops before it is done: another goes on at once."""
    await db.execute(
        "UPDATE unit_import SET state = 'waiting', lease_until = NULL, attempts = attempts - 1 WHERE id = $1"
        " AND attempts = $2 AND state = 'running'",
        *(claimed.id, claimed.attempts),
    )


async def end(claimed: Claimed, failure: str | None, detail: str) -> bool:
    """False: it was cancelled, or another worker has it."""
    found = await db.fetch_value(
        "UPDATE unit_import SET state = $3, failure = $4, failure_text = $5, ended_at = now(), lease_until = NULL"
        " WHERE id = $1 AND attempts = $2 AND state = 'running' RETURNING id",
        *(claimed.id, claimed.attempts, "done" if failure is None else "failed", failure, detail[:400]),
    )
    return found is not None


async def give_up(attempts: int, unclaimed_for: timedelta) -> None:
    """What cut its workers so often, or whose file nobody has, has failed."""
    await db.execute(
        "UPDATE unit_import SET state = 'failed', failure = 'interrupted', ended_at = now(), lease_until = NULL WHERE"
        " (state = 'running' AND lease_until < now() AND (attempts >= $1 OR lease_until < now() - $2::interval))"
        " OR (state = 'waiting' AND begun_at < now() - $2::interval AND attempts = 0)",
        *(attempts, unclaimed_for),
    )


async def unfinished(import_ids: Sequence[UUID]) -> set[UUID]:
    """Those whose file is still needed."""
    rows = await db.fetch(
        "SELECT id FROM unit_import WHERE id = ANY($1::uuid[]) AND state IN ('awaited', 'waiting', 'running')",
        list(import_ids),
    )
    return {row["id"] for row in rows}


async def forget(ended_before: datetime) -> None:
    """What is over since long, and what was announced and never sent."""
    async with db.transaction():
        gone = await db.fetch(
            "SELECT id FROM unit_import WHERE ended_at < $1 OR (state = 'awaited' AND begun_at < $1) FOR UPDATE",
            ended_before,
        )
        ids = [row["id"] for row in gone]
        await db.execute("DELETE FROM unit_import_refusal WHERE import_id = ANY($1::uuid[])", ids)
        await db.execute("DELETE FROM unit_import WHERE id = ANY($1::uuid[])", ids)

"""Queries of what the hard rules of dispatch are held by: skills, certificates, absences, loans, stock."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from schemas.network import (
    Absence,
    Certificate,
    NewAbsence,
    NewBorrowing,
    NewCertificate,
    Skill,
    SkillTerms,
    StockLine,
)
from server.platform import db
from server.platform.auth import Scope

# skills


async def skills() -> list[Skill]:
    rows = await db.fetch("SELECT code, name, name_en, needs_certificate FROM skill ORDER BY code")
    return [Skill(**dict(r)) for r in rows]


async def skill_known(code: str) -> bool:
    return bool(await db.fetch_value("SELECT EXISTS (SELECT FROM skill WHERE code = $1)", code))


async def unnamed_skills(codes: Iterable[str]) -> list[str]:
    """Those of the codes that the firm has no name for."""
    rows = await db.fetch(
        "SELECT c FROM unnest($1::text[]) AS c WHERE NOT EXISTS (SELECT FROM skill WHERE code = c)", list(codes)
    )
    return [row["c"] for row in rows]


async def keep_skill(skill_id: UUID, code: str, terms: SkillTerms) -> Skill:
    await db.execute(
        "INSERT INTO skill (id, code, name, name_en, needs_certificate) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (code) DO UPDATE SET name = excluded.name, name_en = excluded.name_en,"
        " needs_certificate = excluded.needs_certificate",
        skill_id,
        code,
        terms.name,
        terms.name_en,
        terms.needs_certificate,
    )
    return Skill(code=code, name=terms.name, name_en=terms.name_en, needs_certificate=terms.needs_certificate)


# certificates

_CERTIFICATE = "id, technician_id, skill, number, valid_from, valid_to, added_at, withdrawn_at"


async def certificates(technician_id: UUID) -> list[Certificate]:
    """The latest to end first, the withdrawn among them."""
    rows = await db.fetch(
        f"SELECT {_CERTIFICATE} FROM certificate WHERE technician_id = $1 ORDER BY valid_to DESC, id DESC LIMIT 500",
        technician_id,
    )
    return [Certificate(**dict(r)) for r in rows]


async def certificate_overlaps(technician_id: UUID, new: NewCertificate) -> bool:
    """Whether one for the same skill is valid at some time of the new one, under the same number."""
    return bool(
        await db.fetch_value(
            "SELECT EXISTS (SELECT FROM certificate WHERE technician_id = $1 AND skill = $2 AND number = $3"
            " AND withdrawn_at IS NULL AND valid_from < $5 AND valid_to > $4)",
            technician_id,
            new.skill,
            new.number,
            new.valid_from,
            new.valid_to,
        )
    )


async def add_certificate(
    certificate_id: UUID, technician: Mapping[str, Any], new: NewCertificate, user_id: UUID
) -> Certificate:
    row = await db.fetch_row(
        "INSERT INTO certificate (id, centre_id, outlet_id, technician_id, skill, number, valid_from, valid_to,"
        f" added_by, added_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, now()) RETURNING {_CERTIFICATE}",
        certificate_id,
        technician["centre_id"],
        technician["outlet_id"],
        technician["id"],
        new.skill,
        new.number,
        new.valid_from,
        new.valid_to,
        user_id,
    )
    return Certificate(**dict(row or {}))


async def withdraw_certificate(technician_id: UUID, certificate_id: UUID, user_id: UUID) -> Certificate | None:
    row = await _withdraw("certificate", _CERTIFICATE, technician_id, certificate_id, user_id)
    return None if row is None else Certificate(**dict(row))


# absences

_ABSENCE = "id, technician_id, starts_at, ends_at, reason, note, added_at, withdrawn_at"


async def absences(technician_id: UUID, starts: datetime | None, ends: datetime | None) -> list[Absence]:
    """Those that share an instant with the span, the withdrawn among them; the latest first."""
    rows = await db.fetch(
        f"SELECT {_ABSENCE} FROM absence WHERE technician_id = $1 AND ($2::timestamptz IS NULL OR ends_at > $2)"
        " AND ($3::timestamptz IS NULL OR starts_at < $3) ORDER BY starts_at DESC, id DESC LIMIT 500",
        technician_id,
        starts,
        ends,
    )
    return [Absence(**dict(r)) for r in rows]


async def absences_in(scope: Scope, starts: datetime, ends: datetime) -> list[Absence]:
    """Everybody's of the subtree that share an instant with [starts, ends), without the withdrawn; by beginning."""
    rows = await db.fetch(
        f"SELECT {_ABSENCE} FROM absence WHERE ($1::uuid IS NULL OR centre_id = $1)"
        " AND ($2::uuid IS NULL OR outlet_id = $2) AND withdrawn_at IS NULL AND ends_at > $3 AND starts_at < $4"
        " ORDER BY starts_at, id LIMIT 5000",
        scope.centre_id,
        scope.outlet_id,
        starts,
        ends,
    )
    return [Absence(**dict(r)) for r in rows]


async def absent_between(technician_id: UUID, starts: datetime, ends: datetime) -> bool:
    return bool(
        await db.fetch_value(
            "SELECT EXISTS (SELECT FROM absence WHERE technician_id = $1 AND withdrawn_at IS NULL AND starts_at < $3"
            " AND ends_at > $2)",
            technician_id,
            starts,
            ends,
        )
    )


async def add_absence(absence_id: UUID, technician: Mapping[str, Any], new: NewAbsence, user_id: UUID) -> Absence:
    row = await db.fetch_row(
        "INSERT INTO absence (id, centre_id, outlet_id, technician_id, starts_at, ends_at, reason, note, added_by,"
        f" added_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, now()) RETURNING {_ABSENCE}",
        absence_id,
        technician["centre_id"],
        technician["outlet_id"],
        technician["id"],
        new.starts_at,
        new.ends_at,
        new.reason.value,
        new.note,
        user_id,
    )
    return Absence(**dict(row or {}))


async def withdraw_absence(technician_id: UUID, absence_id: UUID, user_id: UUID) -> Absence | None:
    row = await _withdraw("absence", _ABSENCE, technician_id, absence_id, user_id)
    return None if row is None else Absence(**dict(row))


async def _withdraw(table: str, columns: str, technician_id: UUID, row_id: UUID, user_id: UUID) -> Any | None:
    """Once: a second time finds nothing."""
    return await db.fetch_row(
        f"UPDATE {table} SET withdrawn_at = now(), withdrawn_by = $3 WHERE id = $2 AND technician_id = $1"
        f" AND withdrawn_at IS NULL RETURNING {columns}",
        technician_id,
        row_id,
        user_id,
    )


# borrowings

_BORROWING = (
    "SELECT b.*, t.name AS technician_name, o.name AS outlet_name, l.name AS lender_outlet_name FROM borrowing b"
    " JOIN technician t ON t.id = b.technician_id JOIN outlet o ON o.id = b.outlet_id"
    " JOIN outlet l ON l.id = b.lender_outlet_id"
)
_CONCERNED = (
    "(($1::uuid IS NULL OR b.centre_id = $1) AND ($2::uuid IS NULL OR b.outlet_id = $2)"
    " OR ($1::uuid IS NULL OR b.lender_centre_id = $1) AND ($2::uuid IS NULL OR b.lender_outlet_id = $2))"
)


async def borrowings(scope: Scope, outlet_id: UUID | None, after: UUID | None, limit: int) -> list[Any]:
    """Rows of those in which the subtree borrows or lends, the newest first. `outlet_id`: this one borrows or lends."""
    return await db.fetch(
        f"{_BORROWING} WHERE {_CONCERNED} AND ($3::uuid IS NULL OR b.outlet_id = $3 OR b.lender_outlet_id = $3)"
        " AND ($4::uuid IS NULL OR b.id < $4) ORDER BY b.id DESC LIMIT $5",
        scope.centre_id,
        scope.outlet_id,
        outlet_id,
        after,
        limit,
    )


async def borrowing(scope: Scope, borrowing_id: UUID) -> Any | None:
    return await db.fetch_row(
        f"{_BORROWING} WHERE {_CONCERNED} AND b.id = $3", scope.centre_id, scope.outlet_id, borrowing_id
    )


async def lent_between(technician_id: UUID, starts: datetime, ends: datetime) -> bool:
    return bool(
        await db.fetch_value(
            "SELECT EXISTS (SELECT FROM borrowing WHERE technician_id = $1 AND state = 'active' AND starts_at < $3"
            " AND ends_at > $2)",
            technician_id,
            starts,
            ends,
        )
    )


async def was_agreed(technician_id: UUID, outlet_id: UUID) -> bool:
    """Whether this technician was, is or will be lent to that outlet at some time."""
    return bool(
        await db.fetch_value(
            "SELECT EXISTS (SELECT FROM borrowing WHERE technician_id = $1 AND outlet_id = $2 AND state = 'active')",
            technician_id,
            outlet_id,
        )
    )


async def freezes(outlet_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Outlet → minutes, where something is frozen at all."""
    rows = await db.fetch(
        "SELECT id, freeze_minutes FROM outlet WHERE id = ANY($1::uuid[]) AND freeze_minutes > 0", list(outlet_ids)
    )
    return {r["id"]: r["freeze_minutes"] for r in rows}


async def depots(outlet_ids: Iterable[UUID]) -> dict[UUID, dict[str, int]]:
    rows = await db.fetch(
        "SELECT outlet_id, part, quantity FROM depot_stock WHERE outlet_id = ANY($1::uuid[]) AND quantity > 0",
        list(outlet_ids),
    )
    found: dict[UUID, dict[str, int]] = {}
    for r in rows:
        found.setdefault(r["outlet_id"], {})[r["part"]] = r["quantity"]
    return found


async def zones(outlet_ids: Iterable[UUID]) -> dict[UUID, str]:
    rows = await db.fetch("SELECT id, zone FROM outlet WHERE id = ANY($1::uuid[])", list(outlet_ids))
    return {r["id"]: r["zone"] for r in rows}


async def add_borrowing(
    borrowing_id: UUID,
    borrower: Mapping[str, Any],
    technician: Mapping[str, Any],
    new: NewBorrowing,
    user_id: UUID,
    *,
    agreed: bool,
) -> None:
    await db.execute(
        "INSERT INTO borrowing (id, centre_id, outlet_id, technician_id, lender_centre_id, lender_outlet_id, starts_at,"
        " ends_at, state, reason, asked_by, asked_at, agreed_by, agreed_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, CASE WHEN $11 THEN 'active' ELSE 'asked' END, $9, $10, now(),"
        " CASE WHEN $11 THEN $10::uuid END, CASE WHEN $11 THEN now() END)",
        borrowing_id,
        borrower["centre_id"],
        borrower["id"],
        technician["id"],
        technician["centre_id"],
        technician["outlet_id"],
        new.starts_at,
        new.ends_at,
        new.reason,
        user_id,
        agreed,
    )


async def agree(borrowing_id: UUID, user_id: UUID) -> None:
    await db.execute(
        "UPDATE borrowing SET state = 'active', agreed_by = $2, agreed_at = now() WHERE id = $1", borrowing_id, user_id
    )


async def end_borrowing(borrowing_id: UUID, user_id: UUID, at: datetime) -> None:
    """One that has begun ends now; one that has not never begins."""
    await db.execute(
        "UPDATE borrowing SET state = CASE WHEN state = 'active' AND starts_at < $3 THEN 'active' ELSE 'ended' END,"
        " ends_at = CASE WHEN state = 'active' AND starts_at < $3 THEN least(ends_at, $3) ELSE ends_at END,"
        " ended_by = $2, ended_at = $3 WHERE id = $1",
        borrowing_id,
        user_id,
        at,
    )


# stock


async def van(technician_id: UUID) -> list[StockLine]:
    return await _stock("van_stock", "technician_id", technician_id)


async def depot(outlet_id: UUID) -> list[StockLine]:
    return await _stock("depot_stock", "outlet_id", outlet_id)


async def _stock(table: str, column: str, owner: UUID) -> list[StockLine]:
    rows = await db.fetch(
        f"SELECT part, quantity, counted_at FROM {table} WHERE {column} = $1 ORDER BY part",
        owner,
    )
    return [StockLine(**dict(r)) for r in rows]


async def count_van(technician: Mapping[str, Any], parts: Mapping[str, int], ids: list[UUID], user_id: UUID) -> None:
    await db.execute("DELETE FROM van_stock WHERE technician_id = $1", technician["id"])
    await db.execute(
        "INSERT INTO van_stock (id, centre_id, outlet_id, technician_id, part, quantity, counted_by, counted_at)"
        " SELECT i, $1, $2, $3, p, q, $7, now() FROM unnest($4::uuid[], $5::text[], $6::int[]) AS x(i, p, q)",
        technician["centre_id"],
        technician["outlet_id"],
        technician["id"],
        ids,
        list(parts),
        list(parts.values()),
        user_id,
    )


async def count_depot(outlet: Mapping[str, Any], parts: Mapping[str, int], ids: list[UUID], user_id: UUID) -> None:
    await db.execute("DELETE FROM depot_stock WHERE outlet_id = $1", outlet["id"])
    await db.execute(
        "INSERT INTO depot_stock (id, centre_id, outlet_id, part, quantity, counted_by, counted_at)"
        " SELECT i, $1, $2, p, q, $6, now() FROM unnest($3::uuid[], $4::text[], $5::int[]) AS x(i, p, q)",
        outlet["centre_id"],
        outlet["id"],
        ids,
        list(parts),
        list(parts.values()),
        user_id,
    )

"""Queries of reports and of the templates they are made by. Reports to be made are the queue."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from schemas.reports import ReportTerms
from server.evidence.reports.reading import Facts
from server.platform import clock, db
from server.platform.auth import Caller

# ------------------------------------------------------------------------------------------------------------ the queue


async def alone() -> bool:
    """Whether this transaction is the one that fills the queue."""
    return bool(await db.fetch_value("SELECT pg_try_advisory_xact_lock(hashtext('service_report'))"))


async def last_upto() -> int:
    """The last entry of the ledger for which a report was asked for."""
    found: int = await db.fetch_value("SELECT coalesce(max(upto), 0) FROM service_report")
    return found


async def ask(completion_id: UUID, edition: int, locale: str, upto: int) -> None:
    """That report is wanted. Asking twice is once; one that could not be made is tried again, after a while."""
    await db.execute(
        "INSERT INTO service_report (id, completion_id, centre_id, outlet_id, edition, locale, upto, template_version,"
        " asked_at, attempts) SELECT $1, c.id, c.centre_id, c.outlet_id, $3, $4, $5, 0, now(), 0 FROM completion c"
        " WHERE c.id = $2 ON CONFLICT (completion_id, edition, locale) DO UPDATE SET failure = NULL, attempts = 0,"
        " asked_at = now() WHERE service_report.failure IS NOT NULL"
        " AND service_report.asked_at < now() - interval '10 minutes'",
        clock.new_id(),
        completion_id,
        edition,
        locale,
        upto,
    )


class Claimed(NamedTuple):
    """A report that this worker is to make; `attempts`: how often somebody began, this time included."""

    id: UUID
    completion_id: UUID
    edition: int
    locale: str
    upto: int
    attempts: int


async def claim(lease: timedelta) -> Claimed | None:
    row = await db.fetch_row(
        "UPDATE service_report SET attempts = attempts + 1, lease_until = now() + $1::interval WHERE id = ("
        "SELECT id FROM service_report WHERE digest IS NULL AND failure IS NULL"
        " AND (lease_until IS NULL OR lease_until < now()) ORDER BY upto, id LIMIT 1 FOR UPDATE SKIP LOCKED)"
        " RETURNING id, completion_id, edition, locale, upto, attempts",
        lease,
    )
    return None if row is None else Claimed(*row)


async def put_off(report_id: UUID, by: timedelta, *, forgiven: bool) -> None:
    """Tried again after so long. `forgiven`: it was not the report's fault, this time does not count."""
    await db.execute(
        "UPDATE service_report SET lease_until = now() + $2::interval, attempts = attempts - $3::integer"
        " WHERE id = $1 AND digest IS NULL",
        report_id,
        by,
        int(forgiven),
    )


async def look_again_now() -> None:
    """Those that wait for their photos, after one was judged."""
    await db.execute(
        "UPDATE service_report SET lease_until = NULL WHERE digest IS NULL AND failure IS NULL AND attempts = 0"
        " AND lease_until IS NOT NULL"
    )


async def fail(report_id: UUID, failure: str) -> None:
    await db.execute(
        "UPDATE service_report SET failure = $2, lease_until = NULL WHERE id = $1 AND digest IS NULL",
        report_id,
        failure,
    )


async def lock_unmade(report_id: UUID) -> bool:
    """False when another worker has made it meanwhile."""
    return bool(await db.fetch_value("SELECT digest IS NULL FROM service_report WHERE id = $1 FOR UPDATE", report_id))


class Made(NamedTuple):
    digest: str
    size: int
    seq: int
    facts: Facts | None
    template_id: UUID | None
    template_version: int


async def note_made(report_id: UUID, made: Made) -> None:
    """`facts`: of a first edition; the others have theirs from it."""
    await db.execute(
        "UPDATE service_report SET digest = $2, size = $3, seq = $4, facts = $5::jsonb, template_id = $6,"
        " template_version = $7, made_at = now(), lease_until = NULL WHERE id = $1",
        report_id,
        made.digest,
        made.size,
        made.seq,
        None if made.facts is None else msgspec.json.encode(made.facts).decode(),
        made.template_id,
        made.template_version,
    )


class Frozen(NamedTuple):
    """What the first edition was made from. `locale`: the language it was signed in."""

    facts: Facts
    template_id: UUID | None
    locale: str


async def frozen(completion_id: UUID) -> Frozen | None:
    """None before the first edition is made."""
    row = await db.fetch_row(
        "SELECT facts::text AS facts, template_id, locale FROM service_report WHERE completion_id = $1"
        " AND facts IS NOT NULL ORDER BY edition, id LIMIT 1",
        completion_id,
    )
    return None if row is None else Frozen(msgspec.json.decode(row[0], type=Facts), row[1], row[2])


class Standing(NamedTuple):
    """A report, made or not."""

    edition: int
    locale: str
    upto: int
    digest: str | None
    failure: str | None


async def standings(completion_id: UUID) -> list[Standing]:
    """The newest edition first."""
    rows = await db.fetch(
        "SELECT edition, locale, upto, digest, failure FROM service_report WHERE completion_id = $1"
        " ORDER BY edition DESC, id",
        completion_id,
    )
    return [Standing(*row) for row in rows]


async def states(completion_ids: Sequence[UUID]) -> dict[UUID, str]:
    """`ready` when there is one, else `making` or `failed`; those that none was asked for are not in it."""
    rows = await db.fetch(
        "SELECT completion_id, CASE WHEN bool_or(digest IS NOT NULL) THEN 'ready' WHEN bool_or(failure IS NULL)"
        " THEN 'making' ELSE 'failed' END AS state FROM service_report WHERE completion_id = ANY($1::uuid[])"
        " GROUP BY completion_id",
        list(completion_ids),
    )
    return {row["completion_id"]: row["state"] for row in rows}


# --------------------------------------------------------------------------------------------- what they are made from


class Signed(NamedTuple):
    """A completion or addendum, as it was signed."""

    id: UUID
    job_id: UUID
    outlet_id: UUID
    technician_id: UUID | None
    kind: str
    extends: UUID | None
    manifest: str
    digest: str


_SIGNED = "id, job_id, outlet_id, technician_id, kind, extends, manifest, digest"


async def signed(completion_id: UUID) -> Signed | None:
    row = await db.fetch_row(f"SELECT {_SIGNED} FROM completion WHERE id = $1", completion_id)
    return None if row is None else Signed(*row)


async def added_to(completion_id: UUID) -> list[Signed]:
    """The sealed addenda of a completion, in the order they came."""
    rows = await db.fetch(
        f"SELECT {_SIGNED} FROM completion WHERE extends = $1 AND kind = 'addendum' AND sealed_at IS NOT NULL"
        " ORDER BY sealed_at, id",
        completion_id,
    )
    return [Signed(*row) for row in rows]


async def seen_by(caller: Caller, completion_id: UUID) -> Signed | None:
    """None outside what the caller may see: the office its subtree, a technician their own."""
    row = await db.fetch_row(
        f"SELECT {_SIGNED} FROM completion WHERE id = $3 AND kind <> 'addendum'"
        " AND ($4::uuid IS NOT NULL OR $1::uuid IS NULL OR centre_id = $1)"
        " AND ($4::uuid IS NOT NULL OR $2::uuid IS NULL OR outlet_id = $2)"
        " AND ($4::uuid IS NULL OR technician_id = $4)",
        caller.scope.centre_id,
        caller.scope.outlet_id,
        completion_id,
        caller.technician_id,
    )
    return None if row is None else Signed(*row)


# ---------------------------------------------------------------------------------------------------------------- blobs


async def named(digests: Sequence[str]) -> set[str]:
    """Which of these blobs are reports."""
    rows = await db.fetch("SELECT digest FROM service_report WHERE digest = ANY($1::text[])", list(digests))
    return {row["digest"] for row in rows}


async def kept(connection: Any) -> AsyncIterator[str]:
    """Every report, inside the transaction of `connection`, in their order: what a backup must hold. None of an
    installation that is not migrated yet."""
    if await connection.fetchval("SELECT to_regclass('public.service_report')") is None:
        return
    async for row in connection.cursor(
        'SELECT DISTINCT digest COLLATE "C" AS digest FROM service_report WHERE digest IS NOT NULL ORDER BY 1',
        prefetch=1000,
    ):
        yield row["digest"]


# ------------------------------------------------------------------------------------------------------------ templates


class Template(NamedTuple):
    """One version. `job_type` empty: firm-wide."""

    template_id: UUID
    job_type: str
    version: int
    terms: ReportTerms
    removed: bool
    made_by: UUID | None
    made_at: datetime


_TEMPLATE = "template_id, job_type, version, terms::text AS terms, removed, made_by, made_at"


def _template(row: Any) -> Template:
    return Template(**dict(row) | {"terms": msgspec.json.decode(row["terms"], type=ReportTerms)})


async def lock_templates() -> None:
    """One changes templates at a time; there are few who do."""
    await db.execute("SELECT pg_advisory_xact_lock(hashtext('report_template'))")


async def templates() -> list[Template]:
    """Those in force, the firm-wide one first."""
    rows = await db.fetch(f"SELECT {_TEMPLATE} FROM report_template WHERE current AND NOT removed ORDER BY job_type")
    return [_template(row) for row in rows]


async def template(template_id: UUID) -> Template | None:
    """As it stands, removed or not."""
    row = await db.fetch_row(f"SELECT {_TEMPLATE} FROM report_template WHERE template_id = $1 AND current", template_id)
    return None if row is None else _template(row)


async def template_for(job_type: str) -> Template | None:
    """The one that jobs of that kind are reported by; None: what the software brings along."""
    row = await db.fetch_row(
        f"SELECT {_TEMPLATE} FROM report_template WHERE current AND NOT removed AND job_type IN ($1, '')"
        " ORDER BY job_type DESC LIMIT 1",
        job_type,
    )
    return None if row is None else _template(row)


async def template_versions(template_id: UUID) -> list[Template]:
    """The newest first."""
    rows = await db.fetch(
        f"SELECT {_TEMPLATE} FROM report_template WHERE template_id = $1 ORDER BY version DESC", template_id
    )
    return [_template(row) for row in rows]


async def add_version(new: Template) -> None:
    """It takes the place of the one before. With templates locked."""
    await db.execute("UPDATE report_template SET current = false WHERE template_id = $1 AND current", new.template_id)
    await db.execute(
        "INSERT INTO report_template (id, template_id, job_type, version, terms, current, removed, made_by, made_at)"
        " VALUES ($1, $2, $3, $4, $5::jsonb, true, $6, $7, $8)",
        clock.new_id(),
        new.template_id,
        new.job_type,
        new.version,
        msgspec.json.encode(new.terms).decode(),
        new.removed,
        new.made_by,
        new.made_at,
    )


async def add_logo(digest: str, content: bytes, size: tuple[int, int], made_by: UUID) -> None:
    await db.execute(
        "INSERT INTO report_logo (digest, content, width, height, made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (digest) DO NOTHING",
        digest,
        content,
        *size,
        made_by,
        clock.now(),
    )


async def logo(digest: str) -> bytes | None:
    found: bytes | None = await db.fetch_value("SELECT content FROM report_logo WHERE digest = $1", digest)
    return found

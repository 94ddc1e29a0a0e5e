"""Queries of requests for service, follow links, what customers ask of the desk, and judgements."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from server.platform import db
from server.platform.auth import Scope, within

Row = Mapping[str, Any]

_IN_SCOPE = within("{t}")


# ------------------------------------------------------------------------------------------------------------- drafts


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo as it is kept. `digest`: SHA-256 of `content`, hexadecimal. `drawn_anew` false: as it came, of an earlier
    release."""

    digest: str
    media_type: str
    width: int
    height: int
    content: bytes
    drawn_anew: bool


async def add_draft(draft_id: UUID, token_hash: str, unit_id: UUID, asked: bytes, expires_at: datetime) -> None:
    """`asked`: JSON."""
    await db.execute(
        "INSERT INTO service_draft (id, token_hash, unit_id, asked, made_at, expires_at)"
        " VALUES ($1, $2, $3, $4::jsonb, now(), $5)",
        draft_id,
        token_hash,
        unit_id,
        asked.decode(),
        expires_at,
    )


async def add_draft_photos(draft_id: UUID, photos: Sequence[Photo]) -> None:
    await db.execute_many(
        "INSERT INTO draft_photo (draft_id, position, digest, media_type, width, height, content, drawn_anew)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
        [
            (draft_id, n, p.digest, p.media_type, p.width, p.height, p.content, p.drawn_anew)
            for n, p in enumerate(photos)
        ],
    )


async def draft(token_hash: str, now: datetime, lock: str = "") -> Row | None:
    """None when unknown or expired. `asked`: JSON as text."""
    row = await db.fetch_row(
        "SELECT id, unit_id, asked::text AS asked, job_id, outcome FROM service_draft"
        f" WHERE token_hash = $1 AND expires_at > $2{lock}",
        token_hash,
        now,
    )
    return None if row is None else dict(row)


async def lock_draft(token_hash: str, now: datetime) -> Row | None:
    """As `draft`; until the transaction ends nobody else sends it."""
    return await draft(token_hash, now, " FOR UPDATE")


async def draft_photos(draft_id: UUID) -> list[Photo]:
    rows = await db.fetch(
        "SELECT digest, media_type, width, height, content, drawn_anew FROM draft_photo WHERE draft_id = $1"
        " ORDER BY position",
        draft_id,
    )
    return [Photo(**dict(r)) for r in rows]


async def draft_sent(draft_id: UUID, job_id: UUID, outcome: str, expires_at: datetime) -> None:
    """What was written goes from the draft; that it was sent is known a while longer."""
    await db.execute(
        "UPDATE service_draft SET job_id = $2, outcome = $3, asked = '{}', expires_at = $4 WHERE id = $1",
        draft_id,
        job_id,
        outcome,
        expires_at,
    )
    await db.execute("DELETE FROM draft_photo WHERE draft_id = $1", draft_id)


async def forget_drafts(now: datetime, limit: int) -> int:
    """Those that expired, with their photos; how many went."""
    rows = await db.fetch(
        "DELETE FROM service_draft WHERE id IN (SELECT id FROM service_draft WHERE expires_at <= $1 LIMIT $2"
        " FOR UPDATE SKIP LOCKED) RETURNING id",
        now,
        limit,
    )
    return len(rows)


async def lock_unit(unit_id: UUID) -> None:
    """Until the transaction ends nobody else asks for service of this unit."""
    await db.execute("SELECT pg_advisory_xact_lock(hashtextextended('asks:' || $1::text, 0))", str(unit_id))


async def drafts_since(unit_id: UUID, since: datetime) -> int:
    """How many requests for this unit were written, sent or not."""
    found: int = await db.fetch_value(
        "SELECT count(*) FROM service_draft WHERE unit_id = $1 AND made_at > $2", unit_id, since
    )
    return found


async def sent_since(unit_id: UUID, since: datetime) -> int:
    """How many requests for this unit were sent, those that joined another included."""
    found: int = await db.fetch_value(
        "SELECT count(*) FROM service_draft WHERE unit_id = $1 AND outcome <> '' AND made_at > $2", unit_id, since
    )
    return found


# ----------------------------------------------------------------------------------------------------------- requests


@dataclass(frozen=True, slots=True)
class NewRequest:
    """`coverage`, `promised`: JSON-shaped, as they were shown before sending."""

    id: UUID
    job_id: UUID
    centre_id: UUID
    outlet_id: UUID
    unit_id: UUID
    symptom: str
    words: str
    preferred_day: date | None
    preferred_part: str
    place_known: bool
    coverage: Mapping[str, Any]
    promised: Mapping[str, Any]
    consent: str
    locale: str
    asked_at: datetime


async def add_request(new: NewRequest) -> None:
    await db.execute(
        "INSERT INTO service_request (id, job_id, centre_id, outlet_id, unit_id, symptom, words, preferred_day,"
        " preferred_part, place_known, coverage, promised, consent, locale, asked_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::jsonb, $12::jsonb, $13, $14, $15)",
        new.id,
        new.job_id,
        new.centre_id,
        new.outlet_id,
        new.unit_id,
        new.symptom,
        new.words,
        new.preferred_day,
        new.preferred_part,
        new.place_known,
        msgspec.json.encode(new.coverage).decode(),
        msgspec.json.encode(new.promised).decode(),
        new.consent,
        new.locale,
        new.asked_at,
    )


async def add_photos(job_id: UUID, photos: Sequence[Photo]) -> None:
    """The same photo of the same job once."""
    await db.execute_many(
        "INSERT INTO request_photo (job_id, digest, size, media_type, width, height, drawn_anew, sent_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, now()) ON CONFLICT DO NOTHING",
        [(job_id, p.digest, len(p.content), p.media_type, p.width, p.height, p.drawn_anew) for p in photos],
    )


async def photos_as_sent(limit: int) -> list[Row]:
    """(job_id, digest) of photos that an earlier release kept as they came."""
    rows = await db.fetch(
        "SELECT job_id, digest FROM request_photo WHERE NOT drawn_anew ORDER BY sent_at, job_id, digest LIMIT $1", limit
    )
    return [dict(r) for r in rows]


async def replace_photo(job_id: UUID, digest: str, photo: Photo) -> None:
    """Its place is taken by the one drawn anew, at the time it was sent."""
    await db.execute(
        "INSERT INTO request_photo (job_id, digest, size, media_type, width, height, drawn_anew, sent_at)"
        " SELECT job_id, $3, $4, $5, $6, $7, true, sent_at FROM request_photo WHERE job_id = $1 AND digest = $2"
        " ON CONFLICT (job_id, digest) DO UPDATE SET drawn_anew = true",
        job_id,
        digest,
        photo.digest,
        len(photo.content),
        photo.media_type,
        photo.width,
        photo.height,
    )
    if photo.digest != digest:
        await remove_photo(job_id, digest)


async def remove_photo(job_id: UUID, digest: str) -> None:
    await db.execute("DELETE FROM request_photo WHERE job_id = $1 AND digest = $2", job_id, digest)


async def forget_photos(sent_before: datetime, limit: int) -> list[str]:
    """Some of those sent before; their digests."""
    rows = await db.fetch(
        "DELETE FROM request_photo p USING (SELECT job_id, digest FROM request_photo WHERE sent_at < $1 LIMIT $2"
        " FOR UPDATE SKIP LOCKED) old WHERE p.job_id = old.job_id AND p.digest = old.digest RETURNING p.digest",
        sent_before,
        limit,
    )
    return [row["digest"] for row in rows]


async def request_of(job_id: UUID) -> Row | None:
    """All columns; `coverage`, `promised`: JSON as text."""
    row = await db.fetch_row(
        "SELECT id, job_id, unit_id, symptom, words, preferred_day, preferred_part, place_known,"
        " coverage::text AS coverage, promised::text AS promised, locale, asked_at"
        " FROM service_request WHERE job_id = $1",
        job_id,
    )
    return None if row is None else dict(row)


async def photos_of(job_id: UUID) -> list[Row]:
    rows = await db.fetch(
        "SELECT digest, size, media_type, width, height, sent_at FROM request_photo WHERE job_id = $1"
        " ORDER BY sent_at, digest",
        job_id,
    )
    return [dict(r) for r in rows]


async def named_photos(digests: Sequence[str]) -> set[str]:
    """Which of these blobs are photos of requests, also of those that are not sent yet."""
    rows = await db.fetch(
        "SELECT digest FROM request_photo WHERE digest = ANY($1::text[])"
        " UNION SELECT digest FROM draft_photo WHERE digest = ANY($1::text[])",
        list(digests),
    )
    return {row["digest"] for row in rows}


async def kept_photos(connection: Any) -> AsyncIterator[str]:
    """Every photo of a request, inside the transaction of `connection`: a backup reads it in its own snapshot. None of
    an installation that is not migrated yet."""
    if await connection.fetchval("SELECT to_regclass('public.request_photo')") is None:
        return
    async for row in connection.cursor("SELECT DISTINCT digest FROM request_photo ORDER BY digest", prefetch=1000):
        yield row["digest"]


# ------------------------------------------------------------------------------------------------------------- links


async def add_link(link_id: UUID, job_id: UUID, code_hash: str, expires_at: datetime, made_by: UUID | None) -> None:
    """The same code once, however often it is made."""
    await db.execute(
        "INSERT INTO follow_link (id, job_id, code_hash, made_at, made_by, expires_at)"
        " VALUES ($1, $2, $3, now(), $4, $5) ON CONFLICT (code_hash) DO NOTHING",
        link_id,
        job_id,
        code_hash,
        made_by,
        expires_at,
    )


async def link(code_hash: str) -> Row | None:
    row = await db.fetch_row("SELECT id, job_id, expires_at FROM follow_link WHERE code_hash = $1", code_hash)
    return None if row is None else dict(row)


async def links_since(job_id: UUID, since: datetime) -> int:
    found: int = await db.fetch_value(
        "SELECT count(*) FROM follow_link WHERE job_id = $1 AND made_at > $2", job_id, since
    )
    return found


# --------------------------------------------------------------------------------------- what is asked of the desk

_ASK = (
    "a.id, a.job_id, a.outlet_id, a.kind, a.words, a.preferred_day, a.preferred_part, a.asked_at, a.settled_at, a.note"
)


async def add_ask(
    ask_id: UUID, job: Row, kind: str, words: str, preferred: tuple[date | None, str], at: datetime
) -> None:
    """`job`: with `id`, `centre_id`, `outlet_id`."""
    await db.execute(
        "INSERT INTO customer_ask (id, job_id, centre_id, outlet_id, kind, words, preferred_day, preferred_part,"
        " asked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        ask_id,
        job["id"],
        job["centre_id"],
        job["outlet_id"],
        kind,
        words,
        preferred[0],
        preferred[1],
        at,
    )


async def asks_of(job_id: UUID) -> list[Row]:
    rows = await db.fetch(f"SELECT {_ASK} FROM customer_ask a WHERE a.job_id = $1 ORDER BY a.asked_at, a.id", job_id)
    return [dict(r) for r in rows]


async def asks_page(scope: Scope, open_only: bool, after: UUID | None, limit: int) -> list[Row]:
    """In the order they were asked, with the job's number."""
    rows = await db.fetch(
        f"SELECT {_ASK}, j.number FROM customer_ask a JOIN job j ON j.id = a.job_id"
        f" WHERE {_IN_SCOPE.format(t='a')} AND (NOT $3 OR a.settled_at IS NULL) AND ($4::uuid IS NULL OR a.id > $4)"
        " ORDER BY a.id LIMIT $5",
        scope.centre_id,
        scope.outlet_id,
        open_only,
        after,
        limit,
    )
    return [dict(r) for r in rows]


async def ask(scope: Scope, ask_id: UUID) -> Row | None:
    row = await db.fetch_row(
        f"SELECT {_ASK}, j.number FROM customer_ask a JOIN job j ON j.id = a.job_id"
        f" WHERE {_IN_SCOPE.format(t='a')} AND a.id = $3",
        scope.centre_id,
        scope.outlet_id,
        ask_id,
    )
    return None if row is None else dict(row)


async def settle_ask(ask_id: UUID, user_id: UUID, note: str, at: datetime) -> bool:
    """False when somebody settled it already."""
    done = await db.fetch_value(
        "UPDATE customer_ask SET settled_at = $2, settled_by = $3, note = $4 WHERE id = $1 AND settled_at IS NULL"
        " RETURNING id",
        ask_id,
        at,
        user_id,
        note,
    )
    return done is not None


# --------------------------------------------------------------------------------------------------------- judgements


async def add_judgement(row: Row) -> None:
    """`row`: every column of the table; `conduct` JSON-shaped. One revision of a completion once: raises asyncpg's
    `UniqueViolationError`."""
    await db.execute(
        "INSERT INTO judgement (id, job_id, centre_id, outlet_id, technician_id, completion_id, revision, solved,"
        " rating, conduct, words, locale, judged_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11, $12, $13)",
        *(row[name] for name in ("id", "job_id", "centre_id", "outlet_id", "technician_id", "completion_id")),
        *(row[name] for name in ("revision", "solved", "rating")),
        msgspec.json.encode(row["conduct"]).decode(),
        *(row[name] for name in ("words", "locale", "judged_at")),
    )


_JUDGEMENT = (
    "g.id, g.job_id, g.outlet_id, g.technician_id, g.completion_id, g.revision, g.solved, g.rating,"
    " g.conduct::text AS conduct, g.words, g.judged_at"
)


async def judgements_of(job_id: UUID) -> list[Row]:
    """Every revision, the oldest first."""
    rows = await db.fetch(
        f"SELECT {_JUDGEMENT} FROM judgement g WHERE g.job_id = $1 ORDER BY g.judged_at, g.revision", job_id
    )
    return [_judged(r) for r in rows]


#: The revision that holds: none comes after it.
_HOLDS = "NOT EXISTS (SELECT FROM judgement l WHERE l.completion_id = g.completion_id AND l.revision > g.revision)"


async def judgements_page(scope: Scope, outlet_id: UUID | None, after: UUID | None, limit: int) -> list[Row]:
    """Those that hold, the newest first, with the job's number."""
    rows = await db.fetch(
        f"SELECT {_JUDGEMENT}, j.number FROM judgement g JOIN job j ON j.id = g.job_id"
        f" WHERE {_IN_SCOPE.format(t='g')} AND ($3::uuid IS NULL OR g.outlet_id = $3) AND {_HOLDS}"
        " AND ($4::uuid IS NULL OR g.id < $4) ORDER BY g.id DESC LIMIT $5",
        scope.centre_id,
        scope.outlet_id,
        outlet_id,
        after,
        limit,
    )
    return [_judged(r) for r in rows]


async def averages(scope: Scope, since: datetime) -> list[Row]:
    """Outlet by outlet: how many were judged, their mean rating, how many were solved, and for every point of conduct
    how many said yes and no. Only the judgements that hold, by when they were first made or changed."""
    rows = await db.fetch(
        "WITH held AS (SELECT g.* FROM judgement g"
        f" WHERE {_IN_SCOPE.format(t='g')} AND g.judged_at >= $3 AND {_HOLDS}),"
        " points AS (SELECT h.outlet_id, p.key, count(*) FILTER (WHERE p.value = 'yes') AS yes,"
        " count(*) FILTER (WHERE p.value = 'no') AS no FROM held h, jsonb_each_text(h.conduct) p GROUP BY 1, 2)"
        " SELECT h.outlet_id, o.name, o.name_en, count(*) AS judged, avg(h.rating)::float8 AS rating,"
        " count(*) FILTER (WHERE h.solved) AS solved,"
        " coalesce((SELECT json_object_agg(p.key, json_build_object('yes', p.yes, 'no', p.no)) FROM points p"
        " WHERE p.outlet_id = h.outlet_id), '{}')::text AS conduct"
        " FROM held h JOIN outlet o ON o.id = h.outlet_id GROUP BY h.outlet_id, o.name, o.name_en ORDER BY o.name",
        scope.centre_id,
        scope.outlet_id,
        since,
    )
    return [dict(r) for r in rows]


def _judged(row: Any) -> Row:
    return dict(row) | {"conduct": msgspec.json.decode(row["conduct"])}

"""Queries of photos as images. Rows that wait are the queue."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from server.platform import db
from server.platform.auth import Caller
from server.platform.db import Statement


class Claimed(NamedTuple):
    """A photo that this worker is to judge; `attempts`: how often somebody began, this time included."""

    digest: str
    attempts: int


class Copy(NamedTuple):
    """Of a photo, drawn anew: a blob."""

    digest: str
    size: int


class Verdict(NamedTuple):
    """`state`: `waiting`, `ready`, `refused`. `shown_digest`, `thumbnail_digest`: blobs, JPEG, when it is ready;
    `width`, `height`: of the photo as it is to be seen."""

    state: str
    code: str | None
    media_type: str
    width: int | None
    height: int | None
    shown_digest: str | None
    thumbnail_digest: str | None


_VERDICT = "state, code, media_type, width, height, shown_digest, thumbnail_digest"


def expected(digests: Collection[str]) -> Statement:
    """These photos are here: judge them, unless that was done. Written with what says that they are here."""
    return Statement(
        "INSERT INTO photo_image (digest, expected_at) SELECT d, now() FROM unnest($1::text[]) AS d"
        " ON CONFLICT (digest) DO NOTHING",
        (sorted(set(digests)),),
    )


async def expect(digests: Collection[str]) -> None:
    await db.run(expected(digests))


async def claim(lease: timedelta) -> Claimed | None:
    """The one that has waited longest and that nobody is at."""
    row = await db.fetch_row(
        "UPDATE photo_image SET attempts = attempts + 1, lease_until = now() + $1::interval WHERE digest = ("
        "SELECT digest FROM photo_image WHERE state = 'waiting' AND (lease_until IS NULL OR lease_until < now())"
        " ORDER BY expected_at LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING digest, attempts",
        lease,
    )
    return None if row is None else Claimed(*row)


async def put_off(digest: str, by: timedelta, *, forgiven: bool) -> None:
    """Tried again after so long. `forgiven`: it was not the photo's fault, this time does not count."""
    await db.execute(
        "UPDATE photo_image SET lease_until = now() + $2::interval, attempts = attempts - $3::integer"
        " WHERE digest = $1 AND state = 'waiting'",
        digest,
        by,
        int(forgiven),
    )


def refused(digest: str, code: str, media_type: str) -> Statement:
    return Statement(
        "UPDATE photo_image SET state = 'refused', code = $2, media_type = $3, judged_at = now(), lease_until = NULL"
        " WHERE digest = $1 AND state = 'waiting'",
        (digest, code, media_type),
    )


def finished(digest: str, media_type: str, size: tuple[int, int], shown: Copy, thumbnail: Copy) -> Statement:
    """`size`: width and height. Two workers that made the same copies leave the same row."""
    return Statement(
        "UPDATE photo_image SET state = 'ready', code = NULL, media_type = $2, width = $3, height = $4,"
        " shown_digest = $5, shown_size = $6, thumbnail_digest = $7, thumbnail_size = $8, judged_at = now(),"
        " lease_until = NULL WHERE digest = $1 AND state = 'waiting'",
        (digest, media_type, *size, *shown, *thumbnail),
    )


async def outlets_of(digest: str) -> list[UUID]:
    """Whose completions name it."""
    rows = await db.fetch(
        "SELECT DISTINCT c.outlet_id FROM completion_photo p JOIN completion c ON c.id = p.completion_id"
        " WHERE p.digest = $1",
        digest,
    )
    return [row["outlet_id"] for row in rows]


async def again(digest: str) -> None:
    """A copy is gone, as after a restore: it is made once more."""
    await db.execute(
        "UPDATE photo_image SET state = 'waiting', attempts = 0, lease_until = NULL WHERE digest = $1"
        " AND state = 'ready'",
        digest,
    )


async def verdicts(digests: Collection[str]) -> dict[str, Verdict]:
    """Digest → what became of it; those that have not come are not in it."""
    rows = await db.fetch(f"SELECT digest, {_VERDICT} FROM photo_image WHERE digest = ANY($1::text[])", list(digests))
    return {row["digest"]: Verdict(*list(row)[1:]) for row in rows}


class Seen(NamedTuple):
    """A photo as somebody who may see it asks for it. `claimed`: the media type that was signed; `size`: of the
    original, in bytes; `received`: whether it is here. `verdict` None: not judged yet."""

    claimed: str
    size: int
    received: bool
    job_id: UUID
    verdict: Verdict | None


async def seen_by(caller: Caller, digest: str) -> Seen | None:
    """None outside what the caller may see: the office its subtree, a technician what their own completions name."""
    own = caller.user_id if caller.technician_id is not None else None
    row = await db.fetch_row(
        f"SELECT p.media_type AS claimed, p.size, p.received_at IS NOT NULL AS received, p.job_id, i.digest,"
        f" {', '.join(f'i.{name.strip()}' for name in _VERDICT.split(','))}"
        " FROM completion_photo p JOIN completion c ON c.id = p.completion_id JOIN device d ON d.id = c.device_id"
        " LEFT JOIN photo_image i ON i.digest = p.digest WHERE p.digest = $3"
        " AND ($1::uuid IS NULL OR c.centre_id = $1) AND ($2::uuid IS NULL OR c.outlet_id = $2)"
        " AND ($4::uuid IS NULL OR d.user_id = $4) ORDER BY p.received_at NULLS LAST LIMIT 1",
        caller.scope.centre_id if own is None else None,
        caller.scope.outlet_id if own is None else None,
        digest,
        own,
    )
    if row is None:
        return None
    claimed, size, received, job_id, digest, *verdict = row
    return Seen(claimed, size, received, job_id, None if digest is None else Verdict(*verdict))


async def named(digests: Sequence[str]) -> set[str]:
    """Which of these blobs are copies that somebody may ask for."""
    rows = await db.fetch(
        "SELECT shown_digest AS digest FROM photo_image WHERE shown_digest = ANY($1::text[])"
        " UNION SELECT thumbnail_digest FROM photo_image WHERE thumbnail_digest = ANY($1::text[])",
        list(digests),
    )
    return {row["digest"] for row in rows}

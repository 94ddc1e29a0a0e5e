"""What features keep in the store of blobs: told here, as the platform knows no feature.

Every feature that names blobs has a line in both: without one its blobs would be collected, or be in no backup.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final, NamedTuple

import asyncpg

from server.evidence import store as evidence
from server.evidence.images import store as images
from server.evidence.reports import store as reports
from server.platform.backup import Named
from server.platform.storage import Blobs, Damaged
from server.platform.storage.collecting import Naming
from server.portal import service_store
from server.products.labels import store as labels

#: Which of these blobs the feature names, also those it still waits for.
NAMED: Final[Sequence[Naming]] = (
    evidence.named_photos,
    images.named,
    reports.named,
    service_store.named_photos,
    labels.named,
)

#: What a backup holds, by digest; asked also of a database that is not migrated yet. Copies of photos are made again,
#: labels are drawn again: neither is in it.
BACKED_UP: Final[Sequence[Named]] = (
    evidence.received_digests,
    reports.kept,
    service_store.kept_photos,
)


async def backed_up(connection: Any) -> AsyncIterator[str]:
    """All of them, each once, in their order; memory does not grow with them."""
    ahead: list[tuple[str, AsyncIterator[str]]] = []
    for named in BACKED_UP:
        await _advance(ahead, named(connection))
    last = ""
    while ahead:
        digest, source = ahead.pop(0)
        if digest != last:
            yield digest
        last = digest
        await _advance(ahead, source)


async def _advance(ahead: list[tuple[str, AsyncIterator[str]]], source: AsyncIterator[str]) -> None:
    digest = await anext(source, None)
    if digest is not None:
        ahead.append((digest, source))
        ahead.sort(key=lambda each: each[0])


class Checked(NamedTuple):
    intact: int
    missing: list[str]
    damaged: list[str]


async def check(dsn: str, blobs: Blobs) -> Checked:
    """Reads everything that a backup would hold."""
    intact, missing, damaged = 0, [], []
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            async for digest in backed_up(connection):
                try:
                    for _ in blobs.read_now(digest):
                        pass
                    intact += 1
                except FileNotFoundError:
                    missing.append(digest)
                except Damaged:
                    damaged.append(digest)
    finally:
        await connection.close()
    return Checked(intact, missing, damaged)

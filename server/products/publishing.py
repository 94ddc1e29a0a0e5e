"""Writing units: the record, its history, and whoever holds it told, in one `feed.write`.

Who is told. A unit travels with the jobs that name it: `jobs` puts it into the streams of the technicians who hold such
a job and takes it out again. A change made here goes to exactly the streams that hold the unit at that moment (none for
a new one); who holds it stays the jobs' decision, and both sides lock the unit first.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from uuid import UUID

from offline_sync.immutable import immutable
from offline_sync.record import Record
from server.platform import feed
from server.platform.db import Statement
from server.platform.feed import Change, HistoryLine
from server.platform.records import as_change, as_record
from server.products import field_store


@immutable
class UnitWritten:
    """A unit as it was, locked (None: it is new), and as it shall be, with the lines of history between."""

    before: Record | None
    after: Record
    history: Sequence[HistoryLine] = ()


async def lock_units(unit_ids: Iterable[UUID]) -> dict[UUID, Record]:
    """Those that there are, locked in the order of their ids."""
    rows = await feed.load_for_update("unit", unit_ids)
    return {unit_id: as_record("unit", row) for unit_id, row in rows.items()}


async def changes_of(written: Sequence[UnitWritten]) -> list[Change]:
    """As the feed takes them, for those who write other records in the same transaction."""
    holding = await field_store.streams_holding([UUID(w.after.id) for w in written if w.before is not None])
    return [as_change(w.after, holding.get(UUID(w.after.id), frozenset()), w.history, w.before) for w in written]


async def publish_units(
    written: Sequence[UnitWritten],
    alongside: Sequence[Statement] = (),
    then: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Last in the transaction, and once. The units' cards are looked at anew. `then`: what is to be written after the
    units, as it names new ones."""
    ids = [UUID(w.after.id) for w in written]

    async def after() -> list[Change]:
        if then is not None:
            await then()
        return []

    changes = await changes_of(written)
    await feed.write(changes, None if then is None else after, [*alongside, field_store.due(ids)])

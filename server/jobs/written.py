"""A synced record as it was and as it shall be: what an action hands to `publishing.publish`."""

from collections.abc import Sequence

from offline_sync.immutable import immutable
from offline_sync.record import Record
from server.platform.feed import HistoryLine


@immutable
class Written:
    """A record as it was (None: it is new) and as it shall be, with the lines of history between."""

    before: Record | None
    after: Record
    history: Sequence[HistoryLine] = ()

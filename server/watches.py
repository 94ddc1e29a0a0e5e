"""What a server does beside answering requests: its watches, and how they begin."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

from litestar import Litestar

from server.evidence import found
from server.evidence.uploads import expiring
from server.jobs import deadlines
from server.notifications.sending import Sending
from server.platform import accesses, purge
from server.platform.storage import collecting
from server.platform.waiting import until
from server.portal import forgetting, service_routes
from server.products import cards
from server.settings import Settings
from server.stored import NAMED

#: Seconds between the first looks of two watches.
_APART = 0.05


def watches(app: Litestar, settings: Settings, stopping: asyncio.Event) -> list[Coroutine[Any, Any, None]]:
    """First those that people wait for."""
    return [
        app.state.reactor.watch(stopping),
        app.state.sealer.watch(stopping),
        app.state.images.watch(stopping),
        app.state.reporter.watch(stopping),
        app.state.planner.watch(stopping),
        app.state.intake.watch(stopping),
        app.state.labeller.watch(stopping),
        deadlines.watch(stopping),
        found.watch(stopping, app.state.blobs),
        expiring.watch(stopping, app.state.uploads),
        collecting.watch(stopping, app.state.blobs, NAMED),
        service_routes.watch(stopping),
        purge.watch(stopping, settings.tombstone_lifetime),
        accesses.watch(stopping),
        cards.watch(stopping),
        Sending(app.state.channels).watch(stopping),
        app.state.counting.watch(stopping),
        forgetting.watch(stopping, app.state.images, app.state.blobs),
    ]


async def in_turn(stopping: asyncio.Event, watches: Sequence[Coroutine[Any, Any, None]]) -> None:
    """All of them, but not begun at once: their first looks would take the pool from the first requests."""
    begun = []
    for watch in watches:
        if stopping.is_set():
            watch.close()
            continue
        begun.append(asyncio.create_task(watch))
        await until(stopping, within=_APART)
    await asyncio.gather(*begun)

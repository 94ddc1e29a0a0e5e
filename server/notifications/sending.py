"""Sends what is queued, off the request: taken by whichever worker is free, in threads, within a time limit.

A row is `sending` in the database before anything leaves, so that no message leaves twice; see `rules`.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Final

import structlog

from server.notifications import store
from server.notifications.actions import KEEP
from server.notifications.channels import SECONDS, Channels, deliver
from server.notifications.rules import NEXT, Event, after_refusal
from server.platform import clock, db
from server.platform.waiting import until

log = structlog.get_logger()

_EVERY_SECONDS: Final = 2.0
_SWEEP_SECONDS: Final = 30.0
_AT_ONCE: Final = 4
_BATCH: Final = 20
_LEASE: Final = timedelta(seconds=3 * SECONDS * _BATCH / _AT_ONCE)

Deliver = Callable[[str, str, str], bool]


class Sending:
    """One per process. `seconds`: what one try may take."""

    def __init__(self, channels: Channels, take: Deliver = deliver, seconds: float = SECONDS) -> None:
        self._channels, self._take, self._seconds = channels, take, seconds
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="notify")

    async def watch(self, stopping: asyncio.Event) -> None:
        """Runs until `stopping` is set. A fault of the database is waited out."""
        loop = asyncio.get_running_loop()
        swept = loop.time() - _SWEEP_SECONDS
        while not stopping.is_set():
            try:
                if loop.time() - swept >= _SWEEP_SECONDS:
                    await sweep()
                    swept = loop.time()
                while await self.send_due() == _BATCH and not stopping.is_set():
                    pass
            except db.FAULTS as fault:
                log.warning("messages not sent", fault=type(fault).__name__)
            await until(stopping, within=_EVERY_SECONDS)
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def send_due(self) -> int:
        """A batch of what is due; returns how many were tried."""
        now = clock.now()
        due = await store.take_due(now, now + _LEASE, _BATCH)
        await asyncio.gather(*(self._try(message) for message in due))
        return len(due)

    async def _try(self, message: store.Row) -> None:
        event, wait, failure = await self._sent(message)
        now, state = clock.now(), NEXT["sending", event]
        at = {"sent": now + KEEP, "desk": min(message["expires_at"] or now + KEEP, now + KEEP), "queued": now + wait}[
            state
        ]
        await store.settle_try(message["id"], state, now, at, failure)
        if state == "desk":
            await store.nudge(message["outlet_id"])
        log.info("message_tried", message_id=str(message["id"]), channel=message["channel"], outcome=event)

    async def _sent(self, message: store.Row) -> tuple[Event, timedelta, str | None]:
        address = self._channels.address(message["channel"], message["centre_id"], message["recipient"])
        if address is None:
            return "no_channel", timedelta(), "no_channel"
        work = asyncio.get_running_loop().run_in_executor(
            self._threads, self._take, address, message["subject"], message["text"]
        )
        try:
            async with asyncio.timeout(self._seconds):
                taken = await work
        except TimeoutError:
            return "unclear", timedelta(), "perhaps_sent"
        except Exception as fault:  # noqa: BLE001  # a plugin of others: whatever it stumbles over, the desk takes over
            log.warning("channel_failed", channel=message["channel"], fault=type(fault).__name__)
            return "unclear", timedelta(), "perhaps_sent"
        if taken:
            return "sent", timedelta(), None
        event, wait = after_refusal(message["tries"], urgent=_soon_over(message["expires_at"]))
        return event, wait, "refused"


def _soon_over(expires_at: datetime | None) -> bool:
    return expires_at is not None and expires_at - clock.now() < timedelta(hours=1)


async def sweep() -> None:
    """What time alone changes; see `store.sweep`."""
    while await store.sweep(clock.now(), KEEP, 500) == 500:
        pass

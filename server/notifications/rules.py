"""The life of a message to a customer. Pure: no I/O, no clock, no tables.

    queued ──take──▶ sending ──sent──▶ sent
      ▲  │              │ ├──failed──▶ queued, and after the last try desk
      │  └──no_channel──┼─┴──unclear──▶ desk
      └────retry──── desk ──tell──▶ told          queued, desk ──expire──▶ expired

A message is sent at most once: it is `sending` in the database before anything leaves, and when nobody knows how that
ended (the worker died, the time limit passed) it is not tried again but told to the desk as perhaps sent. Only a
channel that says no is tried again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Literal

State = Literal["queued", "sending", "sent", "desk", "told", "expired"]
Event = Literal["take", "sent", "failed", "given_up", "unclear", "no_channel", "tell", "retry", "expire"]
Channel = Literal["sms", "email"]

NEXT: Final[Mapping[tuple[State, Event], State]] = {
    ("queued", "take"): "sending",
    ("queued", "expire"): "expired",
    ("sending", "sent"): "sent",
    ("sending", "failed"): "queued",
    ("sending", "given_up"): "desk",
    ("sending", "unclear"): "desk",
    ("sending", "no_channel"): "desk",
    ("desk", "tell"): "told",
    ("desk", "retry"): "queued",
    ("desk", "expire"): "expired",
}
OVER: Final[tuple[State, ...]] = ("sent", "told", "expired")

#: Waits after a refusal of the channel. What ends soon (a one-time code) must be with the desk while it is still good.
PATIENT: Final = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
URGENT: Final = (timedelta(seconds=2), timedelta(seconds=8))


def after_refusal(tries: int, *, urgent: bool) -> tuple[Event, timedelta]:
    """What follows the channel's `tries`th no, and when."""
    waits = URGENT if urgent else PATIENT
    return ("failed", waits[tries - 1]) if tries <= len(waits) else ("given_up", timedelta())


def channel_of(recipient: str) -> Channel:
    return "email" if "@" in recipient else "sms"


_SHOWN = 3


def masked(recipient: str) -> str:
    """Enough to know one's own by, not enough to learn somebody else's: `138••••5678`, `l••••@example.com`."""
    if "@" in recipient:
        name, _, host = recipient.rpartition("@")
        return f"{name[:1]}••••@{host}"
    if len(recipient) < 8:
        return "••••" + recipient[-2:]
    return f"{recipient[:_SHOWN]}••••{recipient[-4:]}"

"""A technician's phone as the demonstration plays it: enrolled like any other, its key signs what customers sign, and
all it does goes through the same push as a real one's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from offline_sync.replica.keys import DeviceKey
from schemas import sync as wire
from schemas.accounts import Enrolment, PublicKey
from server.accounts import actions as accounts
from server.demo import store
from server.platform import clock
from server.platform.auth import Caller
from server.sync import actions as sync


class StoryFault(Exception):
    """The server judged an operation of the demonstration otherwise than its story says: a fault of ours."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing done in the field. `held`: the story wants it to end in a review. `clock_ahead`: what the phone's clock
    was wrong by, before it was restarted and set right."""

    at: datetime
    kind: str
    job_id: UUID
    args: Mapping[str, Any]
    held: bool = False
    clock_ahead: timedelta = timedelta(0)
    op_id: UUID = field(default_factory=clock.new_id)


@dataclass(slots=True)
class Phone:
    """`seen`: versions as of the moment it lost its signal, None while online. `heard`: when it was last answered."""

    caller: Caller
    device_id: UUID
    key: DeviceKey
    booted: datetime
    ahead: timedelta
    last_seq: int = 0
    seen: dict[UUID, int] | None = None
    heard: datetime | None = None

    async def lose_signal(self) -> None:
        assert self.caller.technician_id is not None
        self.seen = await store.versions_held_by(self.caller.technician_id)

    async def push(self, deeds: Sequence[Deed], at: datetime) -> None:
        """Everything in the outbox, in order. Raises `StoryFault`."""
        versions = await store.versions(d.job_id for d in deeds) | (self.seen or {})
        self.seen = None
        sent = [self._operation(d, self.last_seq + n, versions[d.job_id]) for n, d in enumerate(deeds, 1)]
        push = wire.Push(
            device_id=self.device_id,
            sent_at=self._time(at),
            operations=[msgspec.Raw(msgspec.json.encode(operation)) for operation in sent],
        )
        answer = await sync.push(self.caller, push)
        self.last_seq, self.heard = answer.last_seq, at
        for deed, outcome in zip(deeds, answer.outcomes, strict=True):
            if outcome.status not in (("held",) if deed.held else ("applied", "merged")):
                raise StoryFault(f"{deed.kind}: {outcome.status} {outcome.code} {outcome.text}")

    def _operation(self, deed: Deed, seq: int, version: int) -> wire.Operation:
        return wire.Operation(
            op_id=deed.op_id,
            seq=seq,
            kind=deed.kind,
            record=wire.RecordRef(type="job", id=str(deed.job_id)),
            base_version=version,
            args=dict(deed.args),
            at=self._time(deed.at, deed.clock_ahead),
        )

    def _time(self, at: datetime, clock_ahead: timedelta = timedelta(0)) -> wire.FieldTime:
        boot = "before-restart" if clock_ahead else "running"
        return wire.FieldTime(
            wall_ms=_ms(at + self.ahead + clock_ahead),
            monotonic_ms=int((at - self.booted).total_seconds() * 1000),
            boot_id=f"{self.device_id}-{boot}",
        )

    def reading(self, at: datetime) -> dict[str, Any]:
        """What its clocks showed then."""
        shown: dict[str, Any] = msgspec.to_builtins(self._time(at))
        return shown

    def anchors(self) -> list[dict[str, Any]]:
        return [] if self.heard is None else [{"server_ms": _ms(self.heard), "reading": self.reading(self.heard)}]


async def enrol(caller: Caller, booted: datetime, ahead: timedelta, name: str) -> Phone:
    """Inside a transaction. The private key lives as long as this process: nobody can sign with this phone later."""
    key = DeviceKey.generate()
    enrolment = Enrolment(public_key=msgspec.convert(key.public, PublicKey), name=name)
    device = await accounts.enrol(caller, enrolment)
    return Phone(caller, device.id, key, booted, ahead)


def _ms(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)

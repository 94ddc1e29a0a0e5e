"""One transaction of pushes: lock what they name, decide, write what the decisions leave behind."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from offline_sync.engine import Decision, Forked
from offline_sync.immutable import immutable
from offline_sync.operation import RecordKey
from schemas.errors import Code
from server.platform import clock, db
from server.platform.auth import Caller
from server.platform.errors import Refused
from server.sync import judging, saving, store
from server.sync.judging import Judgement
from server.sync.reading import Batch


@immutable
class Push:
    caller: Caller
    batch: Batch

    @property
    def names(self) -> frozenset[UUID | RecordKey]:
        """What it would change: its device and its records."""
        return frozenset((self.batch.device_id, *(o.record for o in self.batch.operations)))


@immutable
class Kept:
    """`device`: as it stood before, with the server's epoch."""

    decision: Decision
    device: Mapping[str, Any]


async def keep(pushes: Sequence[Push]) -> list[Kept | Refused]:
    """Judges pushes that name different devices and records, and keeps everything of them in one commit. A push is
    refused alone: `device_unknown`, `device_revoked`, `forked`. Raises what the database raises; nothing is kept then.
    """
    answers: dict[UUID, Kept | Refused] = {}
    async with db.transaction(hot=True):
        op_ids = [o.op_id for push in pushes for o in push.batch.operations]
        devices = await store.lock_devices([push.batch.device_id for push in pushes], op_ids)
        admitted: list[tuple[Mapping[str, Any], Batch]] = []
        for push in pushes:
            try:
                admitted.append((_admitted(push.caller, devices.get(push.batch.device_id)), push.batch))
            except Refused as refused:
                answers[push.batch.device_id] = refused
        judgements: list[Judgement] = []
        for device, batch, known in await judging.load(admitted):
            decision = judging.judge(device, batch, known)
            if isinstance(decision, Forked):
                answers[batch.device_id] = _forked(decision, device)
            else:
                judgements.append(Judgement(device, batch, known, decision))
        for judgement, decision in zip(judgements, await saving.save(judgements), strict=True):
            answers[judgement.batch.device_id] = Kept(decision, judgement.device)
    return [answers[push.batch.device_id] for push in pushes]


def _forked(decision: Forked, device: Mapping[str, Any]) -> Refused:
    detail = f"seq {decision.seq} names two different operations"
    return Refused(Code.FORKED, detail, seq=decision.seq, epoch=str(device["epoch"]))


def _admitted(caller: Caller, found: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """The device that pushes. One that is revoked, or whose owner has left, needs an open last upload."""
    device = own(caller, found)
    allowed = device["last_upload_until"] is not None and device["last_upload_until"] > clock.now()
    if (device["revoked_at"] is not None or caller.only_upload) and not allowed:
        raise Refused(Code.DEVICE_REVOKED)
    return device


# Keeps E-6 of docs/sync-protocol.md.
def own(caller: Caller, device: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """The caller's device. Raises `Refused(device_unknown)`: somebody else's is answered like one that does not
    exist."""
    if device is None or device["user_id"] != caller.user_id:
        raise Refused(Code.DEVICE_UNKNOWN)
    return dict(device)

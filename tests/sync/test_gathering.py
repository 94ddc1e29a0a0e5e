"""Small pushes that are kept together: nobody is harmed by whom they share a commit with."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from offline_sync.engine import Decision
from offline_sync.operation import FieldTime, Operation, RecordKey
from schemas.errors import Code
from server.platform import db
from server.platform.errors import Refused
from server.sync import gathering
from server.sync.gathering import Gathering, GroupFailed
from server.sync.keeping import Kept, Push
from server.sync.reading import Batch
from tests.journeys.firm import Firm

NEVER = FieldTime(0, 0, "boot")


def push(device: str, *records: str) -> Push:
    operations = tuple(
        Operation(str(uuid4()), n, "job.note", RecordKey("job", record), 0, {}, NEVER)
        for n, record in enumerate(records, 1)
    )
    batch = Batch(UUID(int=ord(device)), NEVER, 0, operations, {})
    return Push(cast("Any", None), batch)


class Office:
    """Keeps what it is given, each group when it is let, and remembers the groups."""

    def __init__(self) -> None:
        self.groups: list[str] = []
        self.refuses: Code | None = None
        self.fails: Exception | None = None
        self.open = asyncio.Event()
        self.open.set()

    async def keep(self, pushes: Sequence[Push]) -> list[Kept | Refused]:
        self.groups.append("".join(chr(push.batch.device_id.int) for push in pushes))
        await self.open.wait()
        await asyncio.sleep(0)
        if self.fails is not None:
            raise self.fails
        answers: list[Kept | Refused] = [Kept(Decision(last_seq=1), {}) for _ in pushes]
        if self.refuses is not None:
            answers[0] = Refused(self.refuses)
        return answers


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def small(office: Office) -> Gathering:
    return Gathering(office.keep)


class TestWhoGoesTogether:
    async def test_whoever_comes_alone_goes_at_once(self, office: Office, small: Gathering) -> None:
        await small.kept(push("a", "x"))
        await small.kept(push("b", "y"))
        assert office.groups == ["a", "b"]

    async def test_those_who_come_meanwhile_go_together(self, office: Office, small: Gathering) -> None:
        first = asyncio.create_task(small.kept(push("a", "x")))
        await asyncio.sleep(0.001)
        rest = [small.kept(push(name, name)) for name in "bcd"]
        await asyncio.gather(first, *rest)
        assert "".join(sorted("".join(office.groups))) == "abcd"
        assert len(office.groups) <= 2

    async def test_a_device_goes_once_and_in_its_order(self, office: Office, small: Gathering) -> None:
        await asyncio.gather(*(small.kept(push(name, f"x{n}")) for n, name in enumerate("abaab")))
        assert office.groups == ["ab", "ab", "a"]

    async def test_a_record_goes_once(self, office: Office, small: Gathering) -> None:
        await asyncio.gather(small.kept(push("a", "x")), small.kept(push("b", "y", "x")), small.kept(push("c", "y")))
        assert office.groups == ["a", "b", "c"]  # c names what b names, who came before

    async def test_no_group_is_endless(self, office: Office, small: Gathering, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(gathering, "MOST", 2)
        await asyncio.gather(*(small.kept(push(name, name)) for name in "abcde"))
        assert office.groups == ["ab", "cd", "e"]


class TestWhatOneDoesToTheOthers:
    async def test_a_refusal_is_for_one(self, office: Office, small: Gathering) -> None:
        office.refuses = Code.DEVICE_REVOKED
        answers = await asyncio.gather(*(small.kept(push(name, name)) for name in "abc"), return_exceptions=True)
        assert [type(a) for a in answers] == [Refused, Kept, Kept]

    async def test_a_failure_is_for_all_who_then_try_alone(self, office: Office, small: Gathering) -> None:
        office.fails = RuntimeError("the database is gone")
        answers = await asyncio.gather(*(small.kept(push(name, name)) for name in "abc"), return_exceptions=True)
        assert [type(a) for a in answers] == [GroupFailed] * 3
        office.fails = None
        assert await small.kept(push("a", "x"))

    async def test_a_group_that_waits_for_a_lock_does_not_hold_up_the_next(
        self, office: Office, small: Gathering
    ) -> None:
        office.open.clear()
        stuck = asyncio.create_task(small.kept(push("a", "x")))
        await asyncio.sleep(0.001)
        office_b = asyncio.create_task(small.kept(push("b", "y")))
        await asyncio.sleep(3 * gathering.PATIENCE)
        assert office.groups == ["a", "b"]
        assert not stuck.done()
        office.open.set()
        await asyncio.gather(stuck, office_b)

    async def test_who_goes_away_is_not_missed(self, office: Office, small: Gathering) -> None:
        office.open.clear()
        first, second = (asyncio.create_task(small.kept(push(name, name))) for name in "ab")
        await asyncio.sleep(0.001)
        first.cancel()
        office.open.set()
        assert await second
        assert first.cancelled()


class TestOnTheRealDatabase:
    async def test_many_phones_at_once_lose_nothing_and_share_nothing(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        phones = [await firm.phone(n % 2) for n in range(8)]
        jobs = [await firm.assigned(desk, n % 2, hours=2 * n + 1) for n in range(8)]
        for _ in range(6):
            sent = [
                p.operation("job.use_part", j, {"part": "brush", "quantity": 1})
                for p, j in zip(phones, jobs, strict=True)
            ]
            answers = await asyncio.gather(*(p.push(o) for p, o in zip(phones, sent, strict=True)))
            told = [a.json()["outcomes"][0] for a in answers]
            assert [o["op_id"] for o in told] == [o["op_id"] for o in sent]
            assert {o["status"] for o in told} == {"applied"}
        rows = await db.fetch(
            "SELECT parts_used->>'brush' AS used, version FROM job WHERE id = ANY($1)", [j["id"] for j in jobs]
        )
        assert [r["used"] for r in rows] == ["6"] * 8
        lines = await db.fetch_value("SELECT count(*) FROM history WHERE action = 'job.use_part'")
        kept = await db.fetch_value("SELECT count(*) FROM sync_operation")
        assert (lines, kept) == (48, 48)
        assert {r["last_seq"] for r in await db.fetch("SELECT last_seq FROM device")} == {6}

    async def test_the_refused_the_forked_and_the_copied_spoil_nothing(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        phones = [await firm.phone(n % 2) for n in range(6)]
        jobs = [await firm.assigned(desk, n % 2, hours=2 * n + 1) for n in range(6)]
        begun = [p.operation("job.note", j, {"text": "n0"}) for p, j in zip(phones, jobs, strict=True)]
        assert {a.status_code for a in [await p.push(o) for p, o in zip(phones, begun, strict=True)]} == {200}
        revoked, stranger, good = phones[0], phones[3], phones[4:]
        await desk.post(f"/devices/{revoked.device_id}/revoke")
        stranger.device_id = str(uuid4())
        sent = [p.operation("job.note", j, {"text": "n1"}) for p, j in zip(phones, jobs, strict=True)]
        sent[1]["seq"] = 1  # the number of another operation
        sent[2]["op_id"] = sent[4]["op_id"]  # of a phone in the same group
        answers = await asyncio.gather(*(p.push(o) for p, o in zip(phones, sent, strict=True)))
        assert [a.json().get("code") for a in answers[:2]] == ["device_revoked", "forked"]
        assert answers[3].json()["code"] == "device_unknown"
        said = [answers[n].json()["outcomes"][0] for n in (2, 4, 5)]
        assert said[2]["status"] == "applied"
        assert sorted(o["status"] for o in said[:2]) == ["applied", "rejected"]
        for p, o in zip(good, sent[4:], strict=True):
            assert (await p.outcomes(o))[0]["op_id"] == o["op_id"]

"""Two tabs of one phone that push at once, on the real database (guarantees 2 and 3)."""

import asyncio

from server.platform import db
from tests.journeys.firm import Firm


class TestTheSameBatchTwiceAtOnce:
    async def test_has_one_effect_and_one_answer(self, firm: Firm) -> None:
        desk, phone = await firm.login("desk"), await firm.phone(0)
        job = await firm.assigned(desk, 0)
        for size in (1, 3, 20):
            sent = [phone.operation("job.use_part", job, {"part": "brush", "quantity": 1}) for _ in range(size)]
            answers = await asyncio.gather(*(phone.push(*sent) for _ in range(4)))
            told = [a.json()["outcomes"] for a in answers]
            assert [a.status_code for a in answers] == [200] * 4
            assert all(outcomes == told[0] for outcomes in told)
        assert await db.fetch_value("SELECT parts_used->>'brush' FROM job WHERE id = $1", job["id"]) == "24"

    async def test_follows_on_what_the_other_sent(self, firm: Firm) -> None:
        desk, phone = await firm.login("desk"), await firm.phone(0)
        job = await firm.assigned(desk, 0)
        sent = [phone.operation("job.note", job, {"text": f"n{n}"}) for n in range(6)]
        answers = await asyncio.gather(phone.push(*sent[:3]), phone.push(*sent[:6]), phone.push(*sent[2:4]))
        assert {a.status_code for a in answers} == {200}
        assert (await phone.outcomes(*sent))[-1]["status"] == "applied"
        notes = await db.fetch_value("SELECT notes::text FROM job WHERE id = $1", job["id"])
        assert [notes.index(f'"n{n}"') for n in range(6)] == sorted(notes.index(f'"n{n}"') for n in range(6))
        assert [notes.count(f'"n{n}"') for n in range(6)] == [1] * 6


class TestTheFirstPushOfAll:
    async def test_plans_for_tables_that_will_grow(self, firm: Firm) -> None:
        """Its plans are kept, and are made while there is nothing to read: found as pushes of two seconds."""
        asked = "SELECT outcome FROM sync_operation WHERE op_id = ANY($1::uuid[])"
        async with db.transaction(hot=True):
            plan = await db.fetch(f"EXPLAIN {asked}", [firm.outlet_id] * 100)
        assert "Seq Scan" not in " ".join(row[0] for row in plan)

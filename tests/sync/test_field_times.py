"""Anchors that the server remembers: a boot that ever pushed can be placed after the phone was started anew."""

from datetime import UTC, datetime
from typing import Any

from server.platform import db
from tests.journeys.firm import Firm, Phone

MINUTE = 60_000


def now_ms() -> int:
    return int(datetime.now(UTC).timestamp() * 1000)


def sent(phone: Phone, boot: str, monotonic_ms: int, *operations: Any) -> dict[str, Any]:
    """A push whose wall clock is a year slow."""
    at = {"wall_ms": now_ms() - 365 * 24 * 60 * MINUTE, "monotonic_ms": monotonic_ms, "boot_id": boot}
    return phone.batch(*operations) | {"sent_at": at}


def noted(phone: Phone, job: Any, boot: str, monotonic_ms: int) -> dict[str, Any]:
    at = {"wall_ms": now_ms() - 365 * 24 * 60 * MINUTE, "monotonic_ms": monotonic_ms, "boot_id": boot}
    return dict(phone.operation("job.note", job, {"text": "x"})) | {"at": at}


async def grades(op_ids: list[str]) -> list[str]:
    rows = await db.fetch("SELECT grade FROM sync_operation WHERE op_id = ANY($1::uuid[]) ORDER BY seq", op_ids)
    return [row["grade"] for row in rows]


class TestAPhoneThatWasStartedAnew:
    async def test_is_placed_by_an_earlier_push_of_that_boot(self, firm: Firm) -> None:
        desk, phone = await firm.login("desk"), await firm.phone(0)
        job = await firm.assigned(desk, 0)
        await phone.person.post("/sync/push", sent(phone, "before", 10 * MINUTE))
        known, unknown = noted(phone, job, "before", 10 * MINUTE), noted(phone, job, "never heard of", 3 * MINUTE)
        answer = await phone.person.post("/sync/push", sent(phone, "after", 1000, known, unknown))
        assert [o["status"] for o in answer.json()["outcomes"]] == ["applied", "applied"]
        assert await grades([known["op_id"], unknown["op_id"]]) == ["exact", "estimated"]

    async def test_leaves_its_anchors_on_the_device(self, firm: Firm) -> None:
        phone = await firm.phone(0)
        for boot in ("a", "b", "a"):
            await phone.person.post("/sync/push", sent(phone, boot, MINUTE))
        kept = await db.fetch_value("SELECT boots FROM device WHERE id = $1", phone.device_id)
        assert '"a"' in kept
        assert '"b"' in kept

    async def test_may_name_its_boot_as_nobody_can_keep_it(self, firm: Firm) -> None:
        desk, phone = await firm.login("desk"), await firm.phone(0)
        job = await firm.assigned(desk, 0)
        for boot in ("\x00", "a\u202eb"):
            answer = await phone.person.post("/sync/push", sent(phone, boot, MINUTE, noted(phone, job, boot, 1)))
            assert (answer.status_code, answer.json()["last_seq"]) == (200, phone.seq)

"""Units looked up together: who asks while a query runs goes with the next, and nobody is forgotten."""

import asyncio
from collections.abc import Sequence

import pytest

from server.portal.looking_up import AT_ONCE, MOST, LookingUp
from server.products.page_store import Code, Scanned


class Records:
    """Knows every serial but `unknown`; a query ends when `ends` is set."""

    def __init__(self) -> None:
        self.asked: list[list[Code]] = []
        self.ends = asyncio.Event()
        self.fault: Exception | None = None

    async def __call__(self, codes: Sequence[Code]) -> dict[Code, Scanned]:
        self.asked.append(sorted(codes))
        await self.ends.wait()
        if self.fault is not None:
            raise self.fault
        return {code: a_unit(code) for code in codes if code[1] != "unknown"}


def a_unit(code: Code) -> Scanned:
    return Scanned(unit={"serial": code[1]}, repairs=(), served=frozenset(), generation=1)


async def opened(looking: LookingUp, *serials: str) -> "list[asyncio.Task[Scanned | None]]":
    tasks = [asyncio.create_task(looking.unit("1", serial)) for serial in serials]
    for _ in range(3):
        await asyncio.sleep(0)
    return tasks


class TestLookingUp:
    async def test_who_asks_at_once_is_answered_by_one_query(self) -> None:
        records = Records()
        tasks = await opened(looking := LookingUp(records), "a", "b", "unknown", "a")
        records.ends.set()
        found = await asyncio.gather(*tasks)
        assert [unit and unit.unit["serial"] for unit in found] == ["a", "b", None, "a"]
        assert records.asked == [[("1", "a"), ("1", "b"), ("1", "unknown")]]
        assert await looking.unit("1", "c") == a_unit(("1", "c"))  # and whoever comes later

    async def test_nobody_is_told_what_was_read_before_they_asked(self) -> None:
        records, tasks = Records(), []
        looking = LookingUp(records)
        for serial in "abcdef":
            tasks += await opened(looking, serial)
        assert len(records.asked) == AT_ONCE
        records.ends.set()
        await asyncio.gather(*tasks)
        assert records.asked == [[("1", "a")], [("1", "b")], [("1", serial) for serial in "cdef"]]

    async def test_a_query_that_fails_is_told_to_all_of_it_and_ends_nothing(self) -> None:
        records = Records()
        records.fault = OSError("away")
        records.ends.set()
        looking = LookingUp(records)
        told = await asyncio.gather(*await opened(looking, "a", "b"), return_exceptions=True)
        assert told == [records.fault] * 2
        records.fault = None
        assert await looking.unit("1", "a") is not None

    async def test_who_hangs_up_takes_nobody_along(self) -> None:
        records = Records()
        first, second = await opened(LookingUp(records), "a", "b")
        first.cancel()
        records.ends.set()
        assert await second == a_unit(("1", "b"))
        with pytest.raises(asyncio.CancelledError):
            await first

    async def test_a_query_is_bounded(self) -> None:
        records = Records()
        records.ends.set()
        await asyncio.gather(*await opened(LookingUp(records), *(str(n) for n in range(MOST + 5))))
        assert sorted(map(len, records.asked)) == [5, MOST]

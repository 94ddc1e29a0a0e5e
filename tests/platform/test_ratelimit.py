from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar, get

from server.platform.errors import HANDLERS
from server.platform.ratelimit import Limit, address_of, at_most


class TestALimit:
    def test_lets_the_first_through_at_once_and_then_says_how_long(self) -> None:
        limit = Limit(3, timedelta(seconds=30))
        assert [limit.take("a", 100.0) for _ in range(4)] == pytest.approx([0, 0, 0, 10])

    def test_refills_evenly(self) -> None:
        limit = Limit(3, timedelta(seconds=30))
        for _ in range(3):
            limit.take("a", 100.0)
        assert limit.take("a", 110.0) == 0
        assert limit.take("a", 110.0) > 0

    def test_counts_keys_apart(self) -> None:
        limit = Limit(1, timedelta(seconds=30))
        assert [limit.take(key, 0.0) for key in "abc"] == [0, 0, 0]

    def test_costs_nothing_to_be_refused(self) -> None:
        limit = Limit(1, timedelta(seconds=10))
        limit.take("a", 0.0)
        for _ in range(50):
            limit.take("a", 5.0)
        assert limit.take("a", 10.0) == 0

    def test_forgets_the_longest_silent_when_there_are_too_many(self) -> None:
        limit = Limit(1, timedelta(hours=1), keys=2)
        for key in ("a", "b", "c"):
            limit.take(key, 0.0)
        assert limit.take("a", 1.0) == 0
        assert limit.take("c", 1.0) > 0

    @given(st.lists(st.floats(0, 20), min_size=1, max_size=80))
    def test_never_lets_more_through_than_a_full_load_and_the_refill(self, gaps: list[float]) -> None:
        limit, now, passed = Limit(5, timedelta(seconds=10)), 0.0, 0
        for gap in gaps:
            now += gap
            passed += limit.take("a", now) == 0
        assert passed <= 5 + now * 0.5 + 1e-6


def connection(host: str | None) -> Any:
    return SimpleNamespace(client=None if host is None else SimpleNamespace(host=host))


class TestAnAddress:
    @pytest.mark.parametrize(
        ("host", "key"),
        [
            ("203.0.113.7", "203.0.113.7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("2001:db8:1:2::9", "2001:db8:1:2::"),
            ("fe80::1%eth0", "fe80::"),
            ("testclient", "unknown"),
            (None, "unknown"),
        ],
    )
    def test_is_what_one_subscriber_has(self, host: str | None, key: str) -> None:
        assert address_of(connection(host)) == key


class TestAGuardedRoute:
    async def test_answers_429_with_the_seconds_to_wait(self) -> None:
        @get("/", guards=[at_most(2, timedelta(minutes=1), by=address_of)])
        async def limited() -> None: ...

        for _ in range(2):  # a second app counts for itself
            app: Any = Litestar([limited], exception_handlers=HANDLERS)
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://testserver.local") as client:
                answers = [await client.get("/") for _ in range(3)]
            assert [a.status_code for a in answers] == [200, 200, 429]
            assert answers[2].json()["code"] == "too_many_requests"
            assert 1 <= int(answers[2].headers["retry-after"]) <= 30

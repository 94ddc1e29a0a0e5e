"""What a clerk may tell a caller: one quote, or one for each of several instants."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from server.platform import clock, db
from tests.journeys.firm import Firm, Person


async def ask(clerk: Person, firm: Firm, **known: Any) -> Any:
    return await clerk.post("/commitments/quote", {"outlet_id": firm.outlet_id, "job_type": "repair", **known})


@pytest.fixture
async def clerk(firm: Firm) -> Person:
    return await firm.login("desk")


class TestOneInstant:
    async def test_is_now_unless_it_is_said(self, clerk: Person, firm: Firm) -> None:
        before = clock.now()
        quote = (await ask(clerk, firm)).json()
        assert before <= datetime.fromisoformat(quote["opened_at"]) <= clock.now()
        said = (await ask(clerk, firm, opened_at="2026-03-02T09:00:00+08:00")).json()
        assert said["opened_at"] == "2026-03-02T01:00:00Z"

    async def test_is_told_which_policy_and_why_and_how_it_was_kept(self, clerk: Person, firm: Firm) -> None:
        quote = (await ask(clerk, firm)).json()
        assert quote["policy_code"]
        assert quote["why"]["zh"]
        assert quote["why"]["en"]
        assert (quote["kept_share"], quote["kept_of"]) == (None, 0)

    async def test_at_which_nothing_is_promised_is_refused(self, clerk: Person, firm: Firm) -> None:
        answer = await ask(clerk, firm, opened_at="1999-01-01T00:00:00Z")
        assert (answer.status_code, answer.json()["code"]) == (422, "no_policy")


class TestSeveralInstants:
    async def test_are_answered_each_in_the_order_asked(self, clerk: Person, firm: Firm) -> None:
        now = clock.now().replace(microsecond=0) + timedelta(days=1)
        moments = [now + timedelta(hours=hours) for hours in (5, 0, 5, 30)]
        answer = await ask(clerk, firm, instants=[moment.isoformat() for moment in moments])
        quotes = answer.json()["quotes"]
        assert [datetime.fromisoformat(q["opened_at"]) for q in quotes] == moments
        for one, moment in zip(quotes, moments, strict=True):
            single = (await ask(clerk, firm, opened_at=moment.isoformat())).json()
            assert one["quote"] == single
            assert one["code"] is None

    async def test_before_any_policy_say_so_one_by_one(self, clerk: Person, firm: Firm) -> None:
        answer = await ask(clerk, firm, instants=["1999-01-01T00:00:00Z", clock.now().isoformat()])
        early, now = answer.json()["quotes"]
        assert (early["quote"], early["code"]) == (None, "no_policy")
        assert early["why"]["zh"]
        assert now["quote"]["policy_code"]

    async def test_tell_the_share_kept_here(self, clerk: Person, firm: Firm) -> None:
        for state in ("met", "met", "met", "missed", "running"):
            job = await firm.job(clerk)
            await db.execute("UPDATE commitment SET state = $2 WHERE job_id = $1", UUID(job["id"]), state)
        answer = await ask(clerk, firm, instants=[clock.now().isoformat()] * 3)
        assert [(q["quote"]["kept_share"], q["quote"]["kept_of"]) for q in answer.json()["quotes"]] == [(0.75, 4)] * 3

    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            ({"instants": []}, 400, "invalid"),
            ({"instants": ["2026-03-02T09:00:00Z"] * 201}, 400, "invalid"),
            ({"instants": ["2026-03-02T09:00:00"]}, 400, "invalid"),
            ({"instants": ["soon"]}, 400, "invalid"),
            ({"instants": "2026-03-02T09:00:00Z"}, 400, "invalid"),
            ({"instants": ["2026-03-02T09:00:00Z"], "opened_at": "2026-03-02T09:00:00Z"}, 400, "invalid"),
            ({"instants": ["2026-03-02T09:00:00Z", "1850-01-01T00:00:00Z"]}, 400, "time_out_of_range"),
            ({"opened_at": "9999-12-31T23:59:59Z"}, 400, "time_out_of_range"),
            ({"opened_at": "0001-01-01T00:00:00Z"}, 400, "time_out_of_range"),
            ({"outlet_id": "00000000-0000-0000-0000-000000000000"}, 422, "outlet_unknown"),
            ({"colour": "red"}, 400, "invalid"),
        ],
    )
    async def test_that_make_no_sense_are_refused_with_a_code(
        self, clerk: Person, firm: Firm, body: dict[str, Any], status: int, code: str
    ) -> None:
        answer = await ask(clerk, firm, **body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)

    async def test_may_be_two_hundred(self, clerk: Person, firm: Firm) -> None:
        moments = [datetime(2026, 12, 1, tzinfo=UTC) + timedelta(hours=n) for n in range(200)]
        answer = await ask(clerk, firm, instants=[moment.isoformat() for moment in moments])
        assert len(answer.json()["quotes"]) == 200

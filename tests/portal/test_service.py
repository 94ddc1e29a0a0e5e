"""Asking for service over HTTP: what is quoted, what becomes of it, and what strangers and hostile forms get."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.journeys.firm import Firm
from tests.portal.asked import WRITTEN, a_unit, asked, code_of, only_job, png, sent, token_in, written

pytestmark = pytest.mark.database


@pytest.fixture
async def unit(firm: Firm) -> dict[str, Any]:
    return await a_unit(firm)


class TestAsking:
    async def test_the_promise_and_who_pays_are_read_before_anything_is_sent(
        self, firm: Firm, client: httpx.AsyncClient, unit: dict[str, Any]
    ) -> None:
        page = await written(client, code_of(unit))
        assert page.status_code == 200
        assert "Send this now and a technician is with you by" in page.text
        assert "On site within 24 h" in page.text
        assert "From what you describe, this costs you nothing." in page.text
        desk = await firm.login("desk")
        assert (await desk.get("/jobs")).json()["items"] == []

    async def test_becomes_a_job_whose_clock_opens_when_it_is_sent(
        self, firm: Firm, client: httpx.AsyncClient, unit: dict[str, Any]
    ) -> None:
        before = datetime.now(UTC)
        await asked(client, unit)
        job = await only_job(await firm.login("desk"))
        opened = datetime.fromisoformat(job["opened_at"])
        assert before <= opened <= datetime.now(UTC)
        assert datetime.fromisoformat(job["respond_by"]) == opened + timedelta(hours=24)
        assert (job["source"], job["state"], job["unit_id"]) == ("portal", "new", unit["id"])
        assert (job["contact_name"], job["contact_phone"]) == (WRITTEN["name"], "13800000000")
        assert WRITTEN["words"] in job["title"]

    async def test_however_often_it_is_sent_it_is_one_job_with_one_link(
        self, firm: Firm, client: httpx.AsyncClient, unit: dict[str, Any]
    ) -> None:
        token = token_in(await written(client, code_of(unit)))
        answers = await asyncio.gather(*(sent(client, token) for _ in range(4)))
        answers.append(await sent(client, token))
        assert {answer.status_code for answer in answers} == {303}
        assert len({answer.headers["location"] for answer in answers}) == 1
        await only_job(await firm.login("desk"))

    async def test_a_second_request_for_the_unit_joins_the_first(
        self, firm: Firm, client: httpx.AsyncClient, unit: dict[str, Any]
    ) -> None:
        await asked(client, unit)
        review = await written(client, code_of(unit), words="It is leaking now", phone="13911112222")
        assert "is open already" in review.text
        joined = await sent(client, token_in(review))
        assert joined.status_code == 200
        assert "/j/" not in joined.text
        desk = await firm.login("desk")
        job = await only_job(desk)
        (ask,) = (await desk.get("/customer-asks")).json()["items"]
        assert (ask["kind"], ask["job_id"]) == ("again", job["id"])
        assert "leaking" in ask["words"]
        assert "leaking" in job["notes"][0]["text"]

    async def test_of_two_at_once_one_becomes_the_job(
        self, firm: Firm, client: httpx.AsyncClient, unit: dict[str, Any]
    ) -> None:
        tokens = [token_in(await written(client, code_of(unit))) for _ in range(2)]
        answers = await asyncio.gather(*(sent(client, token) for token in tokens))
        assert sorted(answer.status_code for answer in answers) == [200, 303]
        await only_job(await firm.login("desk"))

    async def test_switching_the_language_or_going_back_sends_nothing(
        self, firm: Firm, client: httpx.AsyncClient, unit: dict[str, Any]
    ) -> None:
        token = token_in(await written(client, code_of(unit), (png(),)))
        chinese = await sent(client, token, lang="zh-CN")
        assert "我们的承诺" in chinese.text
        back = await sent(client, token, back="yes")
        assert WRITTEN["address"] in back.text
        again = await written(client, code_of(unit), draft=token)
        assert "1 photo<" in again.text
        desk = await firm.login("desk")
        assert (await desk.get("/jobs")).json()["items"] == []

    async def test_a_place_that_is_not_known_is_said_so(
        self, firm: Firm, client: httpx.AsyncClient, unit: dict[str, Any]
    ) -> None:
        await asked(client, unit)
        desk = await firm.login("desk")
        job = await only_job(desk)
        assert "位置未确认" in job["access_notes"]
        request = (await desk.get(f"/jobs/{job['id']}/request")).json()
        assert request["place_known"] is False
        assert request["preferred_part"] == "morning"
        assert request["coverage"]["covered"] is True

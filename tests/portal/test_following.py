"""Following a job by its link, what is asked of the desk through it, signing off and judging; and who may read that."""

import asyncio
import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import rfc8785

from server.platform import db
from tests.journeys.firm import Firm, Person, Phone
from tests.portal.asked import CONDUCT, Unit, asked, desk, firm, job_of, unit

__all__ = ["desk", "firm", "unit"]

pytestmark = pytest.mark.database

JUDGED = {"solved": "yes", "rating": "4", "conduct.conduct_shoe_covers": "yes", "words": "准时", "locale": "en"}


async def followed(client: httpx.AsyncClient, code: str, said: str = "") -> str:
    answer = await client.get(f"/j/{code}", params={"lang": "en", "said": said})
    assert answer.status_code == 200, answer.text
    return answer.text


async def completed(firm: Firm, desk: Person, job: dict[str, Any], result: str = "换了传感器") -> None:
    """A technician goes there and does it; the test firm's repairs are judged by the conduct standard."""
    await db.execute(
        "UPDATE job_type SET checklist = checklist || $1::jsonb WHERE NOT checklist @> $1::jsonb",
        _json(CONDUCT),
    )
    phone, booked = await firm.phone(0), await booking(firm, desk, job)
    work = [phone.operation(f"job.{deed}", booked) for deed in ("arrive", "start")]
    work.append(phone.operation("job.patch", booked, {"result": result}))
    for outcome in await phone.outcomes(*work, phone.complete(booked)):
        assert outcome["status"] == "applied", outcome


async def booking(firm: Firm, desk: Person, job: dict[str, Any]) -> dict[str, Any]:
    """The job, once the first technician is booked for it: somebody else's test may have booked the same hour."""
    starts = datetime.now(UTC)
    for hours in range(0, 100, 2):
        wanted = {"technician_id": firm.technicians[0], "starts_at": (starts + timedelta(hours=hours)).isoformat()}
        booked = await desk.post(f"/jobs/{job['id']}/assign", wanted)
        if booked.status_code == 200:
            break
    return dict(booked.json())


def given_up(phone: Phone, job: dict[str, Any], **said: Any) -> Any:
    """The visit ends without the work being done; `said`: what the manifest says of it, none of it when unsigned."""
    if not said:
        return phone.operation("job.cannot_complete", job, {"reason": "unsigned words"})
    signed = phone.complete(job)
    manifest = signed["args"]["manifest"] | {"outcome": "cannot_complete"} | said
    args = {"reason": said["reason"], "manifest": manifest, "signature": phone.key.sign(rfc8785.dumps(manifest))}
    return signed | {"kind": "job.cannot_complete", "args": args}


async def report_is_ready(client: httpx.AsyncClient, code: str) -> str:
    """The page, once it offers the report."""
    for _ in range(200):
        page = await followed(client, code)
        if f"/j/{code}/report?lang=en" in page:
            break
        await asyncio.sleep(0.2)
    return page


def _json(value: Any) -> str:
    return json.dumps(value)


class TestTheLink:
    async def test_shows_how_the_job_stands_and_no_more(
        self, firm: Firm, client: httpx.AsyncClient, unit: Unit, desk: Person
    ) -> None:
        code = await asked(client, unit)
        job = await job_of(desk, unit)
        page = await followed(client, code, "sent")
        for told in (
            f"Job no. {job['number']}",
            "Received",
            "The outlet is finding a technician.",
            "left",
            "Breeze 35GW",
        ):
            assert told in page
        for secret in (job["contact_name"], job["contact_phone"], job["address"], job["id"], unit["serial"]):
            assert secret not in page

    async def test_tells_who_comes_and_when_on_the_day_alone(
        self, firm: Firm, client: httpx.AsyncClient, unit: Unit, desk: Person
    ) -> None:
        code = await asked(client, unit)
        job = await job_of(desk, unit)
        later = datetime.now(UTC) + timedelta(days=3)
        wanted = {"technician_id": firm.technicians[1], "starts_at": later.isoformat()}
        assert (await desk.post(f"/jobs/{job['id']}/assign", wanted)).status_code == 200
        page = await followed(client, code)
        assert "shown on the day" in page
        assert "技师" not in page
        today = datetime.now(UTC) + timedelta(minutes=1)
        moved = await desk.post(f"/jobs/{job['id']}/move", wanted | {"starts_at": today.isoformat()})
        assert moved.status_code == 200, moved.text
        page = await followed(client, code)
        assert "Arrives today between" in page
        assert "技师傅" in page
        assert "技师1" not in page

    async def test_is_kept_as_a_digest_of_a_hundred_bits_and_goes_out_with_the_job(
        self, client: httpx.AsyncClient, unit: Unit, desk: Person
    ) -> None:
        code = await asked(client, unit)
        assert re.fullmatch("[a-z2-7]{20}", code)
        kept = await db.fetch("SELECT code_hash FROM follow_link WHERE job_id = $1", (await job_of(desk, unit))["id"])
        assert [row["code_hash"] for row in kept] == [hashlib.sha256(code.encode()).hexdigest()]
        (told,) = await db.fetch("SELECT recipient, secret, text FROM notification WHERE text LIKE $1", f"%/j/{code}%")
        assert (told["recipient"], told["secret"]) == ("13800000000", True)

    async def test_that_is_unknown_or_expired_opens_nothing(
        self, client: httpx.AsyncClient, unit: Unit, desk: Person
    ) -> None:
        code = await asked(client, unit)
        for unknown in ("a" * 20, "A%00", "x", code[:-1], code + "a"):
            answer = await client.get(f"/j/{unknown}")
            assert answer.status_code == 404, unknown
        assert (await client.get(f"/j/{code.upper()}")).status_code == 200
        await db.execute("UPDATE follow_link SET expires_at = now() - interval '1 second'")
        for path in ("", "/judge"):
            assert (await client.get(f"/j/{code}{path}")).status_code == 410

    async def test_of_a_job_that_was_called_off_says_so_and_of_one_that_is_gone_nothing(
        self, client: httpx.AsyncClient, unit: Unit, desk: Person
    ) -> None:
        code = await asked(client, unit)
        job = await job_of(desk, unit)
        assert (await desk.post(f"/jobs/{job['id']}/cancel", {"reason": "internal words"})).status_code == 200
        page = await followed(client, code)
        assert "This service was cancelled." in page
        assert "internal words" not in page
        assert (await desk.post(f"/jobs/{job['id']}/delete")).status_code == 204
        assert (await client.get(f"/j/{code}")).status_code == 404

    async def test_is_made_by_the_desk_for_a_job_of_the_hotline(
        self, firm: Firm, client: httpx.AsyncClient, desk: Person
    ) -> None:
        job = await firm.job(desk)
        made = await desk.post(f"/jobs/{job['id']}/follow-link", {"send": True, "locale": "en"})
        assert made.status_code == 201, made.text
        code = made.json()["url"].rsplit("/", 1)[1]
        assert f"Job no. {job['number']}" in await followed(client, code)
        assert made.json()["sent"] is True
        for person in ("otherdesk", "auditor"):
            refused = await (await firm.login(person)).post(f"/jobs/{job['id']}/follow-link", {})
            assert refused.status_code in (403, 404), person


class TestAskingTheDesk:
    async def test_for_another_time_or_to_call_it_off(
        self, client: httpx.AsyncClient, unit: Unit, desk: Person
    ) -> None:
        code = await asked(client, unit)
        job = await job_of(desk, unit)
        day = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
        for body in ({"kind": "other_time", "day": day, "part": "evening"}, {"kind": "cancel", "words": "<b>sold</b>"}):
            for _ in range(2):  # the back button
                assert (await client.post(f"/j/{code}/ask", data=body)).status_code == 303
        page = await followed(client, code)
        assert "You asked for another time" in page
        assert "You asked to call it off" in page
        asks = [a for a in (await desk.get("/customer-asks")).json()["items"] if a["job_id"] == job["id"]]
        assert [(ask["kind"], ask["preferred_day"]) for ask in asks] == [("other_time", day), ("cancel", None)]
        assert [note["by"] for note in (await job_of(desk, unit))["notes"]] == [None, None]
        settled = await desk.post(f"/customer-asks/{asks[0]['id']}/settle", {"note": "agreed"})
        assert settled.json()["note"] == "agreed"
        assert "You asked for another time" not in await followed(client, code)

    async def test_has_its_faults_and_its_end(self, client: httpx.AsyncClient, unit: Unit, desk: Person) -> None:
        code = await asked(client, unit)
        for body in ({"kind": "raise_pay"}, {"kind": "other_time"}, {"kind": "cancel", "day": "2020-01-01"}):
            assert (await client.post(f"/j/{code}/ask", data=body)).status_code == 422, body
        for n in range(6):
            assert (await client.post(f"/j/{code}/ask", data={"kind": "cancel", "words": str(n)})).status_code == 303
        assert (await client.post(f"/j/{code}/ask", data={"kind": "cancel", "words": "7"})).status_code == 409


class TestJudging:
    async def test_is_done_once_and_changed_by_adding_to_it(
        self, firm: Firm, client: httpx.AsyncClient, unit: Unit, desk: Person
    ) -> None:
        code = await asked(client, unit)
        assert (await client.get(f"/j/{code}/judge")).status_code == 409
        job = await job_of(desk, unit)
        await completed(firm, desk, job)
        assert "换了传感器" in await followed(client, code)
        assert "穿一副鞋套" in (await client.get(f"/j/{code}/judge")).text
        for body in (JUDGED, JUDGED, JUDGED | {"rating": "2"}):
            assert (await client.post(f"/j/{code}/judge", data=body)).status_code == 303
        read = (await desk.get(f"/jobs/{job['id']}/judgement")).json()
        assert [one["rating"] for one in read["revisions"]] == [4, 2]
        assert read["held"] == read["revisions"][1]
        assert read["held"]["conduct"] == {"conduct_shoe_covers": "yes"}
        assert read["held"]["technician_id"] == firm.technicians[0]
        await db.execute("UPDATE judgement SET judged_at = judged_at - interval '8 days'")
        assert (await client.post(f"/j/{code}/judge", data=JUDGED)).status_code == 409

    async def test_not_solved_goes_to_the_desk_and_may_be_taken_up_again(
        self, firm: Firm, client: httpx.AsyncClient, unit: Unit, desk: Person
    ) -> None:
        code = await asked(client, unit)
        job = await job_of(desk, unit)
        await completed(firm, desk, job)
        said = await client.post(f"/j/{code}/judge", data={"solved": "no", "words": "Still warm"})
        assert said.headers["location"].startswith(f"/j/{code}?said=not_solved")
        asks = [a for a in (await desk.get("/customer-asks")).json()["items"] if a["job_id"] == job["id"]]
        assert [(ask["kind"], ask["words"]) for ask in asks] == [("not_solved", "Still warm")]
        assert (await desk.post(f"/jobs/{job['id']}/reopen", {"reason": "still warm"})).status_code == 200
        page = await followed(client, code)
        assert "Received" in page
        assert "Your judgement" not in page

    async def test_has_its_faults(self, firm: Firm, client: httpx.AsyncClient, unit: Unit, desk: Person) -> None:
        code = await asked(client, unit)
        await completed(firm, desk, await job_of(desk, unit))
        wrong = [
            JUDGED | {"rating": "6"},
            JUDGED | {"rating": ""},
            JUDGED | {"solved": "perhaps"},
            JUDGED | {"conduct.conduct_shoe_covers": "very"},
            JUDGED | {"words": "x" * 2001},
            {"solved": "no"},
        ]
        for body in wrong:
            assert (await client.post(f"/j/{code}/judge", data=body)).status_code == 422, body

    async def test_is_read_within_the_subtree_with_averages(
        self, firm: Firm, client: httpx.AsyncClient, unit: Unit, desk: Person
    ) -> None:
        code = await asked(client, unit)
        job = await job_of(desk, unit)
        await completed(firm, desk, job)
        await db.execute("TRUNCATE judgement")
        await client.post(f"/j/{code}/judge", data=JUDGED | {"conduct.conduct_no_favours": "no"})
        (mine,) = (await desk.get("/judgements/by-outlet")).json()
        assert (mine["judged"], mine["solved"], mine["rating"]) == (1, 1, 4.0)
        assert mine["conduct"]["conduct_no_favours"] == {"yes": 0, "no": 1}
        (listed,) = (await desk.get("/judgements")).json()["items"]
        assert (listed["number"], listed["words"]) == (job["number"], "准时")
        other = await firm.login("otherdesk")
        assert (await other.get("/judgements")).json()["items"] == []
        assert (await other.get("/judgements/by-outlet")).json() == []
        assert (await other.get(f"/jobs/{job['id']}/judgement")).status_code == 404


class TestTheReport:
    async def test_of_what_they_signed_is_theirs_to_fetch_by_the_link_alone(
        self, firm: Firm, client: httpx.AsyncClient, unit: Unit, desk: Person
    ) -> None:
        code = await asked(client, unit)
        assert (await client.get(f"/j/{code}/report")).status_code == 409
        await completed(firm, desk, await job_of(desk, unit))
        await report_is_ready(client, code)
        answer = await client.get(f"/j/{code}/report", params={"lang": "zh-CN"})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
        assert answer.content.startswith(b"%PDF")
        assert answer.headers["x-robots-tag"].startswith("noindex")
        assert (await client.get(f"/j/{'a' * 20}/report")).status_code == 404

    async def test_of_a_visit_that_could_not_be_completed_is_theirs_too_with_what_was_found(
        self, firm: Firm, client: httpx.AsyncClient, unit: Unit, desk: Person
    ) -> None:
        code = await asked(client, unit)
        phone, booked = await firm.phone(0), await booking(firm, desk, await job_of(desk, unit))
        arrived = phone.operation("job.arrive", booked)
        report = {"diagnosis": "The board is <burnt>."}
        signed = given_up(phone, booked, reason="The part is missing.", report=report)
        for outcome in await phone.outcomes(arrived, signed):
            assert outcome["status"] == "applied", outcome
        page = await report_is_ready(client, code)
        for told in ("Not finished", "The part is missing.", "The board is &lt;burnt&gt;.", "Another time, or call it"):
            assert told in page
        answer = await client.get(f"/j/{code}/report", params={"lang": "zh-CN"})
        assert (answer.status_code, answer.content[:4]) == (200, b"%PDF")

    async def test_is_none_where_nobody_signed_and_the_technicians_words_stay_inside(
        self, firm: Firm, client: httpx.AsyncClient, unit: Unit, desk: Person
    ) -> None:
        code = await asked(client, unit)
        phone, booked = await firm.phone(0), await booking(firm, desk, await job_of(desk, unit))
        await phone.outcomes(phone.operation("job.arrive", booked), given_up(phone, booked))
        page = await followed(client, code)
        assert "Not finished" in page
        assert "unsigned words" not in page
        assert (await client.get(f"/j/{code}/report")).status_code == 409

"""The office's list of completions some of whose photos are still on somebody's phone."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from tests.journeys.firm import Firm, Person, Phone
from tests.journeys.standing import firm, standing

__all__ = ["firm", "standing"]


async def awaited(person: Person, **query: Any) -> list[Any]:
    answer = await person.get("/evidence/awaited", **query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def signed(firm: Firm, phone: Phone, *photos: bytes) -> Any:
    """A job done, with so many photos named; none has come."""
    job = await firm.assigned(await firm.login("desk"), 0)
    (outcome,) = await phone.outcomes(phone.complete(job, photos))
    assert outcome["status"] == "applied", outcome
    return job


async def hand_in(phone: Phone, photo: bytes) -> None:
    path = f"/evidence/photos/{hashlib.sha256(photo).hexdigest()}"
    answer = await phone.person.client.put(path, content=photo, headers=phone.person.headers)
    assert answer.status_code == 201, answer.text


class TestPhotosThatHaveNotCome:
    async def test_are_counted_by_completion_until_they_are_here(self, firm: Firm) -> None:
        phone, desk = await firm.phone(0), await firm.login("desk")
        job = await signed(firm, phone, b"label of this", b"meter of this")
        await hand_in(phone, b"label of this")
        (one,) = [each for each in await awaited(desk) if each["job_id"] == job["id"]]
        assert (one["number"], one["title"], one["kind"]) == (job["number"], job["title"], "completed")
        assert (one["photos"], one["received"], one["technician_id"]) == (2, 1, firm.technicians[0])
        assert datetime.fromisoformat(one["awaited_since"]) <= datetime.now(UTC)
        await hand_in(phone, b"meter of this")
        assert job["id"] not in [each["job_id"] for each in await awaited(desk)]

    async def test_are_listed_from_the_oldest_in_pages(self, firm: Firm) -> None:
        phone, desk = await firm.phone(0), await firm.login("desk")
        jobs = [await signed(firm, phone, f"page {n}".encode()) for n in range(3)]
        everything = [each["job_id"] for each in await awaited(desk)]
        assert [each for each in everything if each in {job["id"] for job in jobs}] == [job["id"] for job in jobs]
        read, cursor = [], None
        while True:
            page = (await desk.get("/evidence/awaited", limit=1, **({"cursor": cursor} if cursor else {}))).json()
            read += [each["job_id"] for each in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert read == everything

    async def test_for_less_than_asked_are_left_out(self, firm: Firm) -> None:
        await signed(firm, await firm.phone(0), b"just now")
        assert await awaited(await firm.login("desk"), hours=1) == []

    async def test_are_seen_by_the_office_they_belong_to(self, firm: Firm) -> None:
        phone = await firm.phone(0)
        job = await signed(firm, phone, b"of one outlet")
        assert job["id"] in [each["job_id"] for each in await awaited(await firm.login("hq"))]
        assert await awaited(await firm.login("otherdesk")) == []
        assert (await phone.person.get("/evidence/awaited")).status_code == 403

    async def test_are_not_asked_for_by_a_cursor_of_somebody_elses_making(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        for cursor in ("x", "W10", "WyIyMDI2LTAxLTAxVDAwOjAwOjAwIiwiYSJd"):
            answer = await desk.get("/evidence/awaited", cursor=cursor)
            assert (answer.status_code, answer.json()["code"]) == (400, "cursor_invalid")


class TestWhatWasSignedForAJob:
    async def test_says_whether_there_is_a_seal_and_a_report(self, firm: Firm) -> None:
        job = await signed(firm, await firm.phone(0), b"keeps the seal away")
        (one,) = (await (await firm.login("desk")).get(f"/evidence/jobs/{job['id']}/completions")).json()
        assert (one["seal"], one["report"]) == (None, None)

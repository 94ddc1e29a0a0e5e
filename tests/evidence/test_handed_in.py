"""How far what a technician handed in is, as their phone asks."""

import uuid
from typing import Any

from tests.evidence.test_awaited import hand_in, signed
from tests.journeys.firm import Firm, Person
from tests.journeys.standing import firm, standing

__all__ = ["firm", "standing"]


async def handed_in(person: Person, *ids: str) -> list[Any]:
    answer = await person.client.get("/evidence/handed-in", params={"ids": list(ids)}, headers=person.headers)
    assert answer.status_code == 200, answer.text
    return list(answer.json())


async def completion_of(firm: Firm, job: Any) -> str:
    (one,) = (await (await firm.login("desk")).get(f"/evidence/jobs/{job['id']}/completions")).json()
    return str(one["id"])


class TestWhatWasHandedIn:
    async def test_tells_of_each_photo_and_of_the_seal(self, firm: Firm) -> None:
        phone = await firm.phone(0)
        job = await signed(firm, phone, b"came from here", b"comes later")
        completion = await completion_of(firm, job)
        await hand_in(phone, b"came from here")
        (one,) = await handed_in(phone.person, completion, str(uuid.uuid4()))
        assert (one["id"], one["job_id"], one["kind"], one["valid"]) == (completion, job["id"], "completed", True)
        assert one["seal"] is None
        states = sorted(photo["state"] for photo in one["photos"])
        assert states in (["awaited", "received"], ["awaited", "ready"], ["awaited", "refused"])

    async def test_is_told_to_whoever_handed_it_in(self, firm: Firm) -> None:
        job = await signed(firm, await firm.phone(0), b"of one technician")
        completion = await completion_of(firm, job)
        assert await handed_in((await firm.phone(1)).person, completion) == []
        desk = await firm.login("desk")
        assert (await desk.get("/evidence/handed-in", ids=completion)).status_code == 403

    async def test_is_asked_for_by_name(self, firm: Firm) -> None:
        person = (await firm.phone(0)).person
        for query in ("", "?ids=x", "?" + "&".join(f"ids={uuid.uuid4()}" for _ in range(51))):
            answer = await person.client.get(f"/evidence/handed-in{query}", headers=person.headers)
            assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), query

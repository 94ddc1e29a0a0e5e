"""A completion of a job that the server does not hold, or not as theirs: kept, and shown (guarantees 1 and 9)."""

import hashlib
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from server.platform import db
from tests.journeys.firm import Firm, Person, Phone
from tests.journeys.standing import firm, reviews_of, standing

__all__ = ["firm", "standing"]


class Forgotten:
    """A job that a restore has forgotten, as the phone knows it."""

    def __init__(self, firm: Firm, desk: Person, phone: Phone) -> None:
        self.firm, self.desk, self.phone = firm, desk, phone
        self.job: dict[str, Any] = {"id": str(uuid7()), "version": 3}

    async def handed_in(self, *photos: bytes) -> tuple[Any, Any]:
        """The operation and its outcome."""
        operation = self.phone.complete(self.job, photos)
        (outcome,) = await self.phone.outcomes(operation)
        return operation, outcome

    async def review(self) -> Any:
        (review,) = await reviews_of(self.desk, self.job)
        return review

    async def decide(self, review: Any, deed: str, **said: Any) -> Any:
        return await self.desk.post(f"/reviews/{review['id']}/{deed}", said)


@pytest.fixture
async def forgotten(firm: Firm) -> Forgotten:
    return Forgotten(firm, await firm.login("desk"), await firm.phone(0))


async def held_by_boards(firm: Firm, review: Any) -> list[str]:
    """The streams that hold the review."""
    rows = await db.fetch("SELECT stream FROM feed WHERE record_id = $1 AND body IS NOT NULL", review["id"])
    return sorted(row["stream"] for row in rows)


class TestASignedCompletionOfAJobThatNobodyKnows:
    async def test_is_held_and_asked_about_in_the_technicians_outlet_alone(self, forgotten: Forgotten) -> None:
        operation, outcome = await forgotten.handed_in()
        review = await forgotten.review()
        assert (outcome["status"], outcome["code"], outcome["version"]) == ("held", None, None)
        assert (outcome["review_id"], review["kind"]) == (review["id"], "unknown_job")
        assert (review["effects"], review["record_version"], [*review["choices"]]) == ({}, None, ["note"])
        technician = forgotten.firm.technicians[0]
        assert await held_by_boards(forgotten.firm, review) == [
            f"board:{forgotten.firm.outlet_id}",
            f"technician:{technician}",
        ]
        assert await reviews_of(await forgotten.firm.login("otherdesk"), forgotten.job) == []
        manifest = operation["args"]["manifest"]
        assert review["sides"]["office"] == {}
        assert review["sides"]["signed"] == [
            {
                "completion_id": operation["op_id"],
                "text": manifest["text"],
                "signer": "李梅",
                "finished_at": manifest["finished_at"],
                "photos": 0,
            }
        ]

    async def test_is_kept_as_it_was_signed_with_its_photos(self, forgotten: Forgotten) -> None:
        photo = b"\xff\xd8 a photo"
        operation, _ = await forgotten.handed_in(photo)
        digest = hashlib.sha256(photo).hexdigest()
        put = await forgotten.firm.client.put(
            f"/evidence/photos/{digest}", content=photo, headers=forgotten.phone.person.headers
        )
        assert put.status_code == 201, put.text
        path = f"/evidence/jobs/{forgotten.job['id']}/completions"
        (kept,) = (await forgotten.desk.get(path)).json()
        assert (kept["id"], kept["valid"], kept["manifest"]) == (
            operation["op_id"],
            True,
            operation["args"]["manifest"],
        )
        assert kept["photos"][0]["received_at"] is not None
        assert (await forgotten.desk.get(f"/evidence/photos/{digest}")).content == photo
        other = await forgotten.firm.login("otherdesk")
        assert (await other.get(path)).json() == []
        assert (await other.get(f"/evidence/photos/{digest}")).status_code == 404

    async def test_is_asked_about_once_for_a_repeat(self, forgotten: Forgotten) -> None:
        operation, outcome = await forgotten.handed_in()
        assert await forgotten.phone.outcomes(operation) == [outcome]
        assert len((await forgotten.review())["sides"]["signed"]) == 1

    async def test_joins_the_question_when_it_is_signed_anew(self, forgotten: Forgotten) -> None:
        _, first = await forgotten.handed_in()
        _, second = await forgotten.handed_in()
        assert second["review_id"] == first["review_id"]
        assert len((await forgotten.review())["sides"]["signed"]) == 2

    async def test_is_settled_and_undone_without_a_job(self, forgotten: Forgotten) -> None:
        await forgotten.handed_in()
        review = await forgotten.review()
        settled = await forgotten.decide(review, "settle", choice="note")
        assert (settled.status_code, settled.json()["choice"]) == (200, "note")
        assert await reviews_of(forgotten.desk, forgotten.job) == []
        undone = await forgotten.decide(review, "undo")
        assert (undone.status_code, undone.json()["settled_at"]) == (200, None)
        assert (await forgotten.review())["id"] == review["id"]

    async def test_is_held_also_when_the_visit_failed_and_that_was_signed(self, forgotten: Forgotten) -> None:
        signed = forgotten.phone.complete(forgotten.job)
        signed |= {"kind": "job.cannot_complete", "args": {"reason": "no parts", **signed["args"]}}
        (outcome,) = await forgotten.phone.outcomes(signed)
        review = await forgotten.review()
        assert (outcome["status"], review["kind"]) == ("held", "unknown_job")
        assert review["sides"]["operations"][0]["reason"] == "no parts"


class TestAJobThatWasNeverTheirs:
    async def test_is_answered_as_one_that_does_not_exist(self, forgotten: Forgotten) -> None:
        """Nobody learns by it what another outlet has, and the job is as it was."""
        firm, other = forgotten.firm, await forgotten.firm.login("otherdesk")
        _, unknown = await forgotten.handed_in()
        known_by = [(firm.outlet_id, forgotten.desk), (firm.other_outlet_id, other)]
        for outlet, office in known_by:
            forgotten.job = await firm.job(office, outlet_id=outlet)
            _, outcome = await forgotten.handed_in()
            review = await forgotten.review()
            mine = ("op_id", "seq", "review_id")
            assert {k: v for k, v in outcome.items() if k not in mine} == {
                k: v for k, v in unknown.items() if k not in mine
            }
            assert (review["effects"], review["record_version"], review["sides"]["office"]) == ({}, None, {})
            assert (await forgotten.decide(review, "settle", choice="note")).status_code == 200
            assert (await office.get(f"/jobs/{forgotten.job['id']}")).json() == forgotten.job
            assert (await forgotten.decide(review, "undo")).status_code == 200
            assert (await office.get(f"/jobs/{forgotten.job['id']}")).json() == forgotten.job
        assert await reviews_of(other, forgotten.job) == []


class TestWhatDoesNotHold:
    async def test_is_refused(self, forgotten: Forgotten) -> None:
        phone, job = forgotten.phone, forgotten.job
        forged = phone.complete(job)
        forged["args"]["manifest"]["text"] = "something else"
        elsewhere = phone.complete({"id": str(uuid7())})
        elsewhere["record"]["id"] = job["id"]
        unsigned = phone.operation("job.cannot_complete", job, {"reason": "no parts"})
        shapeless = phone.complete(job)
        shapeless["args"]["more"] = 1
        note = phone.operation("job.note", job, {"text": "hello"})
        outcomes = await phone.outcomes(forged, elsewhere, unsigned, shapeless, note)
        assert [(o["status"], o["code"]) for o in outcomes] == [("rejected", "unknown_record")] * 5
        assert await reviews_of(forgotten.desk, job) == []
        assert (await forgotten.desk.get(f"/evidence/jobs/{job['id']}/completions")).json() == []

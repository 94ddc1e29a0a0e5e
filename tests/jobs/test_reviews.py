"""Settling a review and undoing it: what is refused, what stands in the way, who may."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
import rfc8785

from server.platform import db
from tests.journeys.firm import Firm, Person, Phone
from tests.journeys.standing import firm, reviews_of, standing
from tests.products.shop import added, stocked

__all__ = ["firm", "standing"]

MINUTE = timedelta(minutes=1)


class Conflict:
    """A cancelled job that was done all the same, and its review."""

    def __init__(self, firm: Firm, desk: Person, phone: Phone, job: Any, review: Any) -> None:
        self.firm, self.desk, self.phone, self.job, self.review = firm, desk, phone, job, review

    async def settle(self, choice: str = "accept_work", person: Person | None = None, **more: Any) -> Any:
        path = f"/reviews/{self.review['id']}/settle"
        return await (person or self.desk).post(path, {"choice": choice, **more})

    async def undo(self, person: Person | None = None) -> Any:
        return await (person or self.desk).post(f"/reviews/{self.review['id']}/undo")

    async def now(self) -> Any:
        return (await self.desk.get(f"/jobs/{self.job['id']}")).json()


@pytest.fixture
async def conflict(firm: Firm) -> Conflict:
    desk, phone = await firm.login("desk"), await firm.phone(0)
    opened_at = (datetime.now(UTC) - timedelta(hours=3)).isoformat()
    job = await firm.assigned(desk, 0, opened_at=opened_at)
    await desk.post(f"/jobs/{job['id']}/cancel", {"reason": "顾客改期"})
    await phone.outcomes(phone.operation("job.arrive", job, ago=20 * MINUTE), phone.complete(job))
    (review,) = await reviews_of(desk, job)
    return Conflict(firm, desk, phone, job, review)


class TestSettling:
    async def test_answers_with_the_settled_review(self, conflict: Conflict) -> None:
        answer = (await conflict.settle()).json()
        assert (answer["choice"], answer["effects"]) == ("accept_work", {})
        until = datetime.fromisoformat(answer["undo_until"]) - datetime.fromisoformat(answer["settled_at"])
        assert until == timedelta(minutes=10)

    async def test_twice_is_refused_and_names_what_was_chosen(self, conflict: Conflict) -> None:
        await conflict.settle()
        again = await conflict.settle("keep_cancelled")
        assert (again.status_code, again.json()["code"]) == (409, "review_settled")
        assert again.json()["extra"]["choice"] == "accept_work"

    async def test_with_a_choice_it_does_not_offer_is_refused(self, conflict: Conflict) -> None:
        answer = await conflict.settle("count_both")
        assert (answer.status_code, answer.json()["code"]) == (422, "choice_unknown")

    async def test_after_the_record_moved_on_from_what_was_shown_is_refused(self, conflict: Conflict) -> None:
        shown = conflict.review["record_version"]
        await conflict.phone.outcomes(conflict.phone.operation("job.note", conflict.job, {"text": "一"}))
        stale = await conflict.settle(record_version=shown)
        assert (stale.status_code, stale.json()["code"]) == (409, "version_stale")
        fresh = (await conflict.desk.get(f"/reviews/{conflict.review['id']}")).json()
        assert (await conflict.settle(record_version=fresh["record_version"])).status_code == 200

    async def test_is_the_subtrees_dispatchers_business(self, conflict: Conflict) -> None:
        for username, status in (("otherdesk", 404), ("auditor", 403), ("tech0", 403)):
            person = await conflict.firm.login(username)
            assert (await conflict.settle(person=person)).status_code == status
            assert (await conflict.undo(person)).status_code == status
        other = await conflict.firm.login("otherdesk")
        assert (await other.get(f"/reviews/{conflict.review['id']}")).status_code == 404
        assert (await other.get(f"/jobs/{conflict.job['id']}/history")).status_code == 404

    async def test_frees_the_bill_only_with_the_last_question(self, conflict: Conflict) -> None:
        second = await conflict.firm.phone(1)
        await db.execute(
            "INSERT INTO review (id, centre_id, outlet_id, kind, record_type, record_id, technician_id, sides, choices)"
            " SELECT gen_random_uuid(), centre_id, outlet_id, 'completion_invalid', record_type, record_id, $2, sides,"
            " '{}' FROM review WHERE id = $1",
            conflict.review["id"],
            second.person.user["technician_id"],
        )
        await conflict.settle("keep_cancelled")
        assert (await conflict.now())["billing_held"] is True
        (other,) = await reviews_of(conflict.desk, conflict.job)
        await conflict.desk.post(f"/reviews/{other['id']}/settle", {"choice": "keep_on_file"})
        assert (await conflict.now())["billing_held"] is False


class TestUndoing:
    async def test_opens_the_review_again(self, conflict: Conflict) -> None:
        await conflict.settle()
        answer = (await conflict.undo()).json()
        assert (answer["settled_at"], answer["choice"], answer["undo_until"]) == (None, None, None)
        assert answer["effects"].keys() == {"accept_work", "keep_cancelled"}
        assert await reviews_of(conflict.desk, conflict.job) == [answer]

    async def test_of_what_is_open_is_refused(self, conflict: Conflict) -> None:
        answer = await conflict.undo()
        assert (answer.status_code, answer.json()["code"]) == (409, "review_not_settled")

    async def test_after_ten_minutes_is_refused(self, conflict: Conflict) -> None:
        await conflict.settle()
        await db.execute(
            "UPDATE settlement SET undo_until = now() - interval '1 second' WHERE review_id = $1", conflict.review["id"]
        )
        answer = await conflict.undo()
        assert (answer.status_code, answer.json()["code"]) == (409, "undo_too_late")
        assert (await conflict.now())["state"] == "completed"

    async def test_names_what_was_changed_since_and_undoes_nothing(self, conflict: Conflict) -> None:
        await conflict.settle()
        await conflict.desk.post(f"/jobs/{conflict.job['id']}/close")
        answer = await conflict.undo()
        assert (answer.status_code, answer.json()["code"]) == (409, "undo_blocked")
        assert answer.json()["extra"]["in_the_way"] == [{"field": "state", "settled": "completed", "now": "closed"}]
        assert (await conflict.now())["state"] == "closed"

    async def test_is_not_held_up_by_changes_elsewhere(self, conflict: Conflict) -> None:
        await conflict.settle()
        await conflict.phone.outcomes(conflict.phone.operation("job.note", conflict.job, {"text": "一"}))
        assert (await conflict.undo()).status_code == 200
        now = await conflict.now()
        assert (now["state"], [note["text"] for note in now["notes"]]) == ("cancelled", ["一"])

    async def test_keeps_both_judgements_of_the_promise(self, conflict: Conflict) -> None:
        await conflict.settle()
        await conflict.undo()
        row = await db.fetch_row("SELECT state, judgements::text FROM commitment WHERE job_id = $1", conflict.job["id"])
        assert row is not None
        assert row["state"] == "void"
        states = [judged["state"] for judged in msgspec.json.decode(row["judgements"])]
        assert states == ["at_risk", "void", "met", "void"]

    async def test_can_be_settled_and_undone_again(self, conflict: Conflict) -> None:
        for choice in ("accept_work", "keep_cancelled", "accept_work"):
            assert (await conflict.settle(choice)).status_code == 200
            assert (await conflict.undo()).status_code == 200
        assert (await conflict.now())["state"] == "cancelled"


class TestUndoingWhatFreedATechniciansTime:
    async def test_is_refused_once_the_time_is_taken(self, firm: Firm) -> None:
        """A completion counts, so the other technician's booking is withdrawn; then that hour goes to another job."""
        desk, first, second = await firm.login("desk"), await firm.phone(0), await firm.phone(1)
        job = await firm.assigned(desk, 0)
        await second.outcomes()
        booking = {"technician_id": firm.technicians[1], "starts_at": job["window_start"]}
        moved = (await desk.post(f"/jobs/{job['id']}/move", booking)).json()
        broken = first.complete(job)
        broken["args"]["signature"] = "x..y"
        (outcome,) = await first.outcomes(broken)
        assert outcome["status"] == "held"
        (review,) = await reviews_of(desk, job)
        assert review["kind"] == "completion_invalid"
        assert review["sides"]["fault"] == "signature_invalid"
        assert review["choices"].keys() == {"accept_unsigned", "keep_on_file"}  # who has the job now was never asked
        withdrawn = [(v["before"], v["after"]) for v in review["effects"]["accept_unsigned"]["visits"]]
        assert ("planned", "withdrawn") in withdrawn
        await desk.post(f"/reviews/{review['id']}/settle", {"choice": "accept_unsigned"})
        other = await firm.job(desk)
        taken = await desk.post(f"/jobs/{other['id']}/assign", booking)
        assert taken.status_code == 200, taken.text
        answer = await desk.post(f"/reviews/{review['id']}/undo")
        assert (answer.status_code, answer.json()["code"]) == (409, "undo_blocked")
        assert answer.json()["extra"]["in_the_way"] == [
            {"visit": moved["visit_id"], "technician_id": firm.technicians[1], "now": "booked"}
        ]


class TestACompletionWhoseSignatureDoesNotHold:
    async def test_returned_to_the_field_asks_for_another_until_one_holds(self, firm: Firm) -> None:
        desk, phone = await firm.login("desk"), await firm.phone(0)
        job = await firm.assigned(desk, 0)
        broken = phone.complete(job)
        broken["args"]["signature"] = "x..y"
        await phone.outcomes(broken)
        (review,) = await reviews_of(desk, job)
        await desk.post(f"/reviews/{review['id']}/settle", {"choice": "return_to_field"})
        asked = (await desk.get(f"/jobs/{job['id']}")).json()
        assert (asked["sign_again"], asked["state"], asked["billing_held"]) == (broken["op_id"], "scheduled", False)
        (outcome,) = await phone.outcomes(phone.complete(job))
        assert outcome["status"] == "applied"
        done = (await desk.get(f"/jobs/{job['id']}")).json()
        assert (done["sign_again"], done["state"]) == (None, "completed")


class TestTwoDoubtsAboutOneCompletion:
    async def test_are_two_reviews(self, firm: Firm) -> None:
        desk, phone, hq = await firm.login("desk"), await firm.phone(0), await stocked(firm)
        old, new = await added(hq, firm), await added(hq, firm)
        job = await firm.assigned(desk, 0, unit_id=old["id"], price_minor=100)
        await desk.patch(f"/jobs/{job['id']}", {"base_version": job["version"], "unit_id": new["id"]})
        complete = phone.complete(job)
        manifest = complete["args"]["manifest"] | {"fees": [{"amount_minor": 200}]}
        complete["args"] = {"manifest": manifest, "signature": phone.key.sign(rfc8785.dumps(manifest))}
        await phone.outcomes(complete)
        reviews = await reviews_of(desk, job)
        assert {r["kind"] for r in reviews} == {"product_mismatch", "other_price"}
        for review, choice in zip(
            sorted(reviews, key=lambda r: str(r["kind"])), ("signed_price", "office_product"), strict=True
        ):
            answer = await desk.post(f"/reviews/{review['id']}/settle", {"choice": choice})
            assert answer.status_code == 200, answer.text
        assert (await desk.get(f"/jobs/{job['id']}")).json()["billing_held"] is False

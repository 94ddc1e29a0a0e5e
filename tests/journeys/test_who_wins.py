"""The rows of "Who wins" (docs/sync-protocol.md, "Conflicts") on the real application and database, one class each:
what becomes of the record, its history, who is told, and what a dispatcher is asked."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import rfc8785

from server.platform import db
from tests.journeys.firm import Firm, Person, Phone
from tests.journeys.standing import firm, reviews_of, standing
from tests.products.shop import added, stocked

__all__ = ["firm", "standing"]

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


class Follower:
    """One replica that follows its feed. `told`: what the last look brought, (type, id) → body or None."""

    def __init__(self, person: Person) -> None:
        self.person, self.cursor = person, None
        self.held: dict[tuple[str, str], Any] = {}
        self.told: dict[tuple[str, str], Any] = {}

    async def look(self) -> "Follower":
        """Takes the news, and makes sure that they lead to what a newcomer gets."""
        self.told, self.cursor = await _changes(self.person, self.cursor)
        self.held |= self.told
        self.held = {key: body for key, body in self.held.items() if body is not None}
        fresh, _ = await _changes(self.person, None)
        assert self.held == fresh
        return self

    def job(self, job: Any) -> Any:
        return self.told.get(("job", job["id"]), "not told")


async def _changes(person: Person, cursor: Any) -> tuple[dict[tuple[str, str], Any], Any]:
    found: dict[tuple[str, str], Any] = {}
    while True:
        answer = await person.get("/sync/pull", **({"cursor": cursor} if cursor else {}))
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found |= {(c["type"], c["id"]): c["body"] for c in page["changes"]}
        cursor = page["cursor"]
        if page["checkpoint"]:
            return found, cursor


class Office:
    """The desk's side of a story, every call of which succeeds."""

    def __init__(self, firm: Firm, person: Person) -> None:
        self.firm, self.person = firm, person

    async def job(self, opened: timedelta = 3 * HOUR, hours: float = 0, **fields: Any) -> dict[str, Any]:
        """Raised `opened` ago and assigned to the first technician, `hours` ahead or at a time that is nobody's."""
        opened_at = (datetime.now(UTC) - opened).isoformat()
        return await self.firm.assigned(self.person, 0, hours, opened_at=opened_at, **fields)

    async def edit(self, job: Any, **fields: Any) -> Any:
        return await self._done(self.person.patch, job, "", {"base_version": job["version"], **fields})

    async def cancel(self, job: Any) -> Any:
        return await self._done(self.person.post, job, "/cancel", {"reason": "顾客改期"})

    async def move(self, job: Any, number: int | None = None, hours: float = 0) -> Any:
        technician = job["technician_id"] if number is None else self.firm.technicians[number]
        starts = datetime.fromisoformat(job["window_start"]) + timedelta(hours=hours)
        return await self._done(
            self.person.post, job, "/move", {"technician_id": technician, "starts_at": starts.isoformat()}
        )

    async def _done(self, verb: Any, job: Any, path: str, body: Any) -> Any:
        answer = await verb(f"/jobs/{job['id']}{path}", body)
        assert answer.status_code in (200, 204), answer.text
        return answer.json() if answer.content else None

    async def now(self, job: Any) -> Any:
        return (await self.person.get(f"/jobs/{job['id']}")).json()

    async def history(self, job: Any) -> list[Any]:
        return list((await self.person.get(f"/jobs/{job['id']}/history")).json()["items"])

    async def lost(self, job: Any) -> list[Any]:
        return [line["lost"] for line in await self.history(job) if line["lost"]]

    async def reviews(self, record: Any) -> list[Any]:
        return await reviews_of(self.person, record)

    async def review(self, record: Any, kind: str) -> Any:
        """The one open review about this record, which is of this kind."""
        (review,) = await self.reviews(record)
        assert review["kind"] == kind
        return review

    async def settle(self, review: Any, choice: str) -> Any:
        answer = await self.person.post(f"/reviews/{review['id']}/settle", {"choice": choice})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def undo(self, review: Any) -> Any:
        answer = await self.person.post(f"/reviews/{review['id']}/undo")
        assert answer.status_code == 200, answer.text
        return answer.json()


def signed(phone: Phone, job: Any, **more: Any) -> Any:
    """A completion whose manifest says `more`."""
    operation = phone.complete(job)
    manifest = operation["args"]["manifest"] | more
    operation["args"] = {"manifest": manifest, "signature": phone.key.sign(rfc8785.dumps(manifest))}
    return operation


def at_a_time_nobody_believes(operation: Any) -> Any:
    """As if it had been done an hour after it was sent."""
    at = operation["at"]
    return operation | {
        "at": at | {"wall_ms": at["wall_ms"] + 3_600_000, "monotonic_ms": at["monotonic_ms"] + 3_600_000}
    }


async def visits(job: Any) -> list[tuple[str, str]]:
    """(technician, state) of every visit of the job."""
    rows = await db.fetch("SELECT technician_id, state FROM visit WHERE job_id = $1 ORDER BY state, id", job["id"])
    return [(str(r["technician_id"]), r["state"]) for r in rows]


def effects(review: Any, choice: str) -> dict[str, Any]:
    """Field → [before, after] of what the choice will do."""
    return {e["field"]: [e["before"], e["after"]] for e in review["effects"][choice]["fields"]}


@pytest.fixture
async def office(firm: Firm) -> Office:
    return Office(firm, await firm.login("desk"))


class TestTheOfficeChangedOtherFields:
    async def test_both_are_kept_field_by_field(self, firm: Firm, office: Office) -> None:
        phone, job = await firm.phone(0), await office.job()
        replica = await Follower(phone.person).look()
        await office.edit(job, priority=1, contact_phone="111")
        (outcome,) = await phone.outcomes(phone.operation("job.patch", job, {"diagnosis": "磨损"}))
        assert (outcome["status"], outcome["merges"]) == ("applied", [])
        now = await office.now(job)
        assert (now["priority"], now["contact_phone"], now["diagnosis"]) == (1, "111", "磨损")
        assert await office.lost(job) == []
        assert (await replica.look()).job(job)["priority"] == 1


class TestBothChangedAFieldOfTheOffice:
    async def test_the_office_wins_and_the_technician_is_told(self, firm: Firm, office: Office) -> None:
        phone, job = await firm.phone(0), await office.job()
        replica = await Follower(phone.person).look()
        await office.edit(job, priority=1)
        (outcome,) = await phone.outcomes(phone.operation("job.patch", job, {"priority": 5}))
        assert outcome["status"] == "merged"
        assert outcome["merges"] == [{"field": "priority", "winner": "office", "won": 1, "lost": 5}]
        assert (await replica.look()).job(job)["priority"] == 1
        assert await office.lost(job) == [{"priority": 5}]
        assert await office.reviews(job) == []


class TestBothChangedAFieldOfTheField:
    async def test_the_field_wins_and_the_offices_value_is_kept(self, firm: Firm, office: Office) -> None:
        phone, job = await firm.phone(0), await office.job()
        board = await Follower(office.person).look()
        await office.edit(job, diagnosis="the desk's guess")
        (outcome,) = await phone.outcomes(phone.operation("job.patch", job, {"diagnosis": "worn"}))
        assert outcome["merges"] == [
            {"field": "diagnosis", "winner": "field", "won": "worn", "lost": "the desk's guess"}
        ]
        assert (await board.look()).job(job)["diagnosis"] == "worn"
        assert await office.lost(job) == [{"diagnosis": "the desk's guess"}]


class TestBothChangedASharedField:
    async def test_the_fields_value_stands_when_it_is_the_later(self, firm: Firm, office: Office) -> None:
        phone, job = await firm.phone(0), await office.job()
        await office.edit(job, access_notes="office")
        (outcome,) = await phone.outcomes(phone.operation("job.patch", job, {"access_notes": "field"}))
        assert [(m["winner"], m["lost"]) for m in outcome["merges"]] == [("field", "office")]
        assert (await office.now(job))["access_notes"] == "field"
        assert await office.lost(job) == [{"access_notes": "office"}]

    async def test_the_offices_value_stands_when_it_is_the_later(self, firm: Firm, office: Office) -> None:
        phone, job = await firm.phone(0), await office.job()
        await office.edit(job, access_notes="office")
        (outcome,) = await phone.outcomes(phone.operation("job.patch", job, {"access_notes": "field"}, ago=5 * MINUTE))
        assert [(m["winner"], m["lost"]) for m in outcome["merges"]] == [("office", "field")]
        assert (await office.now(job))["access_notes"] == "office"
        assert await office.lost(job) == [{"access_notes": "field"}]


class TestASharedFieldAtATimeNobodyBelieves:
    async def asked(self, firm: Firm, office: Office) -> tuple[Phone, Any, Any]:
        phone, job = await firm.phone(0), await office.job()
        await office.edit(job, access_notes="office")
        patch = phone.operation("job.patch", job, {"access_notes": "field", "diagnosis": "worn"})
        (outcome,) = await phone.outcomes(at_a_time_nobody_believes(patch))
        assert outcome["status"] == "held"
        return phone, job, await office.review(job, "suspect_time")

    async def test_is_a_review_of_both_sides_and_holds_nothing_else_up(self, firm: Firm, office: Office) -> None:
        _, job, review = await self.asked(firm, office)
        assert review["sides"]["disputed"] == {"access_notes": {"office": "office", "field": "field"}}
        assert effects(review, "take_field") == {"access_notes": ["office", "field"]}
        assert effects(review, "keep_office") == {}
        now = await office.now(job)
        assert (now["access_notes"], now["diagnosis"]) == ("office", "worn")
        assert await office.lost(job) == [{"access_notes": "field"}]

    async def test_is_settled_for_everyone_and_can_be_undone(self, firm: Firm, office: Office) -> None:
        phone, job, review = await self.asked(firm, office)
        replica = await Follower(phone.person).look()
        await office.settle(review, "take_field")
        assert (await replica.look()).job(job)["access_notes"] == "field"
        await office.undo(review)
        assert (await replica.look()).job(job)["access_notes"] == "office"

    async def test_is_the_same_for_a_customers_file(self, firm: Firm, office: Office) -> None:
        new = {"outlet_id": firm.outlet_id, "name": "李梅", "phone": "1"}
        customer = (await office.person.post("/customers", new)).json()
        phone = await firm.phone(0)
        await office.job(customer_id=customer["id"])
        path = f"/customers/{customer['id']}"
        await office.person.patch(path, {"base_version": 1, "phone": "office's"})
        patch = phone.operation("customer.patch", customer, {"phone": "field's"})
        (outcome,) = await phone.outcomes(at_a_time_nobody_believes(patch))
        assert outcome["status"] == "held"
        review = await office.review(customer, "suspect_time")
        assert effects(review, "take_field") == {"phone": ["office's", "field's"]}
        await office.settle(review, "take_field")
        assert (await office.person.get(path)).json()["phone"] == "field's"
        await office.undo(review)
        assert (await office.person.get(path)).json()["phone"] == "office's"
        lines = (await office.person.get(f"{path}/history")).json()["items"]
        assert [line["action"] for line in lines] == [
            *("customer.add", "customer.change", "customer.patch", "settle:take_field", "undo:take_field")
        ]
        assert lines[2]["lost"] == {"phone": "field's"}


class TestNotesAndParts:
    async def test_of_two_phones_are_all_kept_and_all_count(self, firm: Firm, office: Office) -> None:
        first, second, job = await firm.phone(0), await Firm.phone(firm, 0), await office.job()
        await office.edit(job, priority=1)
        for phone, text, quantity in ((first, "一", 2), (second, "二", 3)):
            outcomes = await phone.outcomes(
                phone.operation("job.note", job, {"text": text}),
                phone.operation("job.use_part", job, {"part": "CP-1", "quantity": quantity}),
            )
            assert [o["status"] for o in outcomes] == ["applied", "applied"]
        now = await office.now(job)
        assert [note["text"] for note in now["notes"]] == ["一", "二"]
        assert now["parts_used"] == {"CP-1": 5}

    async def test_below_zero_are_counted_and_the_office_sees_the_discrepancy(self, firm: Firm, office: Office) -> None:
        phone, job = await firm.phone(0), await office.job()
        (outcome,) = await phone.outcomes(phone.operation("job.use_part", job, {"part": "CP-1", "quantity": -2}))
        assert outcome["status"] == "applied"
        assert (await office.now(job))["parts_used"] == {"CP-1": -2}
        review = await office.review(job, "counter_below_zero")
        assert review["sides"]["parts"] == {"CP-1": -2}
        assert effects(review, "set_zero") == {"parts_used/CP-1": [-2, 0]}
        await office.settle(review, "set_zero")
        await phone.outcomes(phone.operation("job.use_part", job, {"part": "CP-1", "quantity": 1}))
        await office.undo(review)
        assert (await office.now(job))["parts_used"] == {"CP-1": -1}


class TestReassignedAndTheOtherIsNotYetOnSite:
    async def test_the_completion_stands_and_the_other_is_told(self, firm: Firm, office: Office) -> None:
        first, second = await firm.phone(0), await firm.phone(1)
        job = await office.job()
        await office.move(job, 1)
        others = await Follower(second.person).look()
        assert others.job(job)["technician_id"] == firm.technicians[1]
        (outcome,) = await first.outcomes(first.complete(job))
        assert outcome["status"] == "applied"
        now = await office.now(job)
        assert (now["state"], now["technician_id"], now["billing_held"]) == ("completed", firm.technicians[0], False)
        assert (await others.look()).job(job) is None
        assert sorted(await visits(job)) == sorted(
            [(firm.technicians[0], "done"), (firm.technicians[0], "withdrawn"), (firm.technicians[1], "withdrawn")]
        )
        assert await office.reviews(job) == []


class TestReassignedAndTheOtherWasThereToo:
    async def both_went(self, firm: Firm, office: Office) -> tuple[Phone, Phone, Any]:
        """The second arrived and completed; then the first, who had been there before, hands in."""
        first, second = await firm.phone(0), await firm.phone(1)
        job = await office.job(opened=30 * HOUR)
        theirs = await office.move(job, 1)
        await second.outcomes(second.operation("job.arrive", theirs), second.complete(theirs))
        assert (await office.now(job))["promise_state"] == "missed"
        outcomes = await first.outcomes(
            first.operation("job.arrive", job, ago=8 * HOUR), first.complete(job, ago=7 * HOUR)
        )
        assert [o["status"] for o in outcomes] == ["applied", "held"]
        return first, second, job

    async def test_both_visits_are_kept(self, firm: Firm, office: Office) -> None:
        _, _, job = await self.both_went(firm, office)
        done = [technician for technician, state in await visits(job) if state == "done"]
        assert sorted(done) == sorted(firm.technicians[:2])
        assert len((await office.person.get(f"/evidence/jobs/{job['id']}/completions")).json()) == 2

    async def test_the_earlier_arrival_counts_for_the_promise(self, firm: Firm, office: Office) -> None:
        _, _, job = await self.both_went(firm, office)
        now = await office.now(job)
        assert (now["arrival"]["technician_id"], now["promise_state"]) == (firm.technicians[0], "met")

    async def test_a_dispatcher_is_asked_whose_completion_counts(self, firm: Firm, office: Office) -> None:
        first, second, job = await self.both_went(firm, office)
        review = await office.review(job, "duplicate_visit")
        theirs = effects(review, "first_completes")
        assert theirs["technician_id"] == [firm.technicians[1], firm.technicians[0]]
        assert theirs["completion_id"][1] == review["op_id"]
        assert effects(review, "count_both") == {"billing_held": [True, False]}
        others = await Follower(second.person).look()
        await office.settle(review, "first_completes")
        now = await office.now(job)
        assert (now["technician_id"], now["state"]) == (firm.technicians[0], "completed")
        assert (await others.look()).job(job) is None
        assert (await Follower(first.person).look()).job(job)["state"] == "completed"
        await office.undo(review)
        back = await office.now(job)
        assert (back["technician_id"], back["billing_held"]) == (firm.technicians[1], True)
        assert (await others.look()).job(job)["technician_id"] == firm.technicians[1]


class TestCancelledAndDoneAllTheSame:
    async def done(self, firm: Firm, office: Office) -> tuple[Phone, Any, Any]:
        phone, job = await firm.phone(0), await office.job()
        await office.cancel(job)
        outcomes = await phone.outcomes(phone.operation("job.arrive", job, ago=HOUR), phone.complete(job))
        assert [o["status"] for o in outcomes] == ["held", "held"]
        return phone, job, await office.review(job, "done_after_cancel")

    async def test_the_work_is_kept_and_nothing_is_billed(self, firm: Firm, office: Office) -> None:
        _, job, review = await self.done(firm, office)
        now = await office.now(job)
        assert (now["state"], now["billing_held"], now["completion_id"]) == ("cancelled", True, None)
        assert [entry["event"] for entry in now["visits_done"]] == ["arrive", "complete"]
        assert [o["kind"] for o in review["sides"]["operations"]] == ["job.arrive", "job.complete"]

    async def test_each_choice_says_what_it_will_do(self, firm: Firm, office: Office) -> None:
        _, _, review = await self.done(firm, office)
        accept, keep = review["effects"]["accept_work"], review["effects"]["keep_cancelled"]
        assert effects(review, "accept_work")["state"] == ["cancelled", "completed"]
        assert accept["promise"] == {"before": "void", "after": "met"}
        assert [(v["before"], v["after"]) for v in accept["visits"]] == [("withdrawn", "done")]
        assert keep == {
            "fields": [{"field": "billing_held", "before": True, "after": False}],
            "visits": [],
            "promise": None,
            "warranty": None,
        }
        assert review["choices"]["accept_work"]["zh"]
        assert review["choices"]["accept_work"]["en"]

    async def test_accepted_it_counts_and_undone_it_does_not(self, firm: Firm, office: Office) -> None:
        phone, job, review = await self.done(firm, office)
        replica, before = await Follower(phone.person).look(), await office.now(job)
        settled = await office.settle(review, "accept_work")
        assert settled["undo_until"] is not None
        now = await office.now(job)
        assert (now["state"], now["promise_state"], now["billing_held"]) == ("completed", "met", False)
        assert await visits(job) == [(firm.technicians[0], "done")]
        assert (await replica.look()).job(job)["state"] == "completed"
        assert replica.held["review", review["id"]]["choice"] == "accept_work"
        await office.undo(review)
        after = await office.now(job)
        assert {k: v for k, v in after.items() if k != "version"} == {k: v for k, v in before.items() if k != "version"}
        assert await visits(job) == [(firm.technicians[0], "withdrawn")]
        assert (await replica.look()).job(job)["state"] == "cancelled"
        actions = [line["action"] for line in await office.history(job)]
        assert actions[-2:] == ["settle:accept_work", "undo:accept_work"]
        await office.settle(review, "keep_cancelled")
        assert (await office.now(job))["state"] == "cancelled"

    async def test_work_that_was_only_begun_goes_on(self, firm: Firm, office: Office) -> None:
        phone, job = await firm.phone(0), await office.job()
        await office.cancel(job)
        await phone.outcomes(phone.operation("job.arrive", job, ago=HOUR), phone.operation("job.start", job))
        review = await office.review(job, "done_after_cancel")
        assert effects(review, "accept_work")["state"] == ["cancelled", "working"]
        await office.settle(review, "accept_work")
        assert await visits(job) == [(firm.technicians[0], "active")]
        (outcome,) = await phone.outcomes(phone.complete(job))
        assert outcome["status"] == "applied"


class TestRescheduledAfterTheStart:
    async def test_the_old_booking_holds_for_this_visit(self, firm: Firm, office: Office) -> None:
        phone, job = await firm.phone(0), await office.job()
        moved = await office.move(job, hours=20)
        outcomes = await phone.outcomes(phone.operation("job.arrive", job, ago=MINUTE), phone.complete(job))
        assert [o["status"] for o in outcomes] == ["applied", "applied"]
        now = await office.now(job)
        assert (now["visit_id"], now["window_start"]) == (job["visit_id"], job["window_start"])
        rows = await db.fetch("SELECT id, state FROM visit WHERE job_id = $1", job["id"])
        assert {str(r["id"]): r["state"] for r in rows} == {job["visit_id"]: "done", moved["visit_id"]: "withdrawn"}
        changed = [line["changes"] for line in await office.history(job) if line["action"] == "job.arrive"]
        assert changed[0]["window_start"] == [moved["window_start"], job["window_start"]]

    async def test_also_when_its_time_was_given_to_another_job(self, firm: Firm, office: Office) -> None:
        phone, hours = await firm.phone(0), 5000
        job = await office.job(hours=hours)
        await office.move(job, hours=20)
        other = await office.job(hours=hours)
        outcomes = await phone.outcomes(phone.operation("job.arrive", job, ago=MINUTE), phone.complete(job))
        assert [o["status"] for o in outcomes] == ["applied", "applied"]
        assert (await office.now(job))["state"] == "completed"
        assert (await office.now(other))["state"] == "scheduled"

    async def test_who_saw_the_new_booking_works_by_it(self, firm: Firm, office: Office) -> None:
        phone, job = await firm.phone(0), await office.job()
        moved = await office.move(job, hours=20)
        await phone.outcomes(phone.operation("job.arrive", moved))
        assert (await office.now(job))["visit_id"] == moved["visit_id"]


class TestRepricedAfterTheStart:
    FEES = ({"text": "人工", "amount_minor": 10_000}, {"text": "配件", "amount_minor": 5_000})

    async def repriced(self, firm: Firm, office: Office) -> tuple[Any, Any]:
        phone, job = await firm.phone(0), await office.job(price_minor=15_000)
        await phone.outcomes(phone.operation("job.arrive", job))
        await office.edit(await office.now(job), price_minor=20_000)
        (outcome,) = await phone.outcomes(signed(phone, job, fees=list(self.FEES)))
        assert outcome["status"] == "applied"
        return job, await office.review(job, "other_price")

    async def test_the_signed_price_holds_and_a_dispatcher_is_asked(self, firm: Firm, office: Office) -> None:
        job, review = await self.repriced(firm, office)
        now = await office.now(job)
        assert (now["state"], now["price_minor"], now["billing_held"]) == ("completed", 15_000, True)
        assert review["sides"]["price"] == {"office": 20_000, "field": 15_000}
        assert effects(review, "office_price") == {"price_minor": [15_000, 20_000], "billing_held": [True, False]}
        assert effects(review, "signed_price") == {"billing_held": [True, False]}
        changed = next(line["changes"] for line in await office.history(job) if line["action"] == "job.complete")
        assert changed["price_minor"] == [20_000, 15_000]

    async def test_settled_and_undone(self, firm: Firm, office: Office) -> None:
        job, review = await self.repriced(firm, office)
        await office.settle(review, "office_price")
        now = await office.now(job)
        assert (now["price_minor"], now["billing_held"]) == (20_000, False)
        await office.undo(review)
        now = await office.now(job)
        assert (now["price_minor"], now["billing_held"]) == (15_000, True)

    async def test_a_price_that_was_signed_as_told_asks_nothing(self, firm: Firm, office: Office) -> None:
        phone, job = await firm.phone(0), await office.job(price_minor=15_000)
        await phone.outcomes(signed(phone, job, fees=list(self.FEES)))
        assert await office.reviews(job) == []


class TestTheProductWasCorrected:
    async def corrected(self, firm: Firm, office: Office, **completed: Any) -> tuple[Any, Any, Any]:
        known = bool((await office.person.get("/models")).json()["items"])
        hq, phone = await firm.login("hq") if known else await stocked(firm), await firm.phone(0)
        long_ago = date.fromordinal(date.today().toordinal() - 20 * 366).isoformat()  # noqa: DTZ011
        old, new = await added(hq, firm, sold_on=long_ago), await added(hq, firm)
        job = await office.job(unit_id=old["id"])
        await office.edit(job, unit_id=new["id"])
        named = {"report": {"unit_id": completed["saying"] and new["id"]}} if completed else {}
        (outcome,) = await phone.outcomes(signed(phone, job, **named))
        assert outcome["status"] == "applied"
        return job, old, new

    async def test_the_review_shows_the_warranty_of_both(self, firm: Firm, office: Office) -> None:
        job, old, new = await self.corrected(firm, office)
        review = await office.review(job, "product_mismatch")
        shown = review["sides"]["products"]
        assert (shown["office"]["unit_id"], shown["field"]["unit_id"]) == (new["id"], old["id"])
        assert (shown["office"]["covered"], shown["field"]["covered"]) == (True, False)
        assert shown["office"]["sentence"]["zh"]
        assert shown["field"]["sentence"]["en"]
        assert effects(review, "field_product")["unit_id"] == [new["id"], old["id"]]
        warranty = review["effects"]["field_product"]["warranty"]
        assert warranty == {"before": shown["office"]["sentence"], "after": shown["field"]["sentence"]}
        now = await office.now(job)
        assert (now["state"], now["unit_id"], now["billing_held"]) == ("completed", new["id"], True)

    async def test_settled_and_undone(self, firm: Firm, office: Office) -> None:
        job, old, new = await self.corrected(firm, office)
        review = await office.review(job, "product_mismatch")
        await office.settle(review, "field_product")
        assert (await office.now(job))["unit_id"] == old["id"]
        await office.undo(review)
        assert (await office.now(job))["unit_id"] == new["id"]

    async def test_a_report_that_names_the_right_product_asks_nothing(self, firm: Firm, office: Office) -> None:
        job, _, _ = await self.corrected(firm, office, saying=True)
        assert await office.reviews(job) == []


class TestTheRecordWasDeleted:
    async def deleted(self, firm: Firm, office: Office) -> tuple[Phone, Any]:
        phone, job = await firm.phone(0), await office.job()
        answer = await office.person.post(f"/jobs/{job['id']}/delete", {"reason": "重复"})
        assert answer.status_code == 204, answer.text
        return phone, job

    async def test_it_is_gone_for_everyone(self, firm: Firm, office: Office) -> None:
        board = Follower(office.person)
        phone, job = await self.deleted(firm, office)
        assert ("job", job["id"]) not in (await board.look()).held
        assert ("job", job["id"]) not in (await Follower(phone.person).look()).held
        assert (await office.person.get(f"/jobs/{job['id']}")).status_code == 404
        assert job["id"] not in [j["id"] for j in (await office.person.get("/jobs")).json()["items"]]

    @pytest.mark.parametrize(
        ("kind", "args"), [("job.arrive", {}), ("job.note", {"text": "一"}), ("job.patch", {"diagnosis": "磨损"})]
    )
    async def test_whatever_was_done_brings_it_back_as_a_review(
        self, firm: Firm, office: Office, kind: str, args: Any
    ) -> None:
        phone, job = await self.deleted(firm, office)
        board = await Follower(office.person).look()
        (outcome,) = await phone.outcomes(phone.operation(kind, job, args))
        assert outcome["status"] == "held"
        review = await office.review(job, "done_after_delete")
        shown = (await board.look()).job(job)
        assert (shown["state"], shown["billing_held"]) == ("cancelled", True)
        assert shown["deleted_at"] is not None
        assert "accept_work" in review["effects"]

    async def test_the_work_is_accepted_or_stays_deleted_and_is_never_destroyed(
        self, firm: Firm, office: Office
    ) -> None:
        phone, job = await self.deleted(firm, office)
        await phone.outcomes(phone.operation("job.arrive", job, ago=MINUTE), phone.complete(job))
        review = await office.review(job, "done_after_delete")
        board = await Follower(office.person).look()
        await office.settle(review, "keep_deleted")
        assert (await board.look()).job(job) is None
        await office.undo(review)
        assert (await board.look()).job(job)["state"] == "cancelled"
        await office.settle(review, "accept_work")
        now = await office.now(job)
        assert (now["state"], now["deleted_at"], now["promise_state"]) == ("completed", None, "met")

    async def test_a_job_that_was_worked_on_cannot_be_deleted(self, firm: Firm, office: Office) -> None:
        phone, job = await firm.phone(0), await office.job()
        await phone.outcomes(phone.operation("job.arrive", job))
        answer = await office.person.post(f"/jobs/{job['id']}/delete", {})
        assert (answer.status_code, answer.json()["code"]) == (409, "transition_illegal")


class TestTwoTechniciansOnOneJob:
    """A job has one technician at a time; two edit it when it passed from one to the other and both still hand in."""

    async def crew(self, firm: Firm, office: Office) -> tuple[Phone, Phone, Any]:
        first, second, job = await firm.phone(0), await firm.phone(1), await office.job()
        await office.move(job, 1)
        return first, second, job

    async def test_other_fields_are_both_kept(self, firm: Firm, office: Office) -> None:
        first, second, job = await self.crew(firm, office)
        await second.outcomes(second.operation("job.patch", job, {"diagnosis": "二"}))
        await first.outcomes(first.operation("job.read", job, {"reading": "pressure_kpa", "value": 180}))
        now = await office.now(job)
        assert (now["diagnosis"], now["readings"]) == ("二", {"pressure_kpa": 180})

    async def test_of_a_shared_field_the_later_time_stands(self, firm: Firm, office: Office) -> None:
        first, second, job = await self.crew(firm, office)
        await second.outcomes(second.operation("job.patch", job, {"access_notes": "二"}))
        (outcome,) = await first.outcomes(first.operation("job.patch", job, {"access_notes": "一"}, ago=5 * MINUTE))
        assert outcome["merges"] == [{"field": "access_notes", "winner": "field", "won": "二", "lost": "一"}]
        assert await office.lost(job) == [{"access_notes": "一"}]

    async def test_of_a_field_that_both_own_the_last_to_hand_in_stands(self, firm: Firm, office: Office) -> None:
        first, second, job = await self.crew(firm, office)
        await second.outcomes(second.operation("job.patch", job, {"diagnosis": "二"}))
        (outcome,) = await first.outcomes(first.operation("job.patch", job, {"diagnosis": "一"}))
        assert outcome["merges"] == [{"field": "diagnosis", "winner": "field", "won": "一", "lost": "二"}]
        assert await office.lost(job) == [{"diagnosis": "二"}]

    async def test_each_ones_checklist_items_are_their_own(self, firm: Firm, office: Office) -> None:
        first, second, job = await self.crew(firm, office)
        await first.outcomes(first.operation("job.check", job, {"item": "shoes", "done": True}))
        outcomes = await second.outcomes(
            second.operation("job.check", job, {"item": "shoes", "done": False}),
            second.operation("job.check", job, {"item": "shoes", "done": True, "value": "40"}),
        )
        assert [o["status"] for o in outcomes] == ["applied", "applied"]
        checklist = (await office.now(job))["checklist"]
        assert (checklist["shoes"]["by"], checklist["shoes"]["value"]) == (firm.technicians[0], None)
        assert checklist[f"shoes@{firm.technicians[1]}"]["value"] == "40"


async def test_two_dispatchers_at_once_settle_once(firm: Firm, office: Office) -> None:
    phone, job = await firm.phone(0), await office.job()
    await office.cancel(job)
    await phone.outcomes(phone.complete(job))
    review = await office.review(job, "done_after_cancel")
    path = f"/reviews/{review['id']}"
    choices = ("accept_work", "keep_cancelled", "accept_work", "keep_cancelled")
    answers = await asyncio.gather(*(office.person.post(f"{path}/settle", {"choice": c}) for c in choices))
    assert sorted(a.status_code for a in answers) == [200, 409, 409, 409]
    undone = await asyncio.gather(*(office.person.post(f"{path}/undo") for _ in range(3)))
    assert sorted(a.status_code for a in undone) == [200, 409, 409]
    assert {a.json()["code"] for a in undone if a.status_code == 409} == {"review_not_settled"}
    assert (await office.now(job))["state"] == "cancelled"

"""From the hotline to the signed completion, over HTTP on a real database."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.journeys.firm import Firm, Person, Phone

pytestmark = pytest.mark.contract


async def pulled(person: Person, cursor: str | None = None) -> tuple[dict[tuple[str, str], Any], str]:
    """Everything in the caller's streams, as a replica would hold it."""
    records: dict[tuple[str, str], Any] = {}
    while True:
        answer = await person.get("/sync/pull", **({"cursor": cursor} if cursor else {}))
        assert answer.status_code == 200, answer.text
        page = answer.json()
        for change in page["changes"]:
            records[change["type"], change["id"]] = change["body"]
        cursor = page["cursor"]
        if page["checkpoint"]:
            return {k: v for k, v in records.items() if v is not None}, cursor


class TestAJobFromCallToSignature:
    async def test_is_promised_booked_done_offline_and_sealed_in_history(self, firm: Firm) -> None:
        desk, phone = await firm.login("desk"), await firm.phone(0)
        job = await firm.assigned(desk, 0)
        assert job["state"] == "scheduled"
        assert job["respond_by"] is not None

        records, _ = await pulled(phone.person)
        mine = records["job", job["id"]]
        assert mine["version"] == job["version"]
        assert ("job_type", next(k[1] for k in records if k[0] == "job_type")) in records

        photo = b"\xff\xd8 not really a jpeg"
        outcomes = await phone.outcomes(
            phone.operation("job.accept", mine, ago=timedelta(minutes=50)),
            phone.operation("job.set_off", mine, ago=timedelta(minutes=45)),
            phone.operation("job.arrive", mine, ago=timedelta(minutes=30)),
            phone.operation("job.start", mine, ago=timedelta(minutes=29)),
            phone.operation("job.check", mine, {"item": "shoes", "done": True}),
            phone.operation("job.note", mine, {"text": "换了压缩机"}),
            phone.operation("job.use_part", mine, {"part": "CP-1", "quantity": 1}),
            phone.operation("job.patch", mine, {"diagnosis": "压缩机卡死"}),
            phone.complete(mine, (photo,)),
        )
        assert [o["status"] for o in outcomes] == ["applied"] * 9

        done = (await desk.get(f"/jobs/{job['id']}")).json()
        assert done["state"] == "completed"
        assert done["promise_state"] == "met"
        assert done["arrival"]["grade"] == "suspect" or done["arrival"]["grade"] == "exact"
        assert done["parts_used"] == {"CP-1": 1}
        assert done["checklist"]["shoes"]["done"] is True

        (completion,) = (await desk.get(f"/evidence/jobs/{job['id']}/completions")).json()
        assert completion["valid"] is True
        digest = completion["photos"][0]["sha256"]
        kept = await firm.client.put(f"/evidence/photos/{digest}", content=photo, headers=phone.person.headers)
        assert kept.status_code == 201, kept.text
        again = await firm.client.put(f"/evidence/photos/{digest}", content=photo, headers=phone.person.headers)
        assert again.status_code == 200
        seen = await desk.get(f"/evidence/photos/{digest}")
        assert seen.content == photo

        actions = [line["action"] for line in (await desk.get(f"/jobs/{job['id']}/history")).json()["items"]]
        assert actions[:3] == ["raise", "assign", "job.accept"]
        assert actions[-1] == "job.complete"


class TestWhatIsPushedTwice:
    async def test_has_one_effect_and_the_same_answer(self, firm: Firm) -> None:
        desk, phone = await firm.login("desk"), await firm.phone(0)
        job = await firm.assigned(desk, 0)
        operations = [phone.operation("job.note", job, {"text": "一"}), phone.operation("job.accept", job)]
        first = await phone.outcomes(*operations)
        assert await phone.outcomes(*operations) == first
        assert len((await desk.get(f"/jobs/{job['id']}")).json()["notes"]) == 1

    async def test_with_other_content_is_a_fork(self, firm: Firm) -> None:
        desk, phone = await firm.login("desk"), await firm.phone(0)
        job = await firm.assigned(desk, 0)
        await phone.outcomes(phone.operation("job.note", job, {"text": "一"}))
        phone.seq = 0
        answer = await phone.push(phone.operation("job.note", job, {"text": "二"}))
        assert (answer.status_code, answer.json()["code"]) == (409, "forked")


class TestABadOperation:
    async def test_is_refused_alone_and_kept(self, firm: Firm) -> None:
        desk, phone = await firm.login("desk"), await firm.phone(0)
        job = await firm.assigned(desk, 0)
        nul = phone.operation("job.note", job, {"text": "a\u0000b"})
        malformed = phone.operation("job.note", job)
        malformed["at"] = "yesterday"
        unknown = phone.operation("job.explode", job)
        wrong = phone.operation("job.patch", job, {"priority": "high"})
        huge = phone.operation("job.use_part", job, {"part": "x", "quantity": 10**30})
        good = phone.operation("job.note", job, {"text": "fine"})
        outcomes = await phone.outcomes(nul, malformed, unknown, wrong, huge, good)
        assert [o["code"] for o in outcomes] == [
            "text_forbidden_character",
            "malformed",
            "unknown_kind",
            "arguments_invalid",
            "arguments_invalid",
            None,
        ]
        assert outcomes[-1]["status"] == "applied"

    async def test_nested_beyond_reading_is_refused_alone_too(self, firm: Firm) -> None:
        desk, phone = await firm.login("desk"), await firm.phone(0)
        job = await firm.assigned(desk, 0)
        deep, good = phone.operation("job.note", job, {"text": "@"}), phone.operation("job.note", job, {"text": "fine"})
        body = json.dumps(phone.batch(deep, good)).replace('"@"', "[" * 20_000 + "]" * 20_000)
        headers = {**phone.person.headers, "content-type": "application/json"}
        answer = await firm.client.post("/sync/push", content=body, headers=headers)
        assert answer.status_code == 200, answer.text
        assert [o["code"] for o in answer.json()["outcomes"]] == ["nested_too_deep", None]

    async def test_about_anothers_job_finds_no_record(self, firm: Firm) -> None:
        desk, phone = await firm.login("desk"), await firm.phone(0)
        job = await firm.assigned(desk, 1)
        (outcome,) = await phone.outcomes(phone.operation("job.note", job, {"text": "hello"}))
        assert (outcome["status"], outcome["code"]) == ("rejected", "unknown_record")


class TestWhenTheOfficeActsMeanwhile:
    async def test_a_completion_of_a_cancelled_job_waits_for_the_dispatcher(self, firm: Firm) -> None:
        desk, phone = await firm.login("desk"), await firm.phone(0)
        job = await firm.assigned(desk, 0)
        await desk.post(f"/jobs/{job['id']}/cancel", {"reason": "顾客改期"})
        arrive, complete = phone.operation("job.arrive", job), phone.complete(job)
        outcomes = await phone.outcomes(arrive, complete)
        assert [o["status"] for o in outcomes] == ["held", "held"]
        assert outcomes[0]["review_id"] == outcomes[1]["review_id"]

        (review,) = (await desk.get("/reviews")).json()["items"]
        assert review["kind"] == "done_after_cancel"
        assert [o["kind"] for o in review["sides"]["operations"]] == ["job.arrive", "job.complete"]
        settled = await desk.post(f"/reviews/{review['id']}/settle", {"choice": "accept_work"})
        assert settled.status_code == 200, settled.text
        assert (await desk.get(f"/jobs/{job['id']}")).json()["state"] == "completed"
        twice = await desk.post(f"/reviews/{review['id']}/settle", {"choice": "keep_cancelled"})
        assert twice.json()["code"] == "review_settled"
        records, _ = await pulled(phone.person)
        assert records["job", job["id"]]["state"] == "completed"

    async def test_a_completion_stands_when_the_other_is_not_yet_on_site(self, firm: Firm) -> None:
        desk, first, second = await firm.login("desk"), await firm.phone(0), await firm.phone(1)
        job = await firm.assigned(desk, 0)
        await self.move(desk, job, firm.technicians[1])
        (outcome,) = await first.outcomes(first.complete(job))
        assert outcome["status"] == "applied"
        now = (await desk.get(f"/jobs/{job['id']}")).json()
        assert (now["state"], now["technician_id"]) == ("completed", firm.technicians[0])
        records, _ = await pulled(second.person)
        assert ("job", job["id"]) not in records

    async def test_two_completions_are_both_kept(self, firm: Firm) -> None:
        desk, first, second = await firm.login("desk"), await firm.phone(0), await firm.phone(1)
        job = await firm.assigned(desk, 0)
        await self.move(desk, job, firm.technicians[1])
        await second.outcomes(second.operation("job.arrive", job), second.complete(job))
        (outcome,) = await first.outcomes(first.complete(job))
        assert outcome["status"] == "held"
        (review,) = (await desk.get("/reviews")).json()["items"]
        assert review["kind"] == "duplicate_visit"
        assert len((await desk.get(f"/evidence/jobs/{job['id']}/completions")).json()) == 2

    async def test_both_edit_the_same_and_other_fields(self, firm: Firm) -> None:
        desk, phone = await firm.login("desk"), await firm.phone(0)
        job = await firm.assigned(desk, 0)
        edit = {"base_version": job["version"], "priority": 1, "contact_phone": "111", "diagnosis": "desk says"}
        assert (await desk.patch(f"/jobs/{job['id']}", edit)).status_code == 200
        patch = {"priority": 5, "diagnosis": "field says", "access_notes": "三楼"}
        (outcome,) = await phone.outcomes(phone.operation("job.patch", job, patch))
        assert outcome["status"] == "merged"
        assert {(m["field"], m["winner"]) for m in outcome["merges"]} == {
            ("priority", "office"),
            ("diagnosis", "field"),
        }
        now = (await desk.get(f"/jobs/{job['id']}")).json()
        assert (now["priority"], now["diagnosis"], now["contact_phone"], now["access_notes"]) == (
            1,
            "field says",
            "111",
            "三楼",
        )
        lost = [line["lost"] for line in (await desk.get(f"/jobs/{job['id']}/history")).json()["items"] if line["lost"]]
        assert lost == [{"priority": 5, "diagnosis": "desk says"}]

    async def move(self, desk: Person, job: dict[str, Any], technician_id: str) -> None:
        wanted = {"technician_id": technician_id, "starts_at": job["window_start"]}
        answer = await desk.post(f"/jobs/{job['id']}/move", wanted)
        assert answer.status_code == 200, answer.text


class TestTwoDispatchersAtOnce:
    async def test_the_database_excludes_double_booking(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        first = await firm.assigned(desk, 0)
        second = await firm.job(desk)
        wanted = {"technician_id": firm.technicians[0], "starts_at": first["window_start"]}
        answer = await desk.post(f"/jobs/{second['id']}/assign", wanted)
        assert (answer.status_code, answer.json()["code"]) == (409, "double_booked")
        assert (await desk.get(f"/jobs/{second['id']}")).json()["state"] == "new"

    async def test_the_second_move_of_one_visit_is_told_that_it_is_gone(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        job = await firm.assigned(desk, 0)
        wanted = {"technician_id": firm.technicians[1], "starts_at": job["window_start"]}
        first = await desk.post(f"/jobs/{job['id']}/move", {**wanted, "instead_of": job["visit_id"]})
        assert first.status_code == 200, first.text
        late = {**wanted, "technician_id": firm.technicians[2], "instead_of": job["visit_id"]}
        second = await desk.post(f"/jobs/{job['id']}/move", late)
        assert (second.status_code, second.json()["code"]) == (409, "version_stale")
        assert (await desk.get(f"/jobs/{job['id']}")).json()["visit_id"] == first.json()["visit_id"]
        unseen = await desk.post(f"/jobs/{job['id']}/assign", {**wanted, "instead_of": None})
        assert unseen.json()["code"] == "version_stale"  # assigned by somebody else: told as such, not as a wrong state


class TestScope:
    async def test_another_outlets_dispatcher_sees_nothing(self, firm: Firm) -> None:
        desk, other = await firm.login("desk"), await firm.login("otherdesk")
        job = await firm.job(desk)
        assert (await other.get(f"/jobs/{job['id']}")).status_code == 404
        assert (await other.post(f"/jobs/{job['id']}/cancel", {})).status_code == 404
        assert (await other.get("/jobs")).json()["items"] == []
        records, _ = await pulled(other)
        assert not [key for key in records if key[0] == "job"]

    async def test_what_leaves_the_scope_is_removed(self, firm: Firm) -> None:
        desk, phone = await firm.login("desk"), await firm.phone(0)
        job = await firm.assigned(desk, 0)
        records, cursor = await pulled(phone.person)
        assert ("job", job["id"]) in records
        await desk.post(f"/jobs/{job['id']}/unassign", {"reason": "改派"})
        page = (await phone.person.get("/sync/pull", cursor=cursor)).json()
        assert [(c["id"], c["body"]) for c in page["changes"]] == [(job["id"], None)]

    async def test_an_auditor_reads_and_changes_nothing(self, firm: Firm) -> None:
        desk, auditor = await firm.login("desk"), await firm.login("auditor")
        job = await firm.job(desk)
        assert (await auditor.get(f"/jobs/{job['id']}")).status_code == 200
        assert (await auditor.post(f"/jobs/{job['id']}/cancel", {})).status_code == 403


async def test_a_revoked_device_may_not_push(firm: Firm) -> None:
    phone: Phone = await firm.phone(0)
    assert (await phone.person.post(f"/devices/{phone.device_id}/revoke")).status_code in (200, 201)
    answer = await phone.push()
    assert (answer.status_code, answer.json()["code"]) == (403, "device_revoked")

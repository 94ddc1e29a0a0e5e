"""What phones hand in as signed: kept whatever it is, and told apart where it does not hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from offline_sync.replica import manifest
from offline_sync.replica.keys import DeviceKey
from server.platform import db
from tests.evidence.builders import REFUSAL, SIGNER, added, facts, refused
from tests.journeys.firm import Firm, Key, Person, Phone
from tests.journeys.standing import firm, reviews_of, standing

__all__ = ["firm", "standing"]

NOW = datetime.now(UTC).isoformat()


@dataclass
class Visit:
    """A technician with a job, and the desk that sees what they hand in."""

    firm: Firm
    desk: Person
    phone: Phone
    job: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self.job["id"])

    async def does(self, event: str, args: Any) -> Any:
        (outcome,) = await self.phone.outcomes(self.phone.operation(f"job.{event}", self.job, args))
        return outcome

    async def completes(self, **more: Any) -> Any:
        return await self.does("complete", manifest.complete(facts(self.id, **more), self.phone.key))

    async def as_it_stands(self) -> Any:
        return (await self.desk.get(f"/jobs/{self.id}")).json()

    async def kept(self) -> list[Any]:
        return list((await self.desk.get(f"/evidence/jobs/{self.id}/completions")).json())

    async def another_phone(self) -> Phone:
        """Of the same person."""
        person, key = self.phone.person, Key()
        answer = await person.post("/devices", {"public_key": key.jwk, "name": "another"})
        return Phone(person, answer.json()["id"], key)

    async def faults(self) -> list[str | None]:
        return [one["fault"] for one in await self.kept()]


@pytest.fixture
async def visit(firm: Firm) -> Visit:
    desk, phone = await firm.login("desk"), await firm.phone(0)
    return Visit(firm, desk, phone, await firm.assigned(desk, 0))


class TestACompletion:
    async def test_that_is_signed_stands_byte_for_byte(self, visit: Visit) -> None:
        photo = manifest.photo(b"plate", "image/jpeg")
        args = manifest.complete(facts(visit.id, photos=[photo, photo]), visit.phone.key)
        assert (await visit.does("complete", args))["status"] == "applied"
        (kept,) = await visit.kept()
        assert (kept["kind"], kept["valid"], kept["extends"], len(kept["photos"])) == ("completed", True, None, 1)
        assert kept["digest"] == manifest.digest(args["manifest"])
        bytes_kept = await db.fetch_value("SELECT manifest FROM completion WHERE job_id = $1::text::uuid", visit.id)
        assert bytes_kept.encode() == manifest.canonical(args["manifest"])

    async def test_that_the_customer_would_not_sign_stands_with_the_reason_and_the_witness(self, visit: Visit) -> None:
        args = manifest.complete(refused(visit.id), visit.phone.key)
        assert (await visit.does("complete", args))["status"] == "applied"
        (kept,) = await visit.kept()
        assert (kept["valid"], kept["manifest"]["refusal"]) == (True, REFUSAL)
        assert "signer" not in kept["manifest"]


def unsigned(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name not in ("signer", "strokes")}


SCRAWL = [[[n % 90, n % 70, n, 500] for n in range(20_001)]]


#: Code → what makes of a completion that holds one that does not.
BROKEN: tuple[tuple[str, Any], ...] = (
    ("manifest_unsigned", unsigned),
    ("manifest_unsigned", lambda said: said | {"strokes": []}),
    ("manifest_unsigned", lambda said: said | {"refusal": REFUSAL}),
    ("manifest_invalid", lambda said: said | {"photos": "none"}),
    ("manifest_invalid", lambda said: said | {"strokes": [[[0.5, 0, 0, 1]]]}),
    ("manifest_invalid", lambda said: said | {"report": {"n": 2**80}}),
    ("manifest_other_outcome", lambda said: said | {"outcome": "cannot_complete"}),
    ("manifest_other_job", lambda said: said | {"job_id": "0197a0d6-0000-7000-8000-0000000000aa"}),
    ("time_out_of_range", lambda said: said | {"finished_at": "1970-01-01T00:00:00+00:00"}),
    ("time_out_of_range", lambda said: said | {"arrival": {"at": "1970-01-01T00:00:00+00:00"}}),
    ("strokes_too_many", lambda said: said | {"strokes": SCRAWL}),
    ("manifest_too_large", lambda said: said | {"report": {"log": "x" * 700_000}}),
)


class TestCompletionsThatDoNotHold:
    async def test_are_held_with_a_code_each_and_kept(self, visit: Visit) -> None:
        holding = {"form": 2, "outcome": "completed"} | facts(visit.id)
        for _, change in BROKEN:
            said = change(holding)
            args = {"manifest": said, "signature": visit.phone.key.sign(_canonical(said))}
            assert (await visit.does("complete", args))["status"] == "held"
        kept = await visit.kept()
        assert [one["fault"] for one in kept] == [code for code, _ in BROKEN]
        assert not any(one["valid"] for one in kept)
        unread = [one["manifest"] for one in kept if one["fault"] != "manifest_invalid"]
        assert unread == [change(holding) for code, change in BROKEN if code != "manifest_invalid"]
        (review,) = await reviews_of(visit.desk, visit.job)
        assert (review["kind"], review["sides"]["fault"]) == ("completion_invalid", BROKEN[-1][0])

    async def test_are_told_apart_by_who_signed_them(self, visit: Visit) -> None:
        theirs, lost = await visit.another_phone(), await visit.another_phone()
        answer = await visit.phone.person.post(f"/devices/{lost.device_id}/revoke")
        assert answer.status_code in (200, 201), answer.text
        colleague = await visit.firm.phone(1)
        for key in (theirs.key, lost.key, colleague.key, DeviceKey.generate()):
            await visit.does("complete", manifest.complete(facts(visit.id), key))
        assert await visit.faults() == [
            "signature_other_device",
            "signature_revoked_device",
            "signature_invalid",
            "signature_invalid",
        ]


def _canonical(said: Any) -> bytes:
    try:
        return manifest.canonical(said)
    except manifest.ManifestRefused:
        return b"{}"


class TestASignatureThatIsHandedInAgain:
    async def test_under_another_operation_is_held(self, visit: Visit) -> None:
        """In the same push as well as later; the same operation is a repeat."""
        args = manifest.complete(facts(visit.id), visit.phone.key)
        first, again = [visit.phone.operation("job.complete", visit.job, args) for _ in range(2)]
        outcomes = await visit.phone.outcomes(first, again)
        later = await visit.does("complete", args)
        assert [outcome["status"] for outcome in (*outcomes, later)] == ["applied", "held", "held"]
        assert await visit.faults() == [None, "manifest_replayed", "manifest_replayed"]
        assert await visit.phone.outcomes(first) == outcomes[:1]

    async def test_after_one_that_did_not_hold_counts(self, visit: Visit) -> None:
        args = manifest.complete(facts(visit.id), visit.phone.key)
        await visit.does("complete", args | {"signature": "x..y"})
        assert (await visit.does("complete", args))["status"] == "applied"


class TestWorkThatCannotBeDone:
    REASON = "主板停产，无法修复"

    def args(self, visit: Visit, **more: Any) -> dict[str, Any]:
        return manifest.cannot_complete(facts(visit.id, **more), self.REASON, visit.phone.key)

    async def test_is_signed_for_as_well(self, visit: Visit) -> None:
        photo = manifest.photo(b"board", "image/jpeg")
        outcome = await visit.does("cannot_complete", self.args(visit, photos=[photo]))
        assert outcome["status"] == "applied"
        (kept,) = await visit.kept()
        assert (kept["kind"], kept["valid"], len(kept["photos"])) == ("cannot_complete", True, 1)
        assert kept["manifest"]["reason"] == self.REASON
        assert (await visit.as_it_stands())["state"] == "cannot_complete"

    @pytest.mark.parametrize(
        ("code", "broken"),
        [
            ("signature_invalid", {"signature": None}),
            ("manifest_other_outcome", {"reason": "别的原因"}),
        ],
    )
    async def test_stands_also_where_the_signature_does_not(self, visit: Visit, code: str, broken: Any) -> None:
        outcome = await visit.does("cannot_complete", self.args(visit) | broken)
        assert outcome["status"] == "held"
        assert (await visit.as_it_stands())["state"] == "cannot_complete"
        assert await visit.faults() == [code]
        (review,) = await reviews_of(visit.desk, visit.job)
        assert (review["kind"], review["sides"]["fault"]) == ("statement_invalid", code)
        answer = await visit.desk.post(f"/reviews/{review['id']}/settle", {"choice": "acknowledge"})
        assert answer.status_code == 200, answer.text

    async def test_of_a_cancelled_job_is_kept(self, visit: Visit) -> None:
        await visit.desk.post(f"/jobs/{visit.id}/cancel", {"reason": "顾客取消"})
        assert (await visit.does("cannot_complete", self.args(visit)))["status"] == "held"
        assert await visit.faults() == [None]

    async def test_of_a_job_that_is_over_is_kept(self, visit: Visit) -> None:
        await visit.completes()
        assert (await visit.does("cannot_complete", self.args(visit)))["status"] == "held"
        assert [one["kind"] for one in await visit.kept()] == ["completed", "cannot_complete"]
        assert (await visit.as_it_stands())["state"] == "completed"


class TestAnAddendum:
    async def of(self, visit: Visit, **more: Any) -> dict[str, Any]:
        completed = manifest.complete(facts(visit.id), visit.phone.key)
        await visit.does("complete", completed)
        return manifest.addendum(added(visit.id, manifest.digest(completed["manifest"]), **more), visit.phone.key)

    async def test_brings_photos_and_changes_nothing(self, visit: Visit) -> None:
        photo = manifest.photo(b"plate", "image/jpeg")
        args = await self.of(visit, photos=[photo])
        before = await visit.as_it_stands()
        assert (await visit.does("addendum", args))["status"] == "applied"
        assert await visit.as_it_stands() == before
        line = (await visit.desk.get(f"/jobs/{visit.id}/history")).json()["items"][-1]
        assert (line["action"], line["changes"]) == ("job.addendum", {})
        original, addition = await visit.kept()
        assert (original["photos"], addition["extends"], addition["kind"]) == ([], original["id"], "addendum")
        assert [p["sha256"] for p in addition["photos"]] == [photo["sha256"]]
        put = await visit.firm.client.put(
            f"/evidence/photos/{photo['sha256']}", content=b"plate", headers=visit.phone.person.headers
        )
        assert put.status_code == 201

    async def test_whose_bytes_are_others_is_not_taken(self, visit: Visit) -> None:
        photo = manifest.photo(b"the plate", "image/jpeg")
        await visit.does("addendum", await self.of(visit, photos=[photo]))
        for content, code in ((b"not plate", "digest_mismatch"), (b"longer than the plate", "size_mismatch")):
            answer = await visit.firm.client.put(
                f"/evidence/photos/{photo['sha256']}", content=content, headers=visit.phone.person.headers
            )
            assert answer.json()["code"] == code
        assert (await visit.kept())[1]["photos"][0]["received_at"] is None

    async def test_may_come_with_its_completion(self, visit: Visit) -> None:
        completed = manifest.complete(facts(visit.id), visit.phone.key)
        more = manifest.addendum(added(visit.id, manifest.digest(completed["manifest"])), visit.phone.key)
        pushed = [
            visit.phone.operation("job.complete", visit.job, completed),
            visit.phone.operation("job.addendum", visit.job, more),
        ]
        assert [outcome["status"] for outcome in await visit.phone.outcomes(*pushed)] == ["applied", "applied"]
        original, addition = await visit.kept()
        assert addition["extends"] == original["id"]

    async def test_may_come_when_the_job_is_closed_and_gone_from_the_phone(self, visit: Visit) -> None:
        args = await self.of(visit)
        await visit.desk.post(f"/jobs/{visit.id}/close")
        assert (await visit.as_it_stands())["state"] == "closed"
        assert (await visit.does("addendum", args))["status"] == "applied"

    async def test_that_does_not_hold_is_kept_and_asked_about(self, visit: Visit) -> None:
        broken: tuple[tuple[str, dict[str, Any]], ...] = (
            ("addendum_unmatched", {"extends": "0" * 64}),
            ("manifest_invalid", {"extends": "nothing"}),
            ("manifest_invalid", {"note": ""}),
            ("manifest_other_job", {"job_id": "0197a0d6-0000-7000-8000-0000000000aa"}),
            ("time_out_of_range", {"made_at": "1970-01-01T00:00:00+00:00"}),
        )
        holding = (await self.of(visit))["manifest"]
        for _, more in broken:
            outcome = await visit.does("addendum", manifest.signed(holding | more, visit.phone.key))
            assert outcome["status"] == "held"
        assert await visit.faults() == [None, *(code for code, _ in broken)]
        (review,) = await reviews_of(visit.desk, visit.job)
        assert (review["kind"], review["sides"]["fault"]) == ("statement_invalid", "time_out_of_range")
        assert (await visit.as_it_stands())["state"] == "completed"

    async def test_to_another_jobs_completion_adds_to_nothing(self, visit: Visit) -> None:
        args = await self.of(visit)
        other = await visit.firm.assigned(visit.desk, 0)
        said = args["manifest"] | {"job_id": other["id"]}
        operation = visit.phone.operation("job.addendum", other, manifest.signed(said, visit.phone.key))
        (outcome,) = await visit.phone.outcomes(operation)
        assert outcome["status"] == "held"

    async def test_by_somebody_who_never_had_the_job_is_held_and_added_to_nothing(self, visit: Visit) -> None:
        args, colleague = await self.of(visit), await visit.firm.phone(1)
        said = manifest.signed(args["manifest"] | {"note": "by me"}, colleague.key)
        (outcome,) = await colleague.outcomes(colleague.operation("job.addendum", visit.job, said))
        assert (outcome["status"], outcome["code"]) == ("held", None)
        assert [one["extends"] for one in await visit.kept()] == [None, None]


class TestOnePhotoOfTwoCompletions:
    async def test_is_handed_in_once_for_both(self, visit: Visit) -> None:
        photo = manifest.photo(b"the same plate", "image/jpeg")
        await visit.completes(photos=[photo])
        other = await visit.firm.assigned(visit.desk, 0)
        args = manifest.complete(facts(str(other["id"]), photos=[photo]), visit.phone.key)
        await visit.phone.outcomes(visit.phone.operation("job.complete", other, args))
        await visit.firm.client.put(
            f"/evidence/photos/{photo['sha256']}", content=b"the same plate", headers=visit.phone.person.headers
        )
        for job_id in (visit.id, other["id"]):
            (kept,) = (await visit.desk.get(f"/evidence/jobs/{job_id}/completions")).json()
            assert kept["photos"][0]["received_at"] is not None


class TestWhatAnOldAppSigned:
    async def test_stands_without_strokes_and_with_whatever_it_left_open(self, visit: Visit) -> None:
        """Form 1."""
        said: dict[str, Any] = {
            "job_id": visit.id,
            "text": "done",
            "locale": "en",
            "signer": SIGNER,
            "photos": [],
            "finished_at": NOW,
            "arrival": {"when": 7},
            "fees": [{"amount_minor": 0.5}],
        }
        assert (await visit.does("complete", manifest.signed(said, visit.phone.key)))["status"] == "applied"

"""Bad operations in a push: each gets its own code, and the good ones around it their effect (guarantee 8)."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from uuid_utils.compat import uuid7

from server.platform import db
from tests.journeys.firm import Firm, Phone

Operation = dict[str, Any]


def nested(levels: int) -> Any:
    """`levels` lists inside one another."""
    value: Any = "core"
    for _ in range(levels):
        value = [value]
    return value


async def on_the_road(firm: Firm) -> tuple[Phone, dict[str, Any]]:
    """A phone, and a job of its technician."""
    return await firm.phone(0), await firm.assigned(await firm.login("desk"), 0)


async def pushed(phone: Phone, body: bytes | str, kind: str = "application/json") -> Any:
    headers = {**phone.person.headers, "content-type": kind}
    return await phone.person.client.post("/sync/push", content=body, headers=headers)


def note(phone: Phone, job: Any, text: str = "好") -> Operation:
    return dict(phone.operation("job.note", job, {"text": text}))


async def notes_on(firm: Firm, job: Any) -> list[str]:
    answer = await (await firm.login("desk")).get(f"/jobs/{job['id']}")
    return [entry["text"] for entry in answer.json()["notes"]]


Spoil = Callable[[Operation], None]

BAD: dict[str, tuple[Spoil, str]] = {
    "an unknown kind": (lambda o: o.update(kind="job.dance"), "unknown_kind"),
    "a kind of another version": (lambda o: o.update(kind="job.note@2"), "unknown_kind"),
    "an unknown kind of an unknown type": (
        lambda o: o.update(kind="x.y", record={"type": "x", "id": "1"}),
        "unknown_kind",
    ),
    "an unknown record type": (lambda o: o["record"].update(type="moon"), "unknown_record"),
    "a record that is nobody's": (lambda o: o["record"].update(id=str(uuid7())), "unknown_record"),
    "an argument nobody knows": (lambda o: o["args"].update(colour="red"), "arguments_invalid"),
    "an argument of another type": (lambda o: o.update(args={"text": 5}), "arguments_invalid"),
    "a member nobody knows": (lambda o: o.update(version=2), "malformed"),
    "no arguments": (lambda o: o.pop("args"), "malformed"),
    "a negative base version": (lambda o: o.update(base_version=-1), "malformed"),
    "a base version beyond 2^53": (lambda o: o.update(base_version=2**63), "malformed"),
    "a time of another shape": (lambda o: o.update(at="yesterday"), "malformed"),
    "an op_id that is no UUID": (lambda o: o.update(op_id="17"), "op_id_invalid"),
    "no op_id": (lambda o: o.pop("op_id"), "op_id_invalid"),
    "an op_id of half a surrogate pair": (lambda o: o.update(op_id="\ud800"), "op_id_invalid"),
    "an op_id that is a number": (lambda o: o.update(op_id=2**70), "op_id_invalid"),
    "an op_id of version 4": (lambda o: o.update(op_id=str(uuid4())), "op_id_invalid"),
    "an op_id of no version": (lambda o: o.update(op_id="00000000-0000-0000-0000-000000000000"), "op_id_invalid"),
    "nesting of 33": (lambda o: o.update(args={"text": nested(32)}), "nested_too_deep"),
    "nesting of 500": (lambda o: o.update(args={"text": nested(500)}), "nested_too_deep"),
    "NaN": (lambda o: o.update(args={"text": float("nan")}), "number_not_finite"),
    "an infinity": (lambda o: o.update(args={"text": [float("-inf")]}), "number_not_finite"),
    "a control character": (lambda o: o.update(args={"text": "a\x00b"}), "text_forbidden_character"),
    "a control character of short name": (lambda o: o.update(args={"text": "a\bc"}), "text_forbidden_character"),
    "half a surrogate pair": (lambda o: o.update(args={"text": "\ud800"}), "text_forbidden_character"),
    "a forbidden character in the type": (lambda o: o["record"].update(type="\u202e" * 40), "text_forbidden_character"),
}


class TestBadOperationsAmongGoodOnes:
    """One batch of everything: good, bad, good, bad, … good."""

    async def test_are_refused_with_their_codes_and_the_queue_passes(self, firm: Firm) -> None:
        phone, job = await on_the_road(firm)
        sent, codes = self.interleaved(phone, job)
        answer = await pushed(phone, json.dumps(phone.batch(*sent)))
        assert answer.status_code == 200, answer.text
        assert "unreadable" not in answer.json()
        assert answer.json()["last_seq"] == len(sent)
        said = answer.json()["outcomes"]
        bad = said[1::2]
        assert dict(zip(BAD, [o["code"] for o in bad], strict=True)) == codes
        assert {o["status"] for o in bad} == {"rejected"}
        assert {(o["status"], o["code"]) for o in said[::2]} == {("applied", None)}
        assert await notes_on(firm, job) == [str(n) for n in range(len(BAD) + 1)]
        kept = await db.fetch_value("SELECT count(*) FROM sync_operation WHERE status = 'rejected'")
        assert kept == len(BAD)
        # A retry travels in another batch, and must be recognised there (guarantee 2): alone, and beside an operation
        # that cannot be read by the quick way.
        worse = note(phone, job) | {"args": {"text": float("nan")}}
        for outcome, operation in zip(said, sent, strict=True):
            for retry in ([operation], [operation, worse]):
                again = await pushed(phone, json.dumps(phone.batch(*retry)))
                assert again.json()["outcomes"][0] == outcome

    def interleaved(self, phone: Phone, job: Any) -> tuple[list[Operation], dict[str, str]]:
        sent, codes = [note(phone, job, "0")], {}
        for n, (what, (spoil, code)) in enumerate(BAD.items(), 1):
            bad = note(phone, job, "bad")
            spoil(bad)
            sent += [bad, note(phone, job, str(n))]
            codes[what] = code
        return sent, codes


class TestBytesThatNoParserFollows:
    async def test_spoil_only_their_operation(self, firm: Firm) -> None:
        phone, job = await on_the_road(firm)
        deep = "[" * 100_000 + "]" * 100_000
        found = {}
        for what, text in {"no UTF-8": b'"\xff\xfe"', "endless nesting": deep.encode(), "1e999": b"1e999"}.items():
            sent = phone.batch(note(phone, job, "XX"), note(phone, job))
            answer = await pushed(phone, json.dumps(sent).encode().replace(b'"XX"', text))
            found[what] = [o["code"] for o in answer.json()["outcomes"]]
        assert found == {
            "no UTF-8": ["text_forbidden_character", None],
            "endless nesting": ["nested_too_deep", None],
            "1e999": ["number_not_finite", None],
        }
        as_deep_as_allowed = phone.operation("job.note", job, {"text": nested(31)})
        assert [o["code"] for o in await phone.outcomes(as_deep_as_allowed)] == ["arguments_invalid"]


SEQS: tuple[Any, ...] = (0, -1, 2**53 + 1, 2**63, 2**64, 1.0, 1.5, True, "1", None, [1], {})


class TestASeqThatIsNone:
    async def test_is_named_and_what_stands_before_it_is_judged(self, firm: Firm) -> None:
        phone, job = await on_the_road(firm)
        for seq in SEQS:
            good, bad, behind = note(phone, job), note(phone, job), note(phone, job)
            answer = await pushed(phone, json.dumps(phone.batch(good, bad | {"seq": seq}, behind)))
            assert answer.status_code == 200, answer.text
            said = answer.json()
            assert [(o["seq"], o["status"]) for o in said["outcomes"]] == [(good["seq"], "applied")], seq
            assert said["expected_seq"] == bad["seq"]
            assert [(u["index"], u["code"]) for u in said["unreadable"]] == [(1, "seq_invalid")]
            assert [o["status"] for o in await phone.outcomes(bad, behind)] == ["applied", "applied"]

        # Alone it leaves nothing to judge: the request is refused.
        nothings: tuple[Any, ...] = (5, None, [], {}, "operation")
        for sent in nothings:
            answer = await pushed(phone, json.dumps(phone.batch(sent)))
            assert (answer.status_code, answer.json()["code"]) == (400, "seq_invalid")
            assert answer.json()["extra"]["unreadable"][0]["index"] == 0


class TestAnOpIdOfAnotherDevice:
    async def test_spoils_only_the_deed_that_borrows_it(self, firm: Firm) -> None:
        phone, job = await on_the_road(firm)
        other = await firm.phone(1)
        theirs = note(other, await firm.assigned(await firm.login("desk"), 1))
        assert (await other.outcomes(theirs))[0]["status"] == "applied"
        stolen = note(phone, job) | {"op_id": theirs["op_id"]}
        outcomes = await phone.outcomes(stolen, note(phone, job))
        assert [(o["status"], o["code"]) for o in outcomes] == [("rejected", "op_id_reused"), ("applied", None)]
        # Twice in one batch, the good one first.
        good, bad = note(phone, job, "好"), note(phone, job)
        outcomes = await phone.outcomes(good, bad | {"op_id": good["op_id"], "kind": "job.dance"})
        assert [(o["status"], o["code"]) for o in outcomes] == [("applied", None), ("rejected", "op_id_reused")]


class TestAClockThatIsWrong:
    async def test_is_corrected_and_never_refused(self, firm: Firm) -> None:
        phone, job = await on_the_road(firm)
        for wall_ms in (0, -(2**63), 2**63 - 1, 946_684_799_000, 4_102_444_800_000):
            operation = note(phone, job)
            operation["at"] = {"wall_ms": wall_ms, "monotonic_ms": 5, "boot_id": "another boot"}
            assert (await phone.outcomes(operation))[0]["status"] == "applied"
            (row,) = await db.fetch("SELECT grade, at FROM sync_operation ORDER BY seq DESC LIMIT 1")
            assert row["grade"] == "suspect"
            assert json.loads(row["at"])["wall_ms"] == wall_ms
        sent = phone.batch(note(phone, job)) | {"sent_at": {"wall_ms": 2**62, "monotonic_ms": -(2**62), "boot_id": "b"}}
        answer = await pushed(phone, json.dumps(sent))
        assert [o["status"] for o in answer.json()["outcomes"]] == ["applied"]


class TestASignedCompletionWithAnImpossibleDate:
    async def test_is_held_for_a_person_and_kept(self, firm: Firm) -> None:
        phone, job = await on_the_road(firm)
        dates = ("1999-12-31T23:59:59+00:00", "2099-01-01T00:00:00+08:00", "0001-01-01T00:00:00+14:00")
        outcomes = await phone.outcomes(*(phone.complete(job, finished_at=date) for date in dates))
        assert [o["status"] for o in outcomes] == ["held"] * 3
        kept = await (await firm.login("desk")).get(f"/evidence/jobs/{job['id']}/completions")
        assert [(c["valid"], c["fault"]) for c in kept.json()] == [(False, "time_out_of_range")] * 3


class TestARequestThatIsTooLargeOrNoPush:
    async def test_is_refused_whole_and_parts_of_it_are_taken(self, firm: Firm) -> None:
        phone, job = await on_the_road(firm)
        batch = [note(phone, job) for _ in range(501)]
        answer = await phone.push(*batch)
        assert (answer.status_code, answer.json()["code"]) == (413, "batch_too_large")
        assert answer.json()["extra"]["limit"] == 500
        assert len(await phone.outcomes(*batch[:500])) == 500
        huge = note(phone, job, "x" * 5_000_000)
        answer = await phone.push(batch[500], huge)
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
        assert [o["status"] for o in await phone.outcomes(batch[500])] == ["applied"]
        await self.refused_when_it_is_no_push(phone)

    async def refused_when_it_is_no_push(self, phone: Phone) -> None:
        bodies = {
            "": "malformed",
            "{": "malformed",
            "[" * 100_000: "invalid",
            '"' + '\\"' * 500_000: "malformed",
            "5": "invalid",
            "{}": "invalid",
            '{"device_id":1,"sent_at":NaN,"operations":[]}': "invalid",
        }
        for body, code in bodies.items():
            answer = await pushed(phone, body)
            assert (answer.status_code, answer.json()["code"]) == (400, code), body[:20]
        answer = await pushed(phone, b'{"\x80device_id":1}')  # found by test_fuzz
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")

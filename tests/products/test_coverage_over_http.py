"""Coverage and warranty policies over HTTP, on a real database: what is answered, to whom, and again years later."""

import secrets
import uuid
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from server.platform import db
from server.platform.errors import Refused
from server.products import actions, coverage_store
from server.products.policies import shipped
from server.products.rules.policy import Policy
from tests.journeys.firm import Firm, Person
from tests.products.builders import policy, repair, term
from tests.products.shop import added, stocked

TODAY = date.today()  # noqa: DTZ011  # tests stay clear of midnight by whole days


async def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def ask(person: Person, path: str) -> Any:
    """Like `person.get`, with a query string in the path."""
    return await person.client.get(path, headers=person.headers)


async def coverage(person: Person, unit: dict[str, Any], **query: Any) -> dict[str, Any]:
    answer = await person.get(f"/units/{unit['id']}/coverage", **query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


class TestCoverage:
    async def test_both_sources_and_the_better_of_them(self, firm: Firm) -> None:
        hq = await stocked(firm)
        unit = await added(hq, firm, sold_on="2024-06-01")
        found = await coverage(hq, unit, on="2024-06-20", fault="compressor")
        assert (found["covered"], found["until"]) == (True, "2027-06-01")
        assert found["statute"]["until"] == "2027-06-01"
        assert found["promise"]["until"] == "2026-06-01"
        assert found["pays"] == {"parts": "maker", "labour": "maker", "travel": "maker"}
        assert "2027年6月1日" in found["sentence"]["zh"]
        assert "1 June 2027" in found["sentence"]["en"]
        assert found["lines"][0]["policy_version"] == 1

    async def test_by_component_without_a_fault(self, firm: Firm) -> None:
        hq = await stocked(firm)
        found = await coverage(hq, await added(hq, firm, sold_on="2024-06-01"), on="2026-06-20")
        rows = {line["component"]: (line["covered"], line["until"]) for line in found["lines"]}
        assert rows == {"whole_unit": (False, "2026-06-01"), "main_parts": (True, "2027-06-01")}

    async def test_today_when_no_day_is_named(self, firm: Firm) -> None:
        hq = await stocked(firm)
        found = await coverage(hq, await added(hq, firm))
        assert abs(date.fromisoformat(found["on"]) - TODAY) <= timedelta(days=1)
        assert found["covered"]

    async def test_a_technicians_finding_excludes(self, firm: Firm) -> None:
        hq = await stocked(firm)
        unit = await added(hq, firm, sold_on="2024-06-01")
        found = await coverage(hq, unit, on="2024-06-20", fault="compressor", exclusion="misuse")
        assert (found["covered"], found["reasons"][0]) == (False, "misuse")
        assert [remedy["paid_by"] for remedy in found["remedies"]] == ["customer"]

    async def test_days_in_repair_extend_the_term_and_the_past_stays(self, firm: Firm) -> None:
        hq = await stocked(firm)
        unit = await added(hq, firm, sold_on="2024-06-01")
        before = await coverage(hq, unit, on="2024-06-20")
        await actions.record_repair(uuid.UUID(unit["id"]), repair("2024-07-01", "2024-07-11"))
        assert (await coverage(hq, unit, on="2024-09-01"))["until"] == "2026-06-11"
        after = await coverage(hq, unit, on="2024-06-20")
        assert {**after, "judged_by": None} == {**before, "judged_by": None}

    async def test_two_repairs_that_did_not_cure_give_an_exchange(self, firm: Firm) -> None:
        hq = await stocked(firm)
        unit = await added(hq, firm, sold_on="2024-06-01")
        for month in (7, 8):
            failed = repair(f"2024-0{month}-01", f"2024-0{month}-02", "door", cured=False)
            await actions.record_repair(uuid.UUID(unit["id"]), failed)
        found = await coverage(hq, unit, on="2024-10-01", fault="door")
        assert {remedy["kind"] for remedy in found["remedies"]} == {"refund", "exchange", "repair"}

    async def test_a_missing_proof_is_told_by_each_source(self, firm: Firm) -> None:
        hq = await stocked(firm)
        unit = await added(hq, firm, sold_on=None, proof="missing", manufactured_on="2024-03-01")
        found = await coverage(hq, unit, on="2024-07-05")
        assert (found["statute"]["covered"], found["promise"]["covered"]) == (False, True)

    BAD_QUESTIONS = (
        ("on=1066-10-14", "time_out_of_range"),
        ("on=2100-01-01", "time_out_of_range"),
        ("on=soon", "invalid"),
        ("on=2024-02-30", "invalid"),
        ("fault=Compressor!", "invalid"),
        ("fault=%00", "invalid"),
        ("fault=" + "a" * 65, "invalid"),
        ("fault=door&severity=dire", "invalid"),
        ("fault=door&exclusion=weather", "invalid"),
        ("fault_code=", "invalid"),
        ("fault_code=" + "e" * 65, "invalid"),
        ("fault_code=%E2%80%AEe5", "text_forbidden_character"),
        ("known_at=yesterday", "invalid"),
        ("known_at=2024-06-20T00:00:00", "invalid"),
        ("known_at=9999-12-31T23:59:59Z", "time_out_of_range"),
    )

    async def test_a_bad_question_is_refused(self, firm: Firm) -> None:
        hq = await stocked(firm)
        unit = await added(hq, firm)
        for query, code in self.BAD_QUESTIONS:
            await refused(await ask(hq, f"/units/{unit['id']}/coverage?{query}"), 400, code)


class TestPolicies:
    NEW = policy(term(months=36), code="company-promise", version=2, effective_from=date(2025, 1, 1))

    async def test_a_new_installation_has_the_shipped_ones(self, firm: Firm) -> None:
        found = (await (await firm.login("auditor")).get("/warranty-policies")).json()
        assert [(p["code"], p["version"]) for p in found] == [("cn-three-guarantees", 1), ("company-promise", 1)]
        assert msgspec.convert(found, list[Policy]) == sorted(shipped(), key=lambda one: one.code)

    async def test_every_start_leaves_them_as_they_are(self, firm: Firm) -> None:
        before = await db.fetch("SELECT * FROM warranty_policy ORDER BY id")
        await actions.ensure_default_policies()
        assert await db.fetch("SELECT * FROM warranty_policy ORDER BY id") == before

    async def test_a_new_version_holds_for_what_is_sold_from_its_first_day(self, firm: Firm) -> None:
        hq = await stocked(firm)
        assert (await hq.post("/warranty-policies", msgspec.to_builtins(self.NEW))).status_code == 201
        until = {}
        for sold in ("2024-12-31", "2025-01-01"):
            unit = await added(hq, firm, sold_on=sold)
            found = (await hq.get(f"/units/{unit['id']}/coverage", on="2025-02-01")).json()
            until[sold] = found["promise"]["until"]
        assert until == {"2024-12-31": "2026-12-31", "2025-01-01": "2028-01-01"}

    async def test_a_version_is_never_replaced(self, firm: Firm) -> None:
        hq = await firm.login("hq")
        same_number = msgspec.to_builtins(msgspec.structs.replace(self.NEW, version=1))
        await refused(await hq.post("/warranty-policies", same_number), 409, "policy_taken")

    async def test_an_unfit_one_is_refused_by_name(self, firm: Firm) -> None:
        hq = await firm.login("hq")
        answer = await hq.post("/warranty-policies", msgspec.to_builtins(policy(term())))
        await refused(answer, 400, "invalid")
        assert answer.json()["extra"]["reason"] == "term_needs_one_length"

    async def test_only_headquarters_publishes(self, firm: Firm) -> None:
        for username in ("desk", "tech0", "auditor"):
            person = await firm.login(username)
            await refused(await person.post("/warranty-policies", msgspec.to_builtins(self.NEW)), 403, "forbidden")

    async def test_everything_wrong_is_told_at_once_in_both_languages(self, firm: Firm) -> None:
        hq = await firm.login("hq")
        sent = msgspec.to_builtins(self.NEW) | {"terms": [msgspec.to_builtins(term(months=-1, covers=()))]}
        answer = await hq.post("/warranty-policies", sent)
        await refused(answer, 400, "invalid")
        faults = answer.json()["extra"]["faults"]
        assert [fault["code"] for fault in faults] == ["length_negative", "term_covers_nothing"]
        assert all(fault["text_zh"] and fault["text_en"] for fault in faults)

    UNKNOWN = (
        (term("compresor", months=12), "component_unknown"),
        (term(months=12, product_lines=("air_conditoner",)), "line_unknown"),
    )

    async def test_what_nobody_knows_is_no_part_of_a_policy(self, firm: Firm) -> None:
        hq = await stocked(firm)
        for slip, reason in self.UNKNOWN:
            answer = await hq.post("/warranty-policies", msgspec.to_builtins(policy(slip, code="slipped")))
            await refused(answer, 400, "invalid")
            assert answer.json()["extra"]["reason"] == reason

    async def test_nothing_half_done(self, firm: Firm) -> None:
        before = await db.fetch_value("SELECT count(*) FROM warranty_policy")
        hq = await firm.login("hq")
        for unfit in (policy(term()), policy(term(months=12), source="statute", code="company-promise", version=9)):
            assert (await hq.post("/warranty-policies", msgspec.to_builtins(unfit))).status_code == 400
        assert await db.fetch_value("SELECT count(*) FROM warranty_policy") == before


class TestKnownAt:
    """What was answered once is answered again, whatever has been recorded since; now it may be answered otherwise."""

    async def test_every_answer_says_by_what_it_was_judged(self, firm: Firm) -> None:
        hq = await stocked(firm)
        unit = await added(hq, firm, sold_on="2024-06-01")
        await actions.record_repair(uuid.UUID(unit["id"]), repair("2024-07-01", "2024-07-11"))
        by = (await coverage(hq, unit, on="2024-09-01"))["judged_by"]
        assert {(one["code"], one["source"]) for one in by["policies"]} == {
            ("cn-three-guarantees", "statute"),
            ("company-promise", "promise"),
        }
        assert (by["facts"]["sold_on"], by["facts"]["country"]) == ("2024-06-01", "CN")
        assert [(one["component"], one["finished_on"]) for one in by["facts"]["repairs"]] == [
            ("compressor", "2024-07-11")
        ]

    async def test_later_records_change_no_answer_of_the_past(self, firm: Firm) -> None:
        hq = await stocked(firm)
        unit = await added(hq, firm, sold_on="2024-06-01", country="CN")
        unit_id = uuid.UUID(unit["id"])
        first = await actions.record_repair(unit_id, repair("2024-07-01", None))
        asked = {"on": "2025-05-01", "fault": "compressor"}
        then = await coverage(hq, unit, **asked)
        assert then["until"] == "2028-03-31"  # 304 days with us, by all that was known

        finished = await actions.correct_repair(first, repair("2024-07-01", "2024-07-11"))
        await self.sold_otherwise(hq, unit, "2023-06-01")
        code = f"promise-{secrets.token_hex(4)}"
        more = policy(term(months=60), code=code, effective_from=date(2020, 1, 1))
        assert (await hq.post("/warranty-policies", msgspec.to_builtins(more))).status_code == 201

        now = await coverage(hq, unit, **asked)
        assert now["judged_by"]["facts"]["sold_on"] == "2023-06-01"
        assert now["promise"]["until"] == "2028-06-11"
        again = await coverage(hq, unit, **asked, known_at=then["judged_by"]["known_at"])
        assert again == then

        await actions.correct_repair(finished, None)
        assert (await coverage(hq, unit, **asked))["promise"]["until"] == "2028-06-01"
        assert await coverage(hq, unit, **asked, known_at=now["judged_by"]["known_at"]) == now

    async def sold_otherwise(self, hq: Person, unit: dict[str, Any], sold_on: str) -> None:
        answer = await hq.client.patch(
            f"/units/{unit['id']}", json={"sold_on": sold_on, "base_version": unit["version"]}, headers=hq.headers
        )
        assert answer.status_code == 200, answer.text

    async def test_today_is_the_day_of_that_moment_and_before_the_unit_was_on_record_there_is_none(
        self, firm: Firm
    ) -> None:
        hq = await stocked(firm)
        unit = await added(hq, firm)
        known_at = (await coverage(hq, unit))["judged_by"]["known_at"]
        assert abs(date.fromisoformat((await coverage(hq, unit, known_at=known_at))["on"]) - TODAY) <= timedelta(days=1)
        before = await hq.get(f"/units/{unit['id']}/coverage", known_at="2020-01-01T00:00:00Z")
        await refused(before, 404, "unit_unknown_then")

    async def test_a_record_is_corrected_once(self, firm: Firm) -> None:
        unit = await added(await stocked(firm), firm)
        first = await actions.record_repair(uuid.UUID(unit["id"]), repair("2024-07-01", None))
        newest = await actions.correct_repair(first, repair("2024-07-01", "2024-07-02"))
        for known, code in ((first, "repair_corrected"), (uuid.uuid4(), "not_found")):
            with pytest.raises(Refused) as fault:
                await actions.correct_repair(known, None)
            assert fault.value.code == code
        (standing,) = await coverage_store.repairs_of(uuid.UUID(unit["id"]))
        assert (standing.id, standing.repair.finished_on) == (newest, date(2024, 7, 2))


class TestReportedByCode:
    CODE = {"line_code": "air_conditioner", "code": "E5", "component": "compressor", "severity": "major"}

    async def test_a_fault_code_stands_for_its_component(self, firm: Firm) -> None:
        hq = await stocked(firm)
        unit = await added(hq, firm, sold_on="2024-06-01")
        await hq.post("/component-groups", {"code": "compressor", "name": "压缩机", "name_en": "compressor"})
        await hq.post("/fault-codes", self.CODE | {"text": "压缩机过流", "text_en": "Compressor current too high"})
        found = await coverage(hq, unit, on="2026-06-20", fault_code="E5")
        assert (found["component"], found["until"]) == ("compressor", "2027-06-01")
        assert found["sentence"]["zh"].startswith("压缩机可免费修理")

    async def test_one_that_the_line_does_not_have_is_refused(self, firm: Firm) -> None:
        hq = await stocked(firm)
        unit = await added(hq, firm)
        await refused(await hq.get(f"/units/{unit['id']}/coverage", fault_code="E99"), 422, "fault_code_unknown")


class TestPreview:
    LESS = policy(term(months=6), code="company-promise", version=7, effective_from=date(2024, 1, 1))
    MORE = policy(term(months=60), code="more-promised", effective_from=date(2024, 1, 1))

    async def test_says_who_gains_and_who_loses_and_keeps_nothing(self, firm: Firm) -> None:
        hq = await stocked(firm)
        for sold_on in ("2023-12-31", "2024-06-01"):
            await added(hq, firm, sold_on=sold_on)
        kept = await db.fetch_value("SELECT count(*) FROM warranty_policy")
        for sent, worse in ((self.LESS, True), (self.MORE, False)):
            answer = await hq.client.post(
                "/warranty-policies/preview?on=2024-12-15", json=msgspec.to_builtins(sent), headers=hq.headers
            )
            assert answer.status_code == 200, answer.text
            found = answer.json()
            assert (found["lose"] > 0, found["gain"] > 0) == (worse, not worse)
            assert found["judged"] == found["concerned"] >= found["gain"] + found["lose"] + found["both"]
            changed = found["examples"][0]
            assert changed["before"]["zh"] != changed["after"]["zh"]
            assert (changed["until_before"] > changed["until_after"]) == worse
        assert await db.fetch_value("SELECT count(*) FROM warranty_policy") == kept

    async def test_refuses_what_could_not_be_published(self, firm: Firm) -> None:
        hq = await firm.login("hq")
        await refused(await hq.post("/warranty-policies/preview", msgspec.to_builtins(policy(term()))), 400, "invalid")

    async def test_is_for_those_who_publish(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        sent = msgspec.to_builtins(self.MORE)
        await refused(await desk.post("/warranty-policies/preview", sent), 403, "forbidden")

"""Repairs and installations that follow from jobs, and products that technicians scan on site."""

import asyncio
import itertools
import random
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
import rfc8785

from server.platform import db
from server.products import cards
from tests.journeys.firm import Firm, Person, Phone
from tests.journeys.standing import firm, reviews_of, standing
from tests.products.shop import GTIN, LINE, added, stocked
from tests.sync.follower import follower

__all__ = ["firm", "standing"]

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOBODYS = "0197a0d6-0000-7000-8000-000000000001"
SERIALS = (f"SN-{n:04}" for n in itertools.count(1))


def day(ago: timedelta = timedelta(0)) -> str:
    return (datetime.now(SHANGHAI) - ago).date().isoformat()


class Visit:
    """A technician's job at a product."""

    def __init__(self, desk: Person, hq: Person, phone: Phone, unit: Any, job: Any) -> None:
        self.desk, self.hq, self.phone, self.unit, self.job = desk, hq, phone, unit, job

    def do(self, kind: str, ago: timedelta = timedelta(0), **args: Any) -> Any:
        return self.phone.operation(f"job.{kind}", self.job, args, ago)

    def complete(self, ago: timedelta = timedelta(0), **report: Any) -> Any:
        operation = self.phone.complete(self.job, ago=ago)
        manifest = operation["args"]["manifest"] | ({"report": report} if report else {})
        operation["args"] = {"manifest": manifest, "signature": self.phone.key.sign(rfc8785.dumps(manifest))}
        return operation

    async def repairs(self, unit_id: str | None = None) -> list[dict[str, Any]]:
        """Those that stand."""
        rows = await db.fetch(
            "SELECT component, started_on::text, finished_on::text, cured, delay, fault_code FROM unit_repair r"
            " WHERE unit_id = $1 AND NOT never_was AND NOT EXISTS (SELECT FROM unit_repair c WHERE c.corrects = r.id)",
            unit_id or self.unit["id"],
        )
        return [dict(row) for row in rows]

    async def now(self) -> Any:
        return (await self.desk.get(f"/jobs/{self.job['id']}")).json()


async def stocked_once(firm: Firm) -> Person:
    """Headquarters, with a catalogue."""
    hq = await firm.login("hq")
    if (await hq.get("/models")).json()["items"] == []:
        await stocked(firm)
        for code in ("installation", "inspection"):
            await hq.post("/job-types", {"code": code, "name": code})
    return hq


async def sent(firm: Firm, number: int = 0, /, job_type: str = "repair", unit: Any = None, **fields: Any) -> Visit:
    desk, phone = await firm.login("desk"), await firm.phone(number)
    hq = await stocked_once(firm)
    unit = unit or await added(hq, firm, serial=next(SERIALS))
    opened_at = (datetime.now(UTC) - 6 * DAY).isoformat()
    asked = {"unit_id": unit["id"], "opened_at": opened_at, "job_type": job_type} | fields
    return Visit(desk, hq, phone, unit, await firm.assigned(desk, number, **asked))


class TestARepair:
    async def test_follows_the_completion(self, firm: Firm) -> None:
        visit = await sent(firm)
        await visit.phone.outcomes(visit.do("arrive", 3 * DAY), visit.do("start", 3 * DAY))
        assert await visit.repairs() == []
        await visit.phone.outcomes(visit.complete(component="compressor", fault_code="E5"))
        assert await visit.repairs() == [
            {
                "component": "compressor",
                "started_on": day(3 * DAY),
                "finished_on": day(),
                "cured": True,
                "delay": None,
                "fault_code": "E5",
            }
        ]

    async def test_that_says_nothing_of_the_fault_was_of_the_whole_unit(self, firm: Firm) -> None:
        visit = await sent(firm)
        await visit.phone.outcomes(visit.complete(component="'; DROP TABLE job", fault_code=7, cured="no"))
        (repair,) = await visit.repairs()
        assert (repair["component"], repair["fault_code"], repair["cured"]) == ("whole_unit", "", True)

    async def test_waits_for_parts(self, firm: Firm) -> None:
        visit = await sent(firm)
        wait = {"reason": "压缩机缺货", "cause": "waiting_for_parts"}
        await visit.phone.outcomes(visit.do("arrive", 2 * DAY), visit.do("pause", 2 * DAY, **wait))
        (repair,) = await visit.repairs()
        assert (repair["started_on"], repair["finished_on"], repair["delay"]) == (day(2 * DAY), None, "parts")
        await visit.phone.outcomes(visit.do("resume"), visit.complete())
        (repair,) = await visit.repairs()
        assert (repair["finished_on"], repair["delay"]) == (day(), None)

    async def test_that_could_not_be_done_did_not_cure(self, firm: Firm) -> None:
        visit = await sent(firm)
        await visit.phone.outcomes(visit.do("arrive", DAY), visit.do("cannot_complete", reason="修不好"))
        (repair,) = await visit.repairs()
        assert (repair["finished_on"], repair["cured"]) == (day(), False)

    async def test_is_none_where_nobody_was_let_in(self, firm: Firm) -> None:
        visit = await sent(firm)
        came = visit.do("arrive", DAY)
        await visit.phone.outcomes(came, visit.do("cannot_complete", reason="无人", cause="no_access"))
        assert await visit.repairs() == []

    async def test_is_only_of_repair_jobs(self, firm: Firm) -> None:
        visit = await sent(firm, job_type="inspection")
        await visit.phone.outcomes(visit.complete())
        assert await visit.repairs() == []

    async def test_says_what_did_not_cure(self, firm: Firm) -> None:
        visit = await sent(firm)
        await visit.phone.outcomes(visit.complete(component="compressor", cured=False))
        (repair,) = await visit.repairs()
        assert repair["cured"] is False

    async def test_goes_on_when_the_work_is_taken_up_again(self, firm: Firm) -> None:
        visit = await sent(firm)
        await visit.phone.outcomes(visit.do("arrive", DAY), visit.complete())
        assert (await visit.desk.post(f"/jobs/{visit.job['id']}/reopen", {"reason": "又坏了"})).status_code == 200
        (repair,) = await visit.repairs()
        assert (repair["started_on"], repair["finished_on"]) == (day(DAY), None)

    async def test_is_counted_by_the_verdict(self, firm: Firm) -> None:
        visit = await sent(firm)
        before = (await visit.desk.get(f"/units/{visit.unit['id']}/coverage")).json()["until"]
        await visit.phone.outcomes(visit.do("arrive", 4 * DAY), visit.complete())
        after = (await visit.desk.get(f"/units/{visit.unit['id']}/coverage")).json()["until"]
        assert datetime.fromisoformat(after) - datetime.fromisoformat(before) == 4 * DAY

    async def test_follows_a_settlement_and_its_undoing(self, firm: Firm) -> None:
        visit = await sent(firm)
        await visit.desk.post(f"/jobs/{visit.job['id']}/cancel", {"reason": "改期"})
        await visit.phone.outcomes(visit.do("arrive", DAY), visit.complete())
        assert await visit.repairs() == []
        (review,) = await reviews_of(visit.desk, visit.job)
        for step, expected in (("settle", 1), ("undo", 0), ("settle", 1)):
            body = {"choice": "accept_work"} if step == "settle" else None
            answer = await visit.desk.post(f"/reviews/{review['id']}/{step}", body)
            assert answer.status_code == 200, answer.text
            assert len(await visit.repairs()) == expected, step

    async def test_moves_to_the_product_that_was_worked_on(self, firm: Firm) -> None:
        visit = await sent(firm)
        other = await added(visit.hq, firm, serial=next(SERIALS))
        await visit.phone.outcomes(visit.complete(unit_id=other["id"], component="compressor"))
        (review,) = await reviews_of(visit.desk, visit.job)
        assert len(await visit.repairs()) == 1
        await visit.desk.post(f"/reviews/{review['id']}/settle", {"choice": "field_product"})
        assert (await visit.repairs(), len(await visit.repairs(other["id"]))) == ([], 1)
        await visit.desk.post(f"/reviews/{review['id']}/undo")
        assert (len(await visit.repairs()), await visit.repairs(other["id"])) == (1, [])


class TestWhatTheCatalogueKnows:
    async def test_says_which_component_a_fault_code_means(self, firm: Firm) -> None:
        visit = await sent(firm)
        code = {"line_code": LINE["code"], "code": "E9", "component": "control_board", "text": "主板故障"}
        assert (await visit.hq.post("/fault-codes", code)).status_code == 201
        await visit.phone.outcomes(visit.complete(fault_code="e9"))
        (repair,) = await visit.repairs()
        assert (repair["component"], repair["fault_code"]) == ("control_board", "e9")

    async def test_tells_the_phone_of_notices_and_parts_and_hears_what_was_served(self, firm: Firm) -> None:
        visit = await sent(firm)
        (model,) = (await visit.hq.get("/models")).json()["items"]
        part = {"component": "compressor", "part_number": "K-1", "name": "压缩机", "name_en": "Compressor"}
        assert (await visit.hq.post(f"/models/{model['id']}/parts", part)).status_code == 201
        published = [
            await visit.hq.post(
                "/notices", NOTICE | {"concerns": [{"gtins": [GTIN], "serial_from": s, "serial_to": s}]}
            )
            for s in (visit.unit["serial"], "SN-X999")
        ]
        notice, others = (answer.json()["id"] for answer in published)
        await looked_at()
        held = follower(visit.phone)
        card = (await held.read())["unit_card", visit.unit["id"]]
        assert [(one["id"], one["served"], one["text"]) for one in card["notices"]] == [(notice, False, NOTICE["text"])]
        assert card["parts"] == [part]
        await visit.phone.outcomes(visit.complete(served=[notice, others, NOBODYS, "x", 7, None]))
        await looked_at()
        card = (await held.read())["unit_card", visit.unit["id"]]
        assert [one["served"] for one in card["notices"]] == [True]
        assert await db.fetch_value("SELECT count(*) FROM notice_served") == 1


NOTICE: dict[str, Any] = {
    "kind": "bulletin",
    "severity": "note",
    "title": "更换排水泵垫圈",
    "text": "上门时一并更换。",
    "from_on": day(DAY),
}


class TestRepeatsAndLatePushes:
    @pytest.mark.parametrize("seed", range(3))
    async def test_give_the_same_repair(self, firm: Firm, seed: int) -> None:
        """The same day's work, cut into batches and repeated at will."""
        chance = random.Random(seed)
        visit = await sent(firm)
        wait = {"reason": "缺货", "cause": "waiting_for_parts"}
        done = [
            visit.do("arrive", 3 * DAY),
            visit.do("pause", 3 * DAY, **wait),
            visit.do("resume", MINUTE),
            visit.complete(component="compressor", fault_code="E5"),
        ]
        handed_in = 0
        while handed_in < len(done):
            upto = chance.randint(handed_in, len(done))
            await visit.phone.outcomes(*done[chance.randint(0, handed_in) : upto])
            handed_in = max(handed_in, upto)
        await visit.phone.outcomes(*done)
        assert await visit.repairs() == [
            {
                "component": "compressor",
                "started_on": day(3 * DAY),
                "finished_on": day(),
                "cured": True,
                "delay": None,
                "fault_code": "E5",
            }
        ]

    async def test_of_two_technicians_in_either_order_begin_with_the_first_visit(self, firm: Firm) -> None:
        told = []
        for late_first in (True, False):
            visit = await sent(firm)
            second = await firm.phone(1)
            starts = datetime.now(UTC) + timedelta(days=20 + late_first)
            wanted = {"technician_id": firm.technicians[1], "starts_at": starts.isoformat()}
            await visit.desk.post(f"/jobs/{visit.job['id']}/unassign", {"reason": ""})
            assert (await visit.desk.post(f"/jobs/{visit.job['id']}/assign", wanted)).status_code == 200
            job = await visit.now()
            early = (visit.phone, visit.do("arrive", 4 * DAY))
            late = (second, second.complete(job))
            for phone, done in (late, early) if late_first else (early, late):
                await phone.outcomes(done)
            told.append(await visit.repairs())
        assert told[0] == told[1]
        assert [repair["started_on"] for repair in told[0]] == [day(4 * DAY)]


class TestAnInstallation:
    async def test_says_since_when_the_unit_is_in(self, firm: Firm) -> None:
        visit = await sent(firm, job_type="installation")
        await visit.phone.outcomes(visit.complete(DAY))
        unit = (await visit.desk.get(f"/units/{visit.unit['id']}")).json()
        assert unit["installed_on"] == day(DAY)
        held = (await follower(visit.phone).read())["unit", visit.unit["id"]]
        assert held["installed_on"] == day(DAY)
        await visit.desk.post(f"/jobs/{visit.job['id']}/reopen", {"reason": "装错了"})
        assert (await visit.desk.get(f"/units/{visit.unit['id']}")).json()["installed_on"] is None

    async def test_of_a_product_that_was_only_scanned_is_known_when_that_is_settled(self, firm: Firm) -> None:
        visit = await sent(firm, job_type="installation", unit_id=None)
        serial = next(SERIALS)
        await visit.phone.outcomes(visit.complete(DAY, scanned={"gtin": GTIN, "serial": serial}))
        (review,) = await reviews_of(visit.desk, visit.job)
        assert list(review["choices"]) == ["office_product", "field_product"]
        answer = await visit.desk.post(f"/reviews/{review['id']}/settle", {"choice": "field_product"})
        assert answer.status_code == 200, answer.text
        (made,) = (await visit.desk.get("/units", q=serial)).json()["items"]
        assert made["installed_on"] == day(DAY)

    async def test_leaves_the_day_that_somebody_entered(self, firm: Firm) -> None:
        known = await added(await stocked_once(firm), firm, serial=next(SERIALS), installed_on=day(30 * DAY))
        visit = await sent(firm, job_type="installation", unit=known)
        await visit.phone.outcomes(visit.complete())
        assert (await visit.desk.get(f"/units/{known['id']}")).json()["installed_on"] == day(30 * DAY)


class TestAScan:
    async def test_of_the_jobs_product_is_kept_and_asks_nothing(self, firm: Firm) -> None:
        visit = await sent(firm)
        (outcome,) = await visit.phone.outcomes(visit.do("scan", gtin=GTIN, serial=visit.unit["serial"]))
        assert (outcome["status"], outcome["review_id"]) == ("applied", None)
        assert (await visit.now())["scanned"]["serial"] == visit.unit["serial"]

    async def test_of_another_product_asks_which_is_right(self, firm: Firm) -> None:
        visit = await sent(firm)
        other = await added(visit.hq, firm, serial=next(SERIALS))
        (outcome,) = await visit.phone.outcomes(visit.do("scan", gtin=GTIN, serial=other["serial"]))
        (review,) = await reviews_of(visit.desk, visit.job)
        assert (outcome["status"], outcome["review_id"]) == ("applied", review["id"])
        assert review["kind"] == "product_mismatch"
        assert {side: p["unit_id"] for side, p in review["sides"]["products"].items()} == {
            "office": visit.unit["id"],
            "field": other["id"],
        }
        answer = await visit.desk.post(f"/reviews/{review['id']}/settle", {"choice": "field_product"})
        assert answer.status_code == 200, answer.text
        assert (await visit.now())["unit_id"] == other["id"]
        assert ("unit", other["id"]) in await follower(visit.phone).read()

    async def test_gives_a_job_its_product_where_it_had_none(self, firm: Firm) -> None:
        visit = await sent(firm, unit_id=None)
        await visit.phone.outcomes(visit.do("scan", gtin=GTIN, serial=visit.unit["serial"]))
        assert ((await visit.now())["unit_id"], await reviews_of(visit.desk, visit.job)) == (visit.unit["id"], [])

    async def test_of_a_product_nobody_has_on_file_adds_it_when_it_is_settled(self, firm: Firm) -> None:
        visit = await sent(firm)
        serial = next(SERIALS)
        done = [visit.do("scan", gtin=GTIN, serial=serial), visit.complete(scanned={"gtin": GTIN, "serial": serial})]
        outcomes = await visit.phone.outcomes(*done)
        assert len({outcome["review_id"] for outcome in outcomes}) == 1
        (review,) = await reviews_of(visit.desk, visit.job)
        assert review["effects"]["field_product"]["warranty"] is not None
        assert (await visit.desk.get("/units", q=serial)).json()["items"] == []
        for _ in range(2):  # settled, undone, and settled again: the unit is made once
            answer = await visit.desk.post(f"/reviews/{review['id']}/settle", {"choice": "field_product"})
            assert answer.status_code == 200, answer.text
            (made,) = (await visit.desk.get("/units", q=serial)).json()["items"]
            assert (made["proof"], made["outlet_id"]) == ("missing", firm.outlet_id)
            assert (await visit.now())["unit_id"] == made["id"]
            assert len(await visit.repairs(made["id"])) == 1
            assert (await visit.desk.post(f"/reviews/{review['id']}/undo")).status_code == 200
            assert (await visit.repairs(made["id"]), len(await visit.repairs())) == ([], 1)

    @pytest.mark.parametrize("gtin", ["06901234567893", "09506000134352"])
    async def test_of_no_product_of_ours_can_only_be_noted(self, firm: Firm, gtin: str) -> None:
        visit = await sent(firm)
        await visit.phone.outcomes(visit.do("scan", gtin=gtin, serial="X"))
        (review,) = await reviews_of(visit.desk, visit.job)
        assert list(review["choices"]) == ["office_product"]

    async def test_that_is_no_code_is_refused(self, firm: Firm) -> None:
        visit = await sent(firm)
        for gtin, serial in (("0690123456789", "A"), (GTIN, "A" * 21), (GTIN, "A\n"), (GTIN, "序"), (GTIN, "")):
            (outcome,) = await visit.phone.outcomes(visit.do("scan", gtin=gtin, serial=serial))
            assert (outcome["status"], outcome["code"]) == ("rejected", "arguments_invalid")


async def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def sold(firm: Firm, days_ago: int) -> Any:
    """A unit sold so long ago."""
    return await added(await stocked_once(firm), firm, serial=next(SERIALS), sold_on=day(days_ago * DAY))


class TestAnExchange:
    async def test_gives_a_unit_that_has_the_sale_and_begins_anew(self, firm: Firm) -> None:
        desk, _hq, unit = await firm.login("desk"), await firm.login("hq"), await sold(firm, 6)
        answer = await desk.post(f"/units/{unit['id']}/exchange", {"serial": (serial := next(SERIALS))})
        assert answer.status_code == 200, answer.text
        given = answer.json()
        assert (given["source"], given["rule"]) == ("statute", "statute.within-15-days")
        old, new = given["unit"], given["successor"]
        assert (old["withdrawn_on"], old["withdrawal"]) == (day(), "exchange")
        assert (new["serial"], new["replaces_id"], new["exchanged_on"]) == (serial, unit["id"], day())
        assert [new[name] for name in ("sold_on", "proof", "outlet_id", "customer_id")] == [
            unit[name] for name in ("sold_on", "proof", "outlet_id", "customer_id")
        ]
        covered = (await desk.get(f"/units/{new['id']}/coverage")).json()
        assert "restarted_by_exchange" in covered["reasons"]
        assert (await desk.get(f"/units/{unit['id']}/coverage")).json()["covered"] is False

    async def test_may_give_a_unit_that_is_in_stock(self, firm: Firm) -> None:
        desk, hq, unit = await firm.login("desk"), await firm.login("hq"), await sold(firm, 6)
        stock = await added(hq, firm, serial=next(SERIALS), sold_on=None)
        answer = await desk.post(f"/units/{unit['id']}/exchange", {"successor_id": stock["id"]})
        assert answer.json()["successor"]["id"] == stock["id"]

    async def test_is_made_once(self, firm: Firm) -> None:
        desk, _hq, unit = await firm.login("desk"), await firm.login("hq"), await sold(firm, 6)
        assert (await desk.post(f"/units/{unit['id']}/exchange")).status_code == 200
        for path in ("exchange", "withdraw"):
            await refused(await desk.post(f"/units/{unit['id']}/{path}"), 409, "unit_withdrawn")

    async def test_asked_for_twice_at_once_is_made_once(self, firm: Firm) -> None:
        desk, unit = await firm.login("desk"), await sold(firm, 6)
        answers = await asyncio.gather(*(desk.post(f"/units/{unit['id']}/exchange") for _ in range(3)))
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
        given = await db.fetch_value("SELECT count(*) FROM product_unit WHERE replaces_id = $1", unit["id"])
        assert given == 1

    async def test_without_a_right_is_a_managers_with_a_reason(self, firm: Firm) -> None:
        desk, hq, unit = await firm.login("desk"), await firm.login("hq"), await sold(firm, 400)
        path = f"/units/{unit['id']}/withdraw"
        await refused(await desk.post(path), 409, "remedy_not_due")
        await refused(await desk.post(path, {"override": "老顾客"}), 403, "forbidden")
        await refused(await hq.post(path, {"override": "  "}), 409, "remedy_not_due")
        answer = (await hq.post(path, {"override": "老顾客"})).json()
        assert (answer["rule"], answer["reason"], answer["kind"]) == ("", "老顾客", "refund")

    REFUSED: tuple[tuple[dict[str, Any], int, str], ...] = (
        ({"given_on": day(-DAY)}, 400, "time_out_of_range"),
        ({"given_on": day(30 * DAY)}, 400, "time_out_of_range"),
        ({"successor_id": NOBODYS}, 422, "unit_unknown"),
        ({"gtin": "06901234567893"}, 400, "gtin_invalid"),
        ({"gtin": "09506000134352"}, 422, "model_unknown"),
        ({"serial": "A B"}, 400, "serial_invalid"),
        ({"serial": "A\u0000"}, 400, "text_forbidden_character"),
        ({"component": "'; --"}, 400, "invalid"),
        ({"override": "x" * 401}, 400, "invalid"),
        ({"successor_id": NOBODYS, "serial": "A"}, 400, "invalid"),
    )

    async def test_that_is_wrong_changes_nothing(self, firm: Firm) -> None:
        desk, unit = await firm.login("desk"), await sold(firm, 6)
        for body, status, code in self.REFUSED:
            await refused(await desk.post(f"/units/{unit['id']}/exchange", body), status, code)
        assert (await desk.get(f"/units/{unit['id']}")).json()["withdrawn_on"] is None

    async def test_gives_no_unit_that_somebody_has_had(self, firm: Firm) -> None:
        desk, hq, unit = await firm.login("desk"), await firm.login("hq"), await sold(firm, 6)
        had = await added(hq, firm, serial=next(SERIALS))
        path = f"/units/{unit['id']}/exchange"
        await refused(await desk.post(path, {"successor_id": had["id"]}), 409, "unit_in_use")
        await refused(await desk.post(path, {"successor_id": unit["id"]}), 409, "unit_in_use")
        await refused(await desk.post(path, {"serial": had["serial"]}), 409, "serial_taken")

    async def test_is_the_offices_of_that_subtree(self, firm: Firm) -> None:
        _desk, _hq, unit = await firm.login("desk"), await firm.login("hq"), await sold(firm, 6)
        for name, status in (("otherdesk", 404), ("auditor", 403), ("tech0", 403)):
            for path in ("exchange", "withdraw"):
                person = await firm.login(name)
                assert (await person.post(f"/units/{unit['id']}/{path}")).status_code == status


class TestACard:
    async def test_follows_a_unit_onto_the_phone(self, firm: Firm) -> None:
        visit = await sent(firm)
        await looked_at()
        card = (await follower(visit.phone).read())["unit_card", visit.unit["id"]]
        shown = (await visit.desk.get(f"/units/{visit.unit['id']}/coverage")).json()
        assert card["verdict"]["sentence"] == shown["sentence"]
        assert (card["as_of"], card["verdict"]["until"]) == (day(), shown["until"])

    async def test_leaves_with_the_unit(self, firm: Firm) -> None:
        visit = await sent(firm)
        await looked_at()
        held = follower(visit.phone)
        assert ("unit_card", visit.unit["id"]) in await held.read()
        await visit.desk.post(f"/jobs/{visit.job['id']}/unassign", {"reason": ""})
        left = await held.read()
        assert left == await follower(visit.phone).read()
        assert not {("unit", visit.unit["id"]), ("unit_card", visit.unit["id"])} & left.keys()

    async def test_says_what_was_repaired(self, firm: Firm) -> None:
        visit = await sent(firm)
        await visit.phone.outcomes(visit.complete(DAY, component="compressor", cured=False))
        await looked_at()
        card = (await follower(visit.phone).read())["unit_card", visit.unit["id"]]
        assert card["events"] == [
            {"kind": "repair", "on": day(DAY), "until": day(DAY), "component": "compressor", "cured": False}
        ]

    async def test_that_reads_as_before_is_not_sent_again(self, firm: Firm) -> None:
        visit = await sent(firm)
        await looked_at()
        held = follower(visit.phone)
        before = (await held.read())["unit_card", visit.unit["id"]]
        async with db.transaction():
            await cards.look_again()
        await looked_at()
        assert (await held.read())["unit_card", visit.unit["id"]] == before
        assert await db.fetch_value("SELECT count(*) FROM unit_due WHERE unit_id = $1", visit.unit["id"]) == 1

    async def test_is_small(self, firm: Firm) -> None:
        visit = await sent(firm)
        await visit.phone.outcomes(visit.complete(DAY, component="compressor"))
        await looked_at()
        card = (await follower(visit.phone).read())["unit_card", visit.unit["id"]]
        assert len(msgspec.json.encode(card)) < 3000


async def looked_at() -> None:
    """As the watch does, which may be at it."""
    for _ in range(200):
        if not await db.fetch_value("SELECT count(*) FROM unit_due WHERE due_at <= now()"):
            return
        await cards.look()
        await asyncio.sleep(0.01)
    raise AssertionError("cards are still due")


class TestScannedWithANetwork:
    async def test_opens_the_product(self, firm: Firm) -> None:
        visit = await sent(firm)
        asked = {"job_id": visit.job["id"], "gtin": GTIN, "serial": visit.unit["serial"]}
        found = (await visit.phone.person.post("/units/scanned", asked)).json()
        assert (found["unit"]["id"], found["made"]) == (visit.unit["id"], False)
        assert found["coverage"]["sentence"]["zh"]

    async def test_puts_on_file_what_nobody_had(self, firm: Firm) -> None:
        visit = await sent(firm)
        asked = {"job_id": visit.job["id"], "gtin": GTIN, "serial": next(SERIALS)}
        answers = await asyncio.gather(*(visit.phone.person.post("/units/scanned", asked) for _ in range(3)))
        found = [answer.json() for answer in answers]
        assert sorted(one["made"] for one in found) == [False, False, True]
        assert {one["unit"]["id"] for one in found} == {found[0]["unit"]["id"]}
        assert found[0]["unit"]["proof"] == "missing"

    async def test_is_for_technicians_at_a_job_in_hand(self, firm: Firm) -> None:
        visit = await sent(firm)
        asked = {"job_id": visit.job["id"], "gtin": GTIN, "serial": visit.unit["serial"]}
        await refused(await (await firm.phone(1)).person.post("/units/scanned", asked), 404, "not_found")
        await refused(await visit.desk.post("/units/scanned", asked), 403, "forbidden")
        bad = asked | {"gtin": "06901234567893"}
        await refused(await visit.phone.person.post("/units/scanned", bad), 400, "gtin_invalid")
        unknown = asked | {"gtin": "09506000134352"}
        await refused(await visit.phone.person.post("/units/scanned", unknown), 422, "model_unknown")


class TestTheHistoryOfAUnit:
    async def test_tells_all_of_it_in_one_order_by_pages(self, firm: Firm) -> None:
        visit = await sent(firm)
        await visit.phone.outcomes(visit.do("arrive", 2 * DAY), visit.complete(DAY, component="compressor"))
        await visit.hq.post(f"/units/{visit.unit['id']}/withdraw", {"override": "老顾客"})
        whole = (await visit.desk.get(f"/units/{visit.unit['id']}/history")).json()["items"]
        assert [event["kind"] for event in whole] == [
            *("refunded", "added", "visit", "visit", "repair", "job", "sold"),
        ]
        paged: list[Any] = []
        cursor = None
        while cursor is not None or not paged:
            page = (
                await visit.desk.get(
                    f"/units/{visit.unit['id']}/history", limit=2, **({"cursor": cursor} if cursor else {})
                )
            ).json()
            paged += page["items"]
            cursor = page["next_cursor"]
        assert paged == whole

    async def test_tells_a_technician_of_no_person(self, firm: Firm) -> None:
        visit = await sent(firm)
        await visit.phone.outcomes(visit.complete(DAY))
        told = (await visit.phone.person.get(f"/units/{visit.unit['id']}/history")).json()["items"]
        assert {event["kind"] for event in told} >= {"job", "visit", "repair", "added"}
        assert [event for event in told if event["user_id"] is not None] == []
        words = {name for event in told for name in event["detail"]}
        assert words <= {
            *("job_type", "state", "event", "cause", "component", "fault_code"),
            "finished_on",
            "cured",
            "delay",
        }

    async def test_is_for_those_who_may_see_the_unit(self, firm: Firm) -> None:
        visit = await sent(firm)
        for person in (await firm.login("otherdesk"), (await firm.phone(2)).person):
            await refused(await person.get(f"/units/{visit.unit['id']}/history"), 404, "not_found")
        await refused(await visit.desk.get(f"/units/{visit.unit['id']}/history", cursor="x"), 400, "cursor_invalid")

"""The catalogue, units that are on record, and the notices that concern them, over HTTP, on a real database."""

import uuid
from datetime import date, timedelta
from typing import Any

from schemas.notices import Concern
from server.platform import db
from server.platform.auth import Scope
from server.products import catalogue, catalogue_store, notice_store, notices, store
from server.products.rules.notices import matched
from tests.journeys.firm import Firm, Person
from tests.products.shop import GTIN, LINE, added, stocked

TODAY = date.today()  # noqa: DTZ011  # tests stay clear of midnight by whole days


def ago(days: int) -> str:
    return (TODAY - timedelta(days=days)).isoformat()


def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def model_of(person: Person) -> dict[str, Any]:
    (model,) = (await person.get("/models")).json()["items"]
    return dict(model)


class TestAnEdit:
    async def test_of_a_line_a_model_and_a_group_counts_versions_and_retires(self, firm: Firm) -> None:
        hq = await stocked(firm)
        model = await model_of(hq)
        for path in ("/product-lines/air_conditioner", f"/models/{model['id']}", "/component-groups/compressor"):
            edited = await hq.patch(path, {"base_version": 1, "name": "新名", "retired": True})
            assert edited.status_code == 200, edited.text
            assert (edited.json()["name"], edited.json()["version"], edited.json()["retired"]) == ("新名", 2, True)
            stale = await hq.patch(path, {"base_version": 1, "name": "旧名"})
            refused(stale, 409, "version_stale")
            assert stale.json()["extra"]["version"] == 2
            again = await hq.patch(path, {"base_version": 2, "retired": False})
            assert (again.json()["name"], again.json()["retired"]) == ("新名", False)
        assert (await model_of(hq))["version"] == 3

    async def test_is_for_managers_of_headquarters_and_read_by_everyone(self, firm: Firm) -> None:
        hq, technician = await stocked(firm), await firm.login("tech0")
        model = await model_of(hq)
        new = {"line_code": LINE["code"], "code": "E6", "component": "control_board", "text": "室外机通讯故障"}
        for person in (await firm.login("desk"), technician):
            refused(await person.post("/fault-codes", new), 403, "forbidden")
            refused(await person.patch(f"/models/{model['id']}", {"base_version": 1}), 403, "forbidden")
        assert (await hq.post("/fault-codes", new)).status_code == 201
        for path in ("/fault-codes", "/component-groups", f"/models/{model['id']}/parts", f"/models/{model['id']}"):
            assert (await technician.get(path)).status_code == 200

    async def test_of_what_is_not_there(self, firm: Firm) -> None:
        hq = await stocked(firm)
        nothing = {"base_version": 1, "name": "无"}
        for path in (f"/models/{uuid.uuid4()}", "/product-lines/none", "/component-groups/none"):
            refused(await hq.patch(path, nothing), 404, "not_found")
        for path in (f"/fault-codes/{uuid.uuid4()}", f"/model-parts/{uuid.uuid4()}"):
            refused(await hq.patch(path, {"base_version": 1}), 404, "not_found")


class TestComponentGroups:
    async def test_are_shipped_and_stay_as_they_were_edited(self, firm: Firm) -> None:
        hq = await firm.login("hq")
        groups = {group["code"]: group for group in (await hq.get("/component-groups")).json()}
        assert (groups["main_parts"]["name"], groups["main_parts"]["name_en"]) == ("主要部件", "Main parts")
        await hq.patch("/component-groups/compressor", {"base_version": 1, "name": "变频压缩机"})
        await catalogue.ensure_default_components()
        known = await catalogue_store.component_group("compressor")
        assert known is not None
        assert known.name == "变频压缩机"
        refused(await hq.post("/component-groups", {"code": "compressor", "name": "又一个"}), 409, "component_taken")
        refused(await hq.post("/component-groups", {"code": "Compressor", "name": "大写"}), 400, "invalid")


class TestFaultCodes:
    async def test_of_a_model_stand_before_those_of_its_line(self, firm: Firm) -> None:
        hq = await stocked(firm)
        model = await model_of(hq)
        line = {"line_code": LINE["code"], "code": "E6", "component": "control_board", "text": "通讯故障"}
        own = {**line, "model_id": model["id"], "component": "compressor", "text": "压缩机过流", "severity": "major"}
        for new in (line, own):
            assert (await hq.post("/fault-codes", new)).status_code == 201
            refused(await hq.post("/fault-codes", new), 409, "fault_code_taken")
        told = (await hq.get("/fault-codes", model_id=model["id"])).json()["items"]
        assert [fault["model_id"] for fault in told] == [None, model["id"]]
        found = await catalogue_store.fault_component(LINE["code"], "e6")
        of_model = await catalogue_store.fault_component(LINE["code"], "E6", uuid.UUID(model["id"]))
        assert found is not None
        assert of_model is not None
        assert (found[0], of_model[0], of_model[1].en) == ("control_board", "compressor", "Compressor")

    async def test_are_corrected_and_retired_but_keep_their_code(self, firm: Firm) -> None:
        hq = await stocked(firm)
        new = {"line_code": LINE["code"], "code": "F1", "component": "thermostat", "text": "感温头断路"}
        fault = (await hq.post("/fault-codes", new)).json()
        path = f"/fault-codes/{fault['id']}"
        refused(await hq.patch(path, {"base_version": 1, "code": "F2"}), 400, "invalid")
        assert (await hq.patch(path, {"base_version": 1, "text_en": "Sensor open"})).json()["text_en"] == "Sensor open"
        refused(await hq.patch(path, {"base_version": 2, "component": "none"}), 422, "component_unknown")
        assert (await hq.patch(path, {"base_version": 2, "retired": True})).json()["retired"]
        assert (await hq.get("/fault-codes")).json()["items"] == []
        assert len((await hq.get("/fault-codes", retired=True)).json()["items"]) == 1
        refused(await hq.post("/fault-codes", new), 409, "fault_code_taken")

    async def test_are_on_every_phone_until_they_are_retired(self, firm: Firm) -> None:
        hq, phone = await stocked(firm), await firm.phone(0)
        new = {"line_code": LINE["code"], "code": "F1", "component": "thermostat", "text": "感温头断路"}
        fault = (await hq.post("/fault-codes", new)).json()

        async def held(cursor: str | None = None) -> tuple[list[Any], str]:
            params = {"device_id": phone.device_id} | ({"cursor": cursor} if cursor else {})
            page = (await phone.person.get("/sync/pull", **params)).json()
            return [c.get("body") for c in page["changes"] if c["type"] == "fault_code"], page["cursor"]

        (body,), cursor = await held()
        assert (body["code"], body["text"], body["version"], body["model_id"]) == ("F1", "感温头断路", 1, None)
        await hq.patch(f"/fault-codes/{fault['id']}", {"base_version": 1, "text": "感温头短路"})
        (body,), cursor = await held(cursor)
        assert (body["text"], body["version"]) == ("感温头短路", 2)
        await hq.patch(f"/fault-codes/{fault['id']}", {"base_version": 2, "retired": True})
        assert (await held(cursor))[0] == [None]
        assert (await held())[0] == []

    BAD: tuple[tuple[dict[str, Any], int, str], ...] = (
        ({"line_code": "none"}, 422, "line_unknown"),
        ({"model_id": str(uuid.uuid4())}, 422, "model_unknown"),
        ({"component": "none"}, 422, "component_unknown"),
        ({"code": ""}, 400, "invalid"),
        ({"code": "=E6"}, 400, "invalid"),
        ({"text": "坏\u0000"}, 400, "text_forbidden_character"),
        ({"text": "坏\u202e"}, 400, "text_forbidden_character"),
        ({"text": "x" * 401}, 400, "invalid"),
        ({"severity": "deadly"}, 400, "invalid"),
    )

    async def test_that_are_wrong_are_refused_and_markup_is_only_text(self, firm: Firm) -> None:
        hq = await stocked(firm)
        new = {"line_code": LINE["code"], "code": "E1", "component": "compressor", "text": "<b>'; DROP TABLE x"}
        for wrong, status, code in self.BAD:
            refused(await hq.post("/fault-codes", new | wrong), status, code)
        assert (await hq.get("/fault-codes", retired=True)).json()["items"] == []
        assert (await hq.post("/fault-codes", new)).json()["text"] == new["text"]


class TestMainParts:
    async def test_fit_by_serial(self, firm: Firm) -> None:
        hq = await stocked(firm)
        path = f"/models/{(await model_of(hq))['id']}/parts"
        part = {"component": "compressor", "part_number": "AC-CP-1", "name": "压缩机"}
        for ends in (("K0001", "K0999"), ("K1000", "K1999")):
            made = await hq.post(path, {**part, "serial_from": ends[0], "serial_to": ends[1]})
            assert made.status_code == 201, made.text
        fitting = (await hq.get(path, serial="K1000")).json()
        assert [each["serial_to"] for each in fitting] == ["K1999"]
        assert (await hq.get(path, serial="K01000")).json() == []

    BAD: tuple[tuple[dict[str, Any], int, str], ...] = (
        ({"serial_from": "K1"}, 400, "serial_range_invalid"),
        ({"serial_from": "K2", "serial_to": "K1"}, 400, "serial_range_invalid"),
        ({"serial_from": "K9", "serial_to": "K10"}, 400, "serial_range_invalid"),
        ({"serial_from": "K 1", "serial_to": "K 2"}, 400, "serial_range_invalid"),
        ({"made_from": "2024-02-01", "made_to": "2024-01-31"}, 400, "ends_before_start"),
        ({"component": "none"}, 422, "component_unknown"),
        ({"quantity": 0}, 400, "invalid"),
    )

    async def test_that_fit_nothing_are_refused(self, firm: Firm) -> None:
        hq = await stocked(firm)
        path = f"/models/{(await model_of(hq))['id']}/parts"
        part = {"component": "compressor", "part_number": "AC-CP-1", "name": "压缩机"}
        for wrong, status, code in self.BAD:
            refused(await hq.post(path, part | wrong), status, code)
        kept = (await hq.post(path, part)).json()
        half = await hq.patch(f"/model-parts/{kept['id']}", {"base_version": 1, "serial_from": "K1"})
        refused(half, 400, "serial_range_invalid")
        assert (await hq.get(path)).json() == [kept]


class TestAModelWithoutAGtin:
    async def test_gets_a_number_of_the_firms_own(self, firm: Firm) -> None:
        hq = await stocked(firm)
        made = await hq.post("/models", {"line_code": LINE["code"], "name": "样机"})
        assert made.status_code == 201, made.text
        assert made.json()["gtin"] != GTIN
        assert len(made.json()["gtin"]) == 14


async def customer(person: Person, firm: Firm, name: str = "李梅", outlet_id: str | None = None) -> str:
    answer = await person.post("/customers", {"outlet_id": outlet_id or firm.outlet_id, "name": name})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


class TestAnEditOfAUnit:
    async def test_is_merged_with_what_others_changed_meanwhile(self, firm: Firm) -> None:
        hq, desk = await stocked(firm), await firm.login("desk")
        unit = await added(hq, firm)
        path = f"/units/{unit['id']}"
        first = await desk.patch(path, {"base_version": 1, "sold_on": ago(90), "lot": "L7"})
        assert first.status_code == 200, first.text
        second = await hq.patch(path, {"base_version": 1, "sold_on": ago(80), "registered_on": ago(70)})
        told = second.json()
        assert (told["sold_on"], told["lot"], told["registered_on"]) == (ago(80), "L7", ago(70))
        assert (told["version"], told["url"]) == (3, unit["url"])
        (merge,) = told["merges"]
        assert (merge["field"], merge["lost"]) == ("sold_on", ago(90))
        kept = await db.fetch(
            "SELECT action, changes FROM history WHERE record_id = $1 ORDER BY id", uuid.UUID(unit["id"])
        )
        assert [line["action"] for line in kept] == ["unit.add", "unit.change", "unit.change"]

    async def test_that_is_wrong_changes_nothing(self, firm: Firm) -> None:
        hq = await stocked(firm)
        unit = await added(hq, firm, manufactured_on=ago(200))
        wrong: tuple[tuple[dict[str, Any], int, str], ...] = (
            ({"base_version": 2, "lot": "L1"}, 409, "version_stale"),
            ({"sold_on": ago(-3)}, 400, "day_in_future"),
            ({"sold_on": ago(300)}, 400, "invalid"),
            ({"sold_on": "1066-10-14"}, 400, "time_out_of_range"),
            ({"manufactured_on": ago(50)}, 400, "invalid"),
            ({"lot": "批次"}, 400, "lot_invalid"),
            ({"lot": "L" * 21}, 400, "invalid"),
            ({"proof": "rumoured"}, 400, "invalid"),
            ({"serial": "OTHER"}, 400, "invalid"),
            ({"customer_id": str(uuid.uuid4())}, 422, "customer_unknown"),
        )
        for edit, status, code in wrong:
            refused(await hq.patch(f"/units/{unit['id']}", {"base_version": 1} | edit), status, code)
        assert (await hq.get(f"/units/{unit['id']}")).json() == unit

    async def test_is_for_the_office_of_its_outlet(self, firm: Firm) -> None:
        unit = await added(await stocked(firm), firm)
        for name, status, code in (("otherdesk", 404, "not_found"), ("tech0", 403, "forbidden")):
            person = await firm.login(name)
            refused(await person.patch(f"/units/{unit['id']}", {"base_version": 1}), status, code)
            refused(await person.get(f"/units/{unit['id']}/owners"), status, code)

    async def test_reaches_the_phone_that_holds_a_job_with_it(self, firm: Firm) -> None:
        hq, desk = await stocked(firm), await firm.login("desk")
        unit, phone = await added(hq, firm), await firm.phone(0)
        await firm.assigned(desk, 0, unit_id=unit["id"])
        await hq.patch(f"/units/{unit['id']}", {"base_version": 1, "lot": "L9"})
        changes = (await phone.person.get("/sync/pull", device_id=phone.device_id)).json()["changes"]
        (held,) = [c["body"] for c in changes if c["type"] == "unit"]
        assert (held["lot"], held["version"]) == ("L9", 2)


class TestAUnitThatChangesHands:
    async def test_keeps_its_former_owners_and_names_only_those_of_the_scope(self, firm: Firm) -> None:
        hq, desk = await stocked(firm), await firm.login("desk")
        here = await customer(hq, firm, "李梅")
        there = await customer(hq, firm, "王强", firm.other_outlet_id)
        unit = await added(hq, firm, customer_id=here)
        path = f"/units/{unit['id']}"
        sold = await hq.post(f"{path}/owner", {"base_version": 1, "customer_id": there, "from_on": ago(10)})
        assert (sold.status_code, sold.json()["customer_id"]) == (200, there), sold.text
        owners = (await hq.get(f"{path}/owners")).json()
        assert [(o["name"], o["from_on"], o["until_on"]) for o in owners] == [
            ("王强", ago(10), None),
            ("李梅", ago(100), ago(10)),
        ]
        seen = (await desk.get(f"{path}/owners")).json()
        assert [(o["customer_id"], o["name"], o["elsewhere"]) for o in seen] == [
            (None, None, True),
            (here, "李梅", False),
        ]

    async def test_only_to_somebody_else_on_a_day_that_was(self, firm: Firm) -> None:
        hq = await stocked(firm)
        here = await customer(hq, firm)
        unit = await added(hq, firm, customer_id=here)
        other = await customer(hq, firm, "王强")
        path = f"/units/{unit['id']}/owner"
        for wanted, status, code in (
            ({"customer_id": here, "from_on": ago(10)}, 400, "invalid"),
            ({"customer_id": other, "from_on": ago(101)}, 400, "time_out_of_range"),
            ({"customer_id": other, "from_on": ago(-3)}, 400, "time_out_of_range"),
            ({"customer_id": str(uuid.uuid4()), "from_on": ago(10)}, 422, "customer_unknown"),
        ):
            refused(await hq.post(path, {"base_version": 1} | wanted), status, code)
        assert (await hq.post(path, {"base_version": 1, "customer_id": None, "from_on": ago(10)})).status_code == 200
        late = await hq.post(path, {"base_version": 1, "customer_id": other, "from_on": ago(5)})
        refused(late, 409, "version_stale")
        assert len((await hq.get(f"/units/{unit['id']}/owners")).json()) == 2


class TestAUnitThatMoves:
    async def test_is_seen_by_the_other_outlet_and_stays_on_the_phones(self, firm: Firm) -> None:
        hq, desk, other = await stocked(firm), await firm.login("desk"), await firm.login("otherdesk")
        unit, phone = await added(hq, firm), await firm.phone(0)
        await firm.assigned(desk, 0, unit_id=unit["id"])
        path = f"/units/{unit['id']}"
        moved = await hq.post(f"{path}/move", {"base_version": 1, "outlet_id": firm.other_outlet_id})
        assert (moved.status_code, moved.json()["outlet_id"]) == (200, firm.other_outlet_id), moved.text
        assert (await other.get(path)).status_code == 200
        refused(await desk.get(path), 404, "not_found")
        (move,) = (await other.get(f"{path}/moves")).json()
        assert (move["from_outlet_id"], move["to_outlet_id"]) == (firm.outlet_id, firm.other_outlet_id)
        changes = (await phone.person.get("/sync/pull", device_id=phone.device_id)).json()["changes"]
        (held,) = [c["body"] for c in changes if c["type"] == "unit"]
        assert held["outlet_id"] == firm.other_outlet_id

    async def test_only_by_managers_within_their_subtree(self, firm: Firm) -> None:
        hq, desk = await stocked(firm), await firm.login("desk")
        unit = await added(hq, firm)
        path = f"/units/{unit['id']}/move"
        refused(await desk.post(path, {"base_version": 1, "outlet_id": firm.other_outlet_id}), 403, "forbidden")
        refused(await hq.post(path, {"base_version": 1, "outlet_id": str(uuid.uuid4())}), 422, "outlet_unknown")
        refused(await hq.post(path, {"base_version": 9, "outlet_id": firm.other_outlet_id}), 409, "version_stale")


NOTE: dict[str, Any] = {
    "kind": "recall",
    "severity": "danger",
    "title": "请停用",
    "title_en": "Stop using it",
    "text": "电源线可能过热。<b>不要</b>自行拆开。",
    "concerns": [{"gtins": ["6901234567892"], "serial_from": "K0001", "serial_to": "K0002"}],
    "from_on": ago(5),
}


class TestANotice:
    async def test_is_told_of_its_units_counted_and_served(self, firm: Firm) -> None:
        hq, desk = await stocked(firm), await firm.login("desk")
        units = [await added(hq, firm, serial=f"K000{n}") for n in (1, 2, 3)]
        elsewhere = await added(hq, firm, serial="K0002x", outlet_id=firm.other_outlet_id)
        made = await hq.post("/notices", NOTE)
        assert made.status_code == 201, made.text
        path = f"/notices/{made.json()['id']}"
        assert (await desk.get(f"{path}/counts")).json() == {"concerned": 2, "unsure": 0, "served": 0}
        page = (await desk.get(f"{path}/units", limit=1)).json()
        rest = (await desk.get(f"{path}/units", limit=1, cursor=page["next_cursor"])).json()
        assert [u["serial"] for u in page["items"] + rest["items"]] == ["K0001", "K0002"]
        assert rest["next_cursor"] is None
        done = {"unit_id": units[0]["id"], "served_on": ago(1)}
        for _ in range(2):
            assert (await desk.post(f"{path}/served", done)).status_code == 204
        assert (await desk.get(f"{path}/counts")).json()["served"] == 1
        (served,) = (await desk.get(f"{path}/units", standing="served")).json()["items"]
        assert (served["serial"], served["served_on"], served["certain"]) == ("K0001", ago(1), True)
        refused(await desk.post(f"{path}/served", done | {"unit_id": units[2]["id"]}), 422, "not_concerned")
        refused(await desk.post(f"{path}/served", done | {"unit_id": elsewhere["id"]}), 422, "unit_unknown")
        refused(await desk.post(f"{path}/served", done | {"served_on": ago(9)}), 400, "time_out_of_range")
        row = await store.unit(Scope(None, None), uuid.UUID(units[0]["id"]))
        assert row is not None
        (told,) = await notices.notices_for(row, TODAY)
        assert (told.title, told.certain, told.served) == ("请停用", True, True)
        gone = await desk.client.delete(f"{path}/served/{units[0]['id']}", headers=desk.headers)
        assert gone.status_code == 204
        assert not (await notices.notices_for(row, TODAY))[0].served

    async def test_is_changed_by_version_and_withdrawn(self, firm: Firm) -> None:
        hq = await stocked(firm)
        unit = await added(hq, firm, serial="K0001")
        path = f"/notices/{(await hq.post('/notices', NOTE)).json()['id']}"
        row = await store.unit(Scope(None, None), uuid.UUID(unit["id"]))
        assert row is not None
        assert (await hq.patch(path, {"base_version": 1, "severity": "warning"})).json()["version"] == 2
        refused(await hq.patch(path, {"base_version": 1, "severity": "note"}), 409, "version_stale")
        refused(await hq.patch(path, {"base_version": 2, "to_on": ago(6)}), 400, "ends_before_start")
        withdrawn = (await hq.patch(path, {"base_version": 2, "withdrawn": True})).json()
        assert withdrawn["withdrawn_at"] is not None
        assert await notices.notices_for(row, TODAY) == []
        assert (await hq.get("/notices", on=TODAY.isoformat())).json()["items"] == []
        assert len((await hq.get("/notices")).json()["items"]) == 1
        await hq.patch(path, {"base_version": 3, "withdrawn": False})
        assert len(await notices.notices_for(row, TODAY)) == 1
        assert await notices.notices_for(row, TODAY - timedelta(days=6)) == []

    async def test_that_is_wrong_or_not_theirs_to_publish_is_refused(self, firm: Firm) -> None:
        hq = await stocked(firm)
        concern = NOTE["concerns"][0]
        wrong: tuple[tuple[dict[str, Any], int, str], ...] = (
            ({"concerns": []}, 400, "invalid"),
            ({"concerns": [{}]}, 400, "invalid"),
            ({"concerns": [{"line_code": "none"}]}, 422, "line_unknown"),
            ({"concerns": [{"gtins": ["09506000134352"]}]}, 422, "model_unknown"),
            ({"concerns": [concern | {"gtins": ["06901234567893"]}]}, 400, "gtin_invalid"),
            ({"concerns": [concern | {"serial_to": "K00002"}]}, 400, "serial_range_invalid"),
            ({"to_on": ago(6)}, 400, "ends_before_start"),
            ({"link": "javascript:alert(1)"}, 400, "invalid"),
            ({"link": "https://example.com/\r\nX: 1"}, 400, "invalid"),
            ({"title": "a\u202eb"}, 400, "text_forbidden_character"),
            ({"kind": "advert"}, 400, "invalid"),
        )
        for said, status, code in wrong:
            refused(await hq.post("/notices", NOTE | said), status, code)
        refused(await (await firm.login("desk")).post("/notices", NOTE), 403, "forbidden")
        refused(await (await firm.login("tech0")).get("/notices"), 403, "forbidden")
        assert (await hq.get("/notices")).json()["items"] == []

    async def test_means_the_same_units_in_sql_as_by_rule(self, firm: Firm) -> None:
        hq = await stocked(firm)
        for serial, lot, made in (
            ("K0001", "L1", ago(300)),
            ("K0002", "", ago(300)),
            ("K0003", "L2", None),
            ("k0002", "L1", ago(200)),
            ("K00020", "", None),
        ):
            await added(hq, firm, serial=serial, lot=lot, manufactured_on=made)
        rows = await store.units_page(Scope(None, None), None, None, "", None, 100)
        known = (await hq.post("/notices", NOTE)).json()["id"]
        standing = await notice_store.notice(uuid.UUID(known))
        assert standing is not None
        made_from, made_to = TODAY - timedelta(days=310), TODAY - timedelta(days=290)
        for concerns in (
            [Concern(gtins=[GTIN])],
            [Concern(line_code="air_conditioner", lots=["L1"])],
            [Concern(gtins=[GTIN], serial_from="K0001", serial_to="K0002")],
            [Concern(gtins=[GTIN], serial_from="A0000", serial_to="z9999")],
            [Concern(gtins=[GTIN], made_from=made_from, made_to=made_to)],
            [Concern(gtins=[GTIN], made_to=made_to, lots=["L1", "L2"])],
            [Concern(gtins=[GTIN], lots=["L2"]), Concern(gtins=[GTIN], serial_from="K0001", serial_to="K0001")],
        ):
            asked = type(standing)(
                **{f: getattr(standing, f) for f in standing.__struct_fields__} | {"concerns": concerns}
            )
            found = await notice_store.concerned(Scope(None, None), asked, None, None, 100)
            by_rule = {row["id"]: matched(concerns, notices.traits_of(row)) for row in rows}
            assert {u.unit_id: 2 if u.certain else 1 for u in found} == {i: m for i, m in by_rule.items() if m}, (
                concerns
            )

    async def test_bulletins_are_for_technicians_and_the_worst_comes_first(self, firm: Firm) -> None:
        hq = await stocked(firm)
        unit = await added(hq, firm, serial="K0001")
        for kind, severity in (("bulletin", "note"), ("safety", "warning"), ("recall", "danger")):
            await hq.post("/notices", NOTE | {"kind": kind, "severity": severity})
        row = await store.unit(Scope(None, None), uuid.UUID(unit["id"]))
        assert row is not None
        assert [n.kind for n in await notices.notices_for(row, TODAY)] == ["recall", "safety"]
        told = (await notices.notices_for_many([row], TODAY, technician=True))[row["id"]]
        assert [n.kind for n in told] == ["recall", "safety", "bulletin"]
        technician, path = await firm.login("tech0"), f"/units/{unit['id']}/notices"
        refused(await technician.get(path), 404, "not_found")
        refused(await (await firm.login("otherdesk")).get(path), 404, "not_found")
        await firm.assigned(await firm.login("desk"), 0, unit_id=unit["id"])
        assert [n["kind"] for n in (await technician.get(path)).json()] == ["recall", "safety", "bulletin"]

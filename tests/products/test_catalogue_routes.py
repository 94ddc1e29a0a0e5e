"""Component groups, main parts and fault codes over HTTP, on a real database."""

import uuid
from typing import Any

import pytest

from server.products import catalogue, catalogue_store
from tests.journeys.firm import Firm, Person
from tests.products.shop import GTIN, LINE, stocked


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


@pytest.mark.usefixtures("emptied")
class TestAModelWithoutAGtin:
    async def test_gets_a_number_of_the_firms_own(self, firm: Firm) -> None:
        hq = await stocked(firm)
        made = await hq.post("/models", {"line_code": LINE["code"], "name": "样机"})
        assert made.status_code == 201, made.text
        assert made.json()["gtin"] != GTIN
        assert len(made.json()["gtin"]) == 14

"""Units, labels and catalogue over HTTP, on a real database. Coverage and policies: `test_coverage_over_http`."""

import itertools
import uuid
from datetime import date
from io import BytesIO
from typing import Any

import httpx
import zxingcpp
from PIL import Image

from server.platform import db
from server.products.rules.serial import is_own_serial
from tests.journeys.firm import Firm, Person
from tests.products.shop import GTIN, LINE, MODEL, added, stocked

TODAY = date.today()  # noqa: DTZ011  # tests stay clear of midnight by whole days


async def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def ask(person: Person, path: str) -> Any:
    """Like `person.get`, with a query string in the path."""
    return await person.client.get(path, headers=person.headers)


class TestAddingAUnit:
    async def test_without_a_serial_gets_one_that_cannot_be_guessed(self, firm: Firm) -> None:
        hq = await stocked(firm)
        one, two = [await added(hq, firm) for _ in range(2)]
        assert is_own_serial(one["serial"])
        assert one["serial"] != two["serial"]
        assert one["url"] == f"http://testserver.local/01/{GTIN}/21/{one['serial']}"
        assert (one["model_name"], one["model_name_en"], one["line_code"]) == ("清风 35GW", "Breeze 35GW", LINE["code"])

    async def test_a_serial_is_kept_as_meant_and_a_short_gtin_padded(self, firm: Firm) -> None:
        hq = await stocked(firm)
        typed = await added(hq, firm, gtin="6901234567892", serial="abcd efgh jkmn pqrs")
        assert (typed["gtin"], typed["serial"]) == (GTIN, "ABCDEFGHJKMNPQRS")
        other_makers = await added(hq, firm, serial="sn/Oo-1")
        assert other_makers["serial"] == "sn/Oo-1"
        assert other_makers["url"].endswith("/21/sn%2FOo-1")

    async def test_is_history_and_nobodys_replica(self, firm: Firm) -> None:
        unit = await added(await stocked(firm), firm)
        line = await db.fetch_row("SELECT action, version FROM history WHERE record_id = $1", uuid.UUID(unit["id"]))
        assert line is not None
        assert (line["action"], line["version"]) == ("unit.add", 1)
        assert await db.fetch_value("SELECT count(*) FROM feed WHERE record_type = 'unit'") == 0

    REFUSED: tuple[tuple[dict[str, Any], int, str], ...] = (
        ({"gtin": "06901234567893"}, 400, "gtin_invalid"),
        ({"gtin": "690123456789X"}, 400, "gtin_invalid"),
        ({"gtin": "09506000134352"}, 422, "model_unknown"),
        ({"serial": "A B"}, 400, "serial_invalid"),
        ({"serial": "序列号"}, 400, "serial_invalid"),
        ({"serial": ".."}, 400, "serial_invalid"),
        ({"serial": "A" * 21}, 400, "invalid"),
        ({"serial": "A\u202eB"}, 400, "text_forbidden_character"),
        ({"serial": "A\u0000B"}, 400, "text_forbidden_character"),
        ({"outlet_id": str(uuid.uuid4())}, 422, "outlet_unknown"),
        ({"customer_id": str(uuid.uuid4())}, 422, "customer_unknown"),
        ({"sold_on": "1066-10-14"}, 400, "time_out_of_range"),
        ({"sold_on": "2199-01-01"}, 400, "time_out_of_range"),
        ({"sold_on": "2024-02-30"}, 400, "invalid"),
        ({"manufactured_on": "2024-05-02", "sold_on": "2024-05-01"}, 400, "invalid"),
        ({"proof": "rumoured"}, 400, "invalid"),
        ({"colour": "white"}, 400, "invalid"),
    )

    async def test_what_is_wrong_is_refused_and_nothing_half_done(self, firm: Firm) -> None:
        hq = await stocked(firm)
        for fields, status, code in self.REFUSED:
            await refused(await hq.post("/units", {"outlet_id": firm.outlet_id, "gtin": GTIN} | fields), status, code)
        assert await db.fetch_value("SELECT count(*) FROM product_unit") == 0

    async def test_a_serial_is_there_once(self, firm: Firm) -> None:
        hq = await stocked(firm)
        await added(hq, firm, serial="SN-1")
        again = {"outlet_id": firm.outlet_id, "gtin": GTIN, "serial": "SN-1"}
        await refused(await hq.post("/units", again), 409, "serial_taken")
        assert await db.fetch_value("SELECT count(*) FROM history WHERE record_type = 'unit'") == 1

    async def test_is_the_managers_to_do(self, firm: Firm) -> None:
        await stocked(firm)
        for username in ("tech0", "desk", "auditor"):
            person = await firm.login(username)
            await refused(await person.post("/units", {"outlet_id": firm.outlet_id, "gtin": GTIN}), 403, "forbidden")


class TestFindingUnits:
    async def test_pages_follow_each_other(self, firm: Firm) -> None:
        hq = await stocked(firm)
        made = [(await added(hq, firm))["id"] for _ in range(5)]
        found, cursor = [], None
        while True:
            page = (await hq.get("/units", limit=2, **({"cursor": cursor} if cursor else {}))).json()
            found += [unit["id"] for unit in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert found == made

    async def test_by_part_of_serial_or_model_or_by_gtin(self, firm: Firm) -> None:
        hq = await stocked(firm)
        unit = await added(hq, firm, serial="SN-77")
        for words in ("n-77", "N-77", "清风", "BREEZE 35", "6901234567892", "06901234567892", "  SN-77 "):
            assert [u["id"] for u in (await hq.get("/units", q=words)).json()["items"]] == [unit["id"]], words

    async def test_of_one_customer_whoever_calls_is_known_by_what_they_own(self, firm: Firm) -> None:
        hq = await stocked(firm)
        owner = (await hq.post("/customers", {"outlet_id": firm.outlet_id, "name": "李梅"})).json()["id"]
        theirs = await added(hq, firm, customer_id=owner)
        await added(hq, firm)
        assert [u["id"] for u in (await hq.get("/units", customer_id=owner)).json()["items"]] == [theirs["id"]]
        assert (await hq.get("/units", customer_id=owner, q="no such")).json()["items"] == []

    async def test_an_own_serial_is_found_as_it_is_read_aloud(self, firm: Firm) -> None:
        hq = await stocked(firm)
        unit = await added(hq, firm, serial="0123456789ABCDEF")
        assert [u["id"] for u in (await hq.get("/units", q="o123-4567-89ab-cdef")).json()["items"]] == [unit["id"]]

    async def test_other_words_find_nothing(self, firm: Firm) -> None:
        hq = await stocked(firm)
        await added(hq, firm)
        for words in ("%", "_", "refrigerator"):
            assert (await hq.get("/units", q=words)).json()["items"] == []

    async def test_only_those_of_the_asked_outlet(self, firm: Firm) -> None:
        hq = await stocked(firm)
        await added(hq, firm)
        there = await added(hq, firm, outlet_id=firm.other_outlet_id)
        found = (await hq.get("/units", outlet_id=firm.other_outlet_id)).json()["items"]
        assert [u["id"] for u in found] == [there["id"]]

    async def test_a_foreign_cursor_is_refused(self, firm: Firm) -> None:
        hq = await firm.login("hq")
        for cursor in ("x", "bm90IGpzb24", "A" * 500):
            await refused(await hq.get("/units", cursor=cursor), 400, "cursor_invalid")


class TestScope:
    async def test_another_outlets_unit_is_not_found(self, firm: Firm) -> None:
        unit = await added(await stocked(firm), firm)
        desk, other = await firm.login("desk"), await firm.login("otherdesk")
        for path in ("", "/coverage", "/label.png"):
            assert (await desk.get(f"/units/{unit['id']}{path}")).status_code == 200
            await refused(await other.get(f"/units/{unit['id']}{path}"), 404, "not_found")

    async def test_another_outlets_units_are_not_listed(self, firm: Firm) -> None:
        await added(await stocked(firm), firm)
        assert (await (await firm.login("otherdesk")).get("/units")).json()["items"] == []
        assert len((await (await firm.login("auditor")).get("/units")).json()["items"]) == 1

    async def test_a_stranger_is_asked_to_log_in(self, client: httpx.AsyncClient) -> None:
        for path in ("/units", "/models", "/product-lines", "/warranty-policies", f"/units/{uuid.uuid4()}/coverage"):
            await refused(await client.get(path), 401, "not_authenticated")

    async def test_a_technician_sees_the_units_of_jobs_they_hold_while_they_hold_them(self, firm: Firm) -> None:
        unit = await added(await stocked(firm), firm)
        desk, first, second = [await firm.login(name) for name in ("desk", "tech0", "tech1")]
        path = f"/units/{unit['id']}/coverage"
        await refused(await first.get(path), 404, "not_found")
        job = await firm.assigned(desk, 0, unit_id=unit["id"])
        assert (await first.get(path)).status_code == 200
        assert (await first.get(f"/units/{unit['id']}")).json()["serial"] == unit["serial"]
        await refused(await second.get(path), 404, "not_found")
        assert (await desk.post(f"/jobs/{job['id']}/unassign", {"reason": "改派"})).status_code == 200
        await refused(await first.get(path), 404, "not_found")

    async def test_lists_and_labels_are_the_offices(self, firm: Firm) -> None:
        unit = await added(await stocked(firm), firm)
        tech = await firm.login("tech0")
        for path in ("/units", f"/units/{unit['id']}/label.png"):
            await refused(await tech.get(path), 403, "forbidden")


class TestLabels:
    async def test_an_independent_decoder_reads_the_units_address(self, firm: Firm) -> None:
        hq = await stocked(firm)
        unit = await added(hq, firm)
        path = f"/01/{GTIN}/21/{unit['serial']}"
        for dpi, text in itertools.product((203, 300, 600), ("true", "false")):
            answer = await hq.get(f"/units/{unit['id']}/label.png", dpi=dpi, text=text)
            assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
            with Image.open(BytesIO(answer.content)) as picture:
                (code,) = zxingcpp.read_barcodes(picture.convert("L"))
            assert code.text == "HTTP://TESTSERVER.LOCAL" + path
        assert (await firm.client.get(path)).status_code == 200

    async def test_the_same_label_is_not_sent_twice(self, firm: Firm) -> None:
        hq = await stocked(firm)
        path = f"/units/{(await added(hq, firm))['id']}/label.png"
        first = await hq.get(path)
        assert "private" in first.headers["cache-control"]
        known = hq.headers | {"if-none-match": f'"other", {first.headers["etag"]}'}
        again = await firm.client.get(path, headers=known)
        assert (again.status_code, again.content) == (304, b"")
        other = await firm.client.get(path, params={"dpi": 203}, headers=known)
        assert other.status_code == 200

    async def test_what_no_printer_has_is_refused(self, firm: Firm) -> None:
        hq = await stocked(firm)
        path = f"/units/{(await added(hq, firm))['id']}/label.png"
        for query in ("dpi=72", "dpi=0", "dpi=-300", "dpi=many", "text=perhaps"):
            await refused(await ask(hq, f"{path}?{query}"), 400, "invalid")


class TestCatalogue:
    async def test_everyone_logged_in_reads_it(self, firm: Firm) -> None:
        await stocked(firm)
        tech = await firm.login("tech0")
        assert (await tech.get("/product-lines")).json() == [LINE | {"version": 1, "retired": False}]
        (model,) = (await tech.get("/models")).json()["items"]
        assert (model["gtin"], model["line_code"]) == (GTIN, LINE["code"])

    async def test_models_are_paged_by_gtin(self, firm: Firm) -> None:
        hq = await stocked(firm)
        assert (await hq.post("/models", MODEL | {"gtin": "09506000134352"})).status_code == 201
        page = (await hq.get("/models", limit=1)).json()
        rest = (await hq.get("/models", limit=1, cursor=page["next_cursor"])).json()
        assert [m["gtin"] for m in page["items"] + rest["items"]] == [GTIN, "09506000134352"]
        assert rest["next_cursor"] is None

    async def test_only_headquarters_writes_it(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        for path, body in (("/product-lines", LINE), ("/models", MODEL)):
            await refused(await desk.post(path, body), 403, "forbidden")

    REFUSED: tuple[tuple[str, dict[str, str], int, str], ...] = (
        ("/product-lines", LINE, 409, "line_taken"),
        ("/product-lines", {"code": "Air Conditioner", "name": "x"}, 400, "invalid"),
        ("/models", MODEL, 409, "gtin_taken"),
        ("/models", MODEL | {"gtin": GTIN}, 409, "gtin_taken"),
        ("/models", MODEL | {"gtin": "6901234567890"}, 400, "gtin_invalid"),
        ("/models", MODEL | {"gtin": "00000000"}, 400, "gtin_invalid"),
        ("/models", MODEL | {"gtin": "09506000134352", "line_code": "boat"}, 422, "line_unknown"),
    )

    async def test_what_is_wrong_is_refused(self, firm: Firm) -> None:
        hq = await stocked(firm)
        for path, body, status, code in self.REFUSED:
            await refused(await hq.post(path, body), status, code)

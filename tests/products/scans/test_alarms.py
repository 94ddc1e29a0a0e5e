"""From an opened page to an alarm at the desk: what is written of scans, and what is not."""

import ipaddress
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
import pytest
from litestar import Litestar

from schemas.accounts import Role
from server.platform import clock, db, feed
from server.platform.geoip import region_in
from server.platform.startup import CannotStart
from server.products.rules.suspicion import TERMS
from server.products.scans import noticing, regions, store
from server.settings import Settings
from tests.journeys.firm import Firm, Person, found_firm
from tests.journeys.poked import poked
from tests.products.scans.mmdb import written
from tests.products.shop import GTIN, added, stocked

SHANGHAI, URUMQI, NOWHERE = "203.0.113.7", "198.51.100.9", "192.0.2.1"
#: Of today: what is older than yesterday the server itself forgets.
NOW = datetime.now(UTC).replace(hour=10, minute=20)


def city(lat: float, lon: float, name: str, name_en: str) -> dict[str, Any]:
    return {
        "location": {"latitude": lat, "longitude": lon},
        "subdivisions": [{"names": {"zh-CN": name, "en": name_en}}],
    }


@pytest.fixture(scope="module")
def settings(database: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("data")
    cities = {
        "203.0.113.0/24": city(31.22, 121.46, "上海市", "Shanghai"),
        "198.51.100.0/24": city(43.8, 87.6, "新疆", "Xinjiang"),
    }
    file = folder / "cities.mmdb"
    file.write_bytes(written(cities))
    base = "http://testserver.local"
    return Settings(data_dir=folder, database_url=database, base_url=base, geoip_database=file)


Opens = Callable[..., Any]


@pytest.fixture
async def firm(client: httpx.AsyncClient, settings: Settings) -> Firm:
    """One for all tests here: each has units of its own, and closes no alarm of another."""
    if settings.database_url not in _founded:
        _founded[settings.database_url] = await found_firm(client)
        await stocked(_founded[settings.database_url])
    known = _founded[settings.database_url]
    return Firm(client, known.outlet_id, known.other_outlet_id, known.technicians)


_founded: dict[str | None, Firm] = {}


@pytest.fixture
async def hq(firm: Firm) -> Person:
    return await firm.login("hq")


@pytest.fixture
async def unit(hq: Person, firm: Firm) -> dict[str, Any]:
    return await added(hq, firm)


@pytest.fixture
def opens(app: Litestar, client: httpx.AsyncClient) -> Opens:
    """Opens a path as a stranger at that address, and writes what was gathered."""

    async def open_it(path: str, address: str = SHANGHAI, at: datetime = NOW, times: int = 1) -> None:
        app.state["rate_limits"] = {}
        transport = httpx.ASGITransport(app=cast("Any", app), client=(address, 4711))
        with clock.as_of(at):
            async with httpx.AsyncClient(transport=transport, base_url="http://testserver.local") as stranger:
                for _ in range(times):
                    await stranger.get(path, headers={"user-agent": "Telltale/1.0"})
            await app.state.counting.flush()

    return open_it


def path_of(unit: Mapping[str, Any]) -> str:
    return urlsplit(str(unit["url"])).path


async def alarms(person: Person, serial: str, **asked: Any) -> list[dict[str, Any]]:
    """Those about this serial."""
    answer = await person.get("/scan-alarms", limit=500, **asked)
    assert answer.status_code == 200, answer.text
    return [alarm for alarm in answer.json()["items"] if alarm["serial"] == serial]


async def flies(opens: Opens, path: str, at: datetime = NOW) -> None:
    """Shanghai and Ürümqi within the hour, twice."""
    for hours in (5, 1):
        for address in (SHANGHAI, URUMQI):
            await opens(path, address, at - timedelta(hours=hours))


async def looked(app: Litestar, at: datetime = NOW) -> None:
    with clock.as_of(at):
        await app.state.counting.look()


class TestWhatIsWrittenOfAScan:
    async def test_an_hour_a_region_and_that_it_was_another_network(self, unit: dict[str, Any], opens: Opens) -> None:
        await opens(path_of(unit), SHANGHAI, times=3)
        await opens(path_of(unit), "203.0.113.99")  # the same network
        await opens(path_of(unit), NOWHERE)
        places = [dict(row) for row in await store.places_of([unit["id"]])]
        assert [(p["at"].minute, p["lat"], p["lon"], p["name"], p["scans"]) for p in places] == [
            (0, 31, 121, "上海市", 4)
        ]
        days = await store.days_of([unit["id"]], NOW.date() - timedelta(days=9))
        assert [(d["scans"], d["networks"]) for d in days] == [(5, 2)]

    async def test_neither_address_nor_browser_nor_anything_that_says_who(
        self, unit: dict[str, Any], opens: Opens
    ) -> None:
        await opens(path_of(unit), SHANGHAI)
        await opens(f"/01/{GTIN}/21/GUESSED00000000", SHANGHAI)
        kept = ""
        for table in ("unit_scan", "unit_scan_place", "scan_mark", "unknown_scan", "scan_alarm"):
            kept += str(await db.fetch_value(f"SELECT json_agg(t)::text FROM {table} t"))
        network = int(ipaddress.ip_address("203.0.113.0"))
        for told in ("203.0.113", "Telltale", "GUESSED", network.to_bytes(4).hex(), str(network)):
            assert told not in kept

    async def test_marks_and_their_keys_go_the_day_after(self, unit: dict[str, Any], opens: Opens) -> None:
        at, marks = NOW + timedelta(days=10), "SELECT count(*) FROM scan_mark WHERE day = $1"
        await opens(path_of(unit), SHANGHAI, at)
        await store.forget(at.date() + timedelta(days=1), noticing.KEEP)
        assert await db.fetch_value(marks, at.date()) == 1
        await store.forget(at.date() + timedelta(days=2), noticing.KEEP)
        assert await db.fetch_value(marks, at.date()) == 0
        assert await db.fetch_value("SELECT count(*) FROM scan_key WHERE day = $1", at.date()) == 0
        assert len(await store.places_of([unit["id"]])) == 1
        await store.forget(at.date() + noticing.KEEP + timedelta(days=1), noticing.KEEP)
        assert await store.places_of([unit["id"]]) == []
        assert len(await store.days_of([unit["id"]], NOW.date() - timedelta(days=9))) == 1

    async def test_a_technicians_scan_says_where_the_product_is(self, firm: Firm, unit: dict[str, Any]) -> None:
        desk, phone = await firm.login("desk"), await firm.phone(0)
        job = await firm.assigned(desk, 0, unit_id=unit["id"], lat=31.23, lon=121.47)
        scan = {"gtin": unit["gtin"], "serial": unit["serial"], "unit_id": unit["id"]}
        assert [o["status"] for o in await phone.outcomes(phone.operation("job.scan", job, scan))] == ["applied"]
        (place,) = await store.places_of([unit["id"]])
        assert (place["lat"], place["lon"], place["source"], place["scans"]) == (31, 121, "visit", 1)


class TestAnAlarm:
    async def test_comes_once_with_its_evidence_to_the_desk_of_the_unit(
        self, firm: Firm, unit: dict[str, Any], opens: Opens, app: Litestar
    ) -> None:
        await flies(opens, path_of(unit))
        for _ in range(2):
            await looked(app)
            await opens(path_of(unit), SHANGHAI, NOW)
        desk = await firm.login("desk")
        (alarm,) = await alarms(desk, unit["serial"])
        assert (alarm["signal"], alarm["state"], alarm["serial"]) == ("travel", "open", unit["serial"])
        assert (alarm["unit_id"], alarm["outlet_id"], alarm["times"]) == (unit["id"], firm.outlet_id, 1)
        assert alarm["evidence"]["trips"][0]["km"] > 2500
        assert {place["name_en"] for place in alarm["evidence"]["places"]} == {"Shanghai", "Xinjiang"}
        assert alarm["rule"]["zh"]
        assert "2 trips" in alarm["found"]["en"]
        assert await alarms(await firm.login("otherdesk"), unit["serial"]) == []
        assert (await desk.get(f"/scan-alarms/{alarm['id']}")).json() == alarm
        other = await firm.login("otherdesk")
        assert (await other.get(f"/scan-alarms/{alarm['id']}")).status_code == 404

    async def test_is_taken_and_closed_by_whoever_saw_it_as_it_stands(
        self, firm: Firm, hq: Person, unit: dict[str, Any], opens: Opens, app: Litestar
    ) -> None:
        await flies(opens, path_of(unit))
        await looked(app)
        desk = await firm.login("desk")
        (alarm,) = await alarms(desk, unit["serial"])
        path = f"/scan-alarms/{alarm['id']}"
        taken = await desk.post(f"{path}/take", {"version": alarm["version"]})
        assert (taken.json()["state"], taken.json()["taken_by"]) == ("taken", desk.user["id"])
        stale = await hq.post(f"{path}/take", {"version": alarm["version"]})
        assert (stale.status_code, stale.json()["code"]) == (409, "version_stale")
        finding = {"version": taken.json()["version"], "finding": "counterfeit", "note": "两台同号"}
        assert (await desk.post(f"{path}/close", finding)).status_code == 403
        closed = await hq.post(f"{path}/close", finding)
        assert (closed.json()["state"], closed.json()["finding"]) == ("closed", "counterfeit")
        again = await hq.post(f"{path}/close", finding | {"version": closed.json()["version"]})
        assert (again.status_code, again.json()["code"]) == (409, "state_illegal")
        assert await alarms(desk, unit["serial"]) == []
        assert [a["id"] for a in await alarms(desk, unit["serial"], open=False)] == [alarm["id"]]

    async def test_is_raised_again_by_new_scans_alone(
        self, hq: Person, unit: dict[str, Any], opens: Opens, app: Litestar
    ) -> None:
        await flies(opens, path_of(unit))
        await looked(app)
        (alarm,) = await alarms(hq, unit["serial"])
        with clock.as_of(NOW):
            await hq.post(f"/scan-alarms/{alarm['id']}/close", {"version": 1, "finding": "false_alarm", "note": "样机"})
        later = NOW + timedelta(days=3)
        await opens(path_of(unit), SHANGHAI, later)
        await looked(app, later)
        assert await alarms(hq, unit["serial"]) == []
        await flies(opens, path_of(unit), later)
        await looked(app, later)
        (again,) = await alarms(hq, unit["serial"])
        assert (again["id"], again["state"], again["times"], again["finding"]) == (alarm["id"], "open", 2, None)
        assert [(p["finding"], p["note"]) for p in again["past"]] == [("false_alarm", "样机")]

    async def test_many_networks_a_day_without_any_place(self, hq: Person, unit: dict[str, Any], app: Litestar) -> None:
        for back in range(TERMS.busy_days):
            for n in range(TERMS.networks_sold):
                app.state.counting.add(UUID(unit["id"]), NOW.date() - timedelta(days=back), f"10.{n}.0.1")
        await app.state.counting.flush()
        await looked(app)
        (alarm,) = await alarms(hq, unit["serial"])
        assert alarm["signal"] == "networks"
        assert {d["networks"] for d in alarm["evidence"]["days"]} == {TERMS.networks_sold}

    async def test_pages_lead_through_all_of_them(self, firm: Firm, hq: Person, opens: Opens, app: Litestar) -> None:
        for _ in range(3):
            await flies(opens, path_of(await added(hq, firm)))
            await looked(app)
        seen, cursor = [], None
        while True:
            page = (await hq.get("/scan-alarms", limit=2, **({"cursor": cursor} if cursor else {}))).json()
            seen += [alarm["id"] for alarm in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert len(seen) == len(set(seen)) >= 3


class TestAnAlarmInHands:
    @pytest.fixture
    async def alarm(self, firm: Firm, hq: Person, unit: dict[str, Any], opens: Opens, app: Litestar) -> dict[str, Any]:
        await flies(opens, path_of(unit))
        await looked(app)
        (alarm,) = await alarms(hq, unit["serial"])
        return alarm

    async def test_is_given_to_a_colleague_who_is_told_and_puts_it_back(
        self, firm: Firm, hq: Person, alarm: dict[str, Any], database: str
    ) -> None:
        desk, path = await firm.login("desk"), f"/scan-alarms/{alarm['id']}"
        async with poked(database) as heard:
            given = (await hq.post(f"{path}/give", {"to": desk.user["id"], "version": 1})).json()
        assert (given["state"], given["version"]) == ("taken", 2)
        assert (given["taken_by"], given["given_by"]) == (desk.user["id"], hq.user["id"])
        assert any(f"board:{firm.outlet_id}" in told for told in heard)
        assert (await desk.get(path)).json() == given

        async with poked(database) as heard:
            back = (await desk.post(f"{path}/put-back", {"version": 2})).json()
        assert (back["state"], back["taken_by"], back["taken_at"], back["given_by"]) == ("open", None, None, None)
        assert any(f"board:{firm.outlet_id}" in told for told in heard)
        own = (await desk.post(f"{path}/give", {"to": desk.user["id"], "version": 3})).json()
        assert (own["taken_by"], own["given_by"]) == (desk.user["id"], None), "given to oneself it is taken"

    async def test_is_given_to_nobody_who_may_not_look_into_it(self, firm: Firm, alarm: dict[str, Any]) -> None:
        desk, other, auditor = [await firm.login(name) for name in ("desk", "otherdesk", "auditor")]
        phone, path = await firm.login("tech0"), f"/scan-alarms/{alarm['id']}"
        for to in (phone.user["id"], other.user["id"], auditor.user["id"], str(uuid4())):
            refused = await desk.post(f"{path}/give", {"to": to, "version": 1})
            assert (refused.status_code, refused.json()["code"]) == (422, "colleague_unknown")
        for deed, body in (("give", {"to": desk.user["id"], "version": 1}), ("put-back", {"version": 1})):
            assert (await other.post(f"{path}/{deed}", body)).status_code == 404
            assert (await auditor.post(f"{path}/{deed}", body)).status_code == 403
            assert (await phone.post(f"{path}/{deed}", body)).status_code == 403
            assert (await desk.post(f"{path}/{deed}", {**body, "version": 0})).status_code == 400
        assert (await desk.get(path)).json() == alarm

    async def test_changes_hands_as_it_was_seen_or_not_at_all(
        self, firm: Firm, hq: Person, alarm: dict[str, Any]
    ) -> None:
        desk, path = await firm.login("desk"), f"/scan-alarms/{alarm['id']}"
        assert (await desk.post(f"{path}/take", {"version": 1})).json()["version"] == 2
        assert (await desk.post(f"{path}/take", {"version": 2})).json()["version"] == 2, "it is theirs already"
        for deed, body in (("give", {"to": hq.user["id"]}), ("put-back", {})):
            stale = await hq.post(f"{path}/{deed}", {**body, "version": 1})
            assert (stale.status_code, stale.json()["code"]) == (409, "version_stale")
            assert stale.json()["extra"]["version"] == 2
        await hq.post(f"{path}/close", {"version": 2, "finding": "false_alarm"})
        for deed, body in (("give", {"to": hq.user["id"]}), ("put-back", {}), ("take", {})):
            over = await hq.post(f"{path}/{deed}", {**body, "version": 3})
            assert (over.status_code, over.json()["code"]) == (409, "state_illegal")

    async def test_is_nobodys_when_it_is_raised_again(
        self, firm: Firm, hq: Person, alarm: dict[str, Any], unit: dict[str, Any], opens: Opens, app: Litestar
    ) -> None:
        desk, path = await firm.login("desk"), f"/scan-alarms/{alarm['id']}"
        with clock.as_of(NOW):
            await hq.post(f"{path}/give", {"to": desk.user["id"], "version": 1})
            await hq.post(f"{path}/close", {"version": 2, "finding": "false_alarm"})
        later = NOW + timedelta(days=3)
        await flies(opens, path_of(unit), later)
        await looked(app, later)
        (again,) = await alarms(hq, unit["serial"])
        assert (again["state"], again["taken_by"], again["given_by"]) == ("open", None, None)


class TestCodesNotOnRecord:
    async def test_are_for_headquarters_people_alone_to_give_each_other(
        self, firm: Firm, hq: Person, opens: Opens, app: Litestar, database: str
    ) -> None:
        desk, serial = await firm.login("desk"), f"FORGED{uuid4().hex[:10].upper()}"
        async with poked(database) as heard:
            for n in range(TERMS.invented_networks):
                await opens(f"/01/{GTIN}/21/{serial}", f"10.{n}.0.1")
            await looked(app)
        (alarm,) = await alarms(hq, serial)
        assert any(feed.HEADQUARTERS in told for told in heard), "nobody else is shown it, so nobody else is told"
        path = f"/scan-alarms/{alarm['id']}"
        refused = await hq.post(f"{path}/give", {"to": desk.user["id"], "version": 1})
        assert (refused.status_code, refused.json()["code"]) == (422, "colleague_unknown")
        assert (await desk.post(f"{path}/give", {"to": hq.user["id"], "version": 1})).status_code == 404
        quality = await firm.hired(f"quality.{uuid4().hex[:8]}", Role.HQ_MANAGER)
        async with poked(database) as heard:
            given = (await hq.post(f"{path}/give", {"to": quality.user["id"], "version": 1})).json()
        assert (given["taken_by"], given["given_by"]) == (quality.user["id"], hq.user["id"])
        assert any(feed.HEADQUARTERS in told for told in heard)
        await db.execute("DELETE FROM scan_alarm WHERE serial = $1", serial)

    async def test_many_of_one_model_are_one_alarm_for_headquarters_without_the_serials(
        self, firm: Firm, hq: Person, app: Litestar
    ) -> None:
        for n in range(TERMS.guesses):
            app.state.counting.add_unknown(GTIN, f"GUESSED{n:08}", f"10.{n % TERMS.guesses_networks}.0.1")
            app.state.counting.add_unknown("09506000134352", f"GUESSED{n:08}", f"10.{n}.0.1")
        await app.state.counting.flush()
        await app.state.counting.look()
        (alarm,) = await alarms(hq, "")
        assert (alarm["signal"], alarm["gtin"], alarm["serial"]) == ("unknown_codes", GTIN, "")
        assert (alarm["unit_id"], alarm["model_name_en"]) == (None, "Breeze 35GW")
        assert "GUESSED" not in str(alarm)
        assert await alarms(await firm.login("desk"), "") == []
        assert await db.fetch_value("SELECT count(*) FROM unknown_scan WHERE gtin <> $1", GTIN) == 0

    async def test_one_serial_from_many_networks_is_kept_as_evidence(
        self, hq: Person, opens: Opens, app: Litestar
    ) -> None:
        path = f"/01/{GTIN}/21/FORGED0000000001"
        for n in range(TERMS.invented_networks - 1):
            await opens(path, f"10.{n}.0.1")
        await looked(app)
        assert await alarms(hq, "FORGED0000000001") == []
        await opens(path, "10.99.0.1")
        await looked(app)
        (alarm,) = await alarms(hq, "FORGED0000000001")
        assert (alarm["signal"], alarm["serial"]) == ("invented_serial", "FORGED0000000001")

    async def test_who_invents_them_on_purpose_does_not_fill_the_desk(self, hq: Person, app: Litestar) -> None:
        for n in range(TERMS.invented_networks):
            for serial in range(TERMS.invented_most + 5):
                app.state.counting.add_unknown(GTIN, f"SPAM{serial:012}", f"10.{n}.0.1")
        await app.state.counting.flush()
        await app.state.counting.look()
        kept = "SELECT count(*) FROM scan_alarm WHERE signal = 'invented_serial' AND state <> 'closed'"
        assert await db.fetch_value(kept) == TERMS.invented_most
        await db.execute("DELETE FROM scan_alarm WHERE signal = 'invented_serial'")


class TestTheFileOfRegions:
    @pytest.mark.parametrize(
        "record",
        [
            None,
            "Shanghai",
            {},
            {"location": None},
            {"location": {"latitude": "31", "longitude": 121.0}},
            {"location": {"latitude": 91.0, "longitude": 0.0}},
            {"location": {"latitude": float("nan"), "longitude": 0.0}},
        ],
    )
    def test_what_says_no_place_is_none(self, record: Any) -> None:
        assert region_in(record) is None

    def test_names_may_be_missing(self) -> None:
        region = region_in({"location": {"latitude": 1, "longitude": 2.6}, "subdivisions": [{"names": {}}]})
        assert region is not None
        assert (region.lat, region.lon, region.name) == (1, 3, "")

    def test_a_file_that_is_none_keeps_the_server_from_starting(self, tmp_path: Path) -> None:
        file = tmp_path / "cities.mmdb"
        for content in (None, b"no such thing"):
            if content is not None:
                file.write_bytes(content)
            with pytest.raises(CannotStart, match="ONSITE_GEOIP_DATABASE"):
                regions.opened(Settings(geoip_database=file))

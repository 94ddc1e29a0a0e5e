"""The demonstration as it stands in the database after one start, and what later starts do with it."""

import asyncio
import itertools
import json
import stat
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from server.demo import handout
from server.demo.fill import fill
from server.demo.known import known
from server.demo.places import Place, travel_minutes
from server.evidence import rules as evidence
from server.platform import db
from server.platform.storage import Blobs, place_of
from server.settings import Settings

Client = AsyncTestClient[Litestar]

ADDRESS = "http://testserver.local"


@pytest.fixture(scope="module")
def demo(settings: Settings) -> Path:
    """The data directory of a filled installation; filled once for the module."""

    async def inside() -> None:
        assert settings.database_url is not None
        assert await known(settings.database_url, settings.data_dir, ADDRESS) is None
        db.use(settings.database_url)
        await db.open_pool(size=2)
        try:
            await fill(settings.data_dir, Blobs(place_of(settings)), ADDRESS)
        finally:
            await db.close_pool()

    asyncio.run(inside())
    return settings.data_dir


@pytest.fixture
def told(demo: Path) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads((demo / handout.NAME).read_text("utf-8"))
    return plain


async def rows(settings: Settings, sql: str, *args: Any) -> list[Any]:
    connection: Any = await asyncpg.connect(settings.database_url)
    try:
        return list(await connection.fetch(sql, *args))
    finally:
        await connection.close()


async def count(settings: Settings, sql: str) -> int:
    ((found,),) = await rows(settings, f"SELECT count(*) FROM {sql}")
    return int(found)


@pytest.mark.usefixtures("demo")
class TestTheFirm:
    async def test_it_is_as_large_as_promised(self, settings: Settings) -> None:
        wanted = {
            "headquarters": 1,
            "service_centre": 3,
            "outlet": 8,
            "technician": 40,
            "product_line": 4,
            "fault_code": 8,
            "product_notice": 1,
            "product_unit": 600,
            "job": 300,
        }
        assert {table: await count(settings, table) for table in wanted} == wanted

    async def test_every_model_has_main_parts_and_nothing_is_on_record_before_it_happened(
        self, settings: Settings
    ) -> None:
        bare = "product_model m WHERE NOT EXISTS (SELECT 1 FROM bom_part WHERE model_id = m.id)"
        assert await count(settings, bare) == 0
        early = "history h JOIN product_unit u ON u.id = h.record_id WHERE h.action = 'unit.add'"
        assert await count(settings, f"{early} AND (h.happened_at AT TIME ZONE 'Asia/Shanghai')::date < u.sold_on") == 0

    async def test_every_technician_has_a_login_and_a_device(self, settings: Settings) -> None:
        assert (
            await count(settings, "app_user u JOIN device d ON d.user_id = u.id WHERE u.technician_id IS NOT NULL")
            == 40
        )

    async def test_no_two_live_visits_of_one_technician_leave_no_time_to_travel(self, settings: Settings) -> None:
        visits = await rows(
            settings,
            "SELECT v.technician_id, v.starts_at, v.ends_at, j.lat, j.lon FROM visit v JOIN job j ON j.id = v.job_id"
            " WHERE v.state IN ('planned', 'active') ORDER BY v.technician_id, v.starts_at",
        )
        for one, next_one in itertools.pairwise(visits):
            if one["technician_id"] == next_one["technician_id"]:
                minutes = (next_one["starts_at"] - one["ends_at"]).total_seconds() / 60
                assert minutes >= travel_minutes(Place(one["lat"], one["lon"]), Place(next_one["lat"], next_one["lon"]))

    async def test_promises_were_met_and_missed_and_some_are_overdue(self, settings: Settings) -> None:
        assert await count(settings, "job WHERE promise_state = 'met'") > 40
        assert await count(settings, "job WHERE promise_state = 'missed'") > 0
        assert await count(settings, "job WHERE state = 'new' AND respond_by < now()") > 0
        assert await count(settings, "job WHERE state = 'new' AND respond_by > now()") > 10

    async def test_states_of_promise_and_job_agree(self, settings: Settings) -> None:
        assert await count(settings, "job j JOIN commitment c ON c.job_id = j.id WHERE c.state <> j.promise_state") == 0

    async def test_conflicts_wait_to_be_settled(self, settings: Settings) -> None:
        kinds = [r["kind"] for r in await rows(settings, "SELECT kind FROM review WHERE settled_at IS NULL")]
        assert sorted(kinds) == ["completion_invalid", "done_after_cancel", "duplicate_visit", "suspect_time"]

    async def test_a_code_that_was_copied_waits_for_somebody(self, settings: Settings) -> None:
        found = await rows(settings, "SELECT signal, state FROM scan_alarm")
        assert [tuple(row) for row in found] == [("travel", "open")]

    async def test_times_are_exact_but_those_of_the_wrong_clock(self, settings: Settings) -> None:
        assert await count(settings, "sync_operation WHERE grade <> 'exact'") == 1

    async def test_the_past_is_told_as_past(self, settings: Settings) -> None:
        assert await count(settings, "history WHERE happened_at > recorded_at + interval '1 minute'") == 0
        assert await count(settings, "history WHERE recorded_at > now()") == 0
        late = "history h JOIN job j ON j.id = h.record_id WHERE h.action = 'assign' AND h.happened_at < j.opened_at"
        assert await count(settings, late) == 0


@pytest.mark.usefixtures("demo")
class TestEvidence:
    async def test_completions_verify_but_the_one_that_was_tampered_with(self, settings: Settings) -> None:
        found = await rows(
            settings,
            "SELECT c.manifest, c.digest, c.signature, c.valid, d.public_key::text AS key"
            " FROM completion c JOIN device d ON d.id = c.device_id",
        )
        assert len(found) > 40
        assert sum(not row["valid"] for row in found) == 1
        for row in found:
            kept = row["manifest"].encode()
            assert evidence.digest(kept) == row["digest"]
            assert evidence.signed_by(json.loads(row["key"]), kept, row["signature"]) == row["valid"]

    async def test_some_customers_did_not_sign_and_some_reports_were_added_to(self, settings: Settings) -> None:
        found = await rows(settings, "SELECT kind, manifest, extends FROM completion")
        said = [evidence.manifest_of(row["manifest"].encode()) for row in found if row["kind"] != "addendum"]
        refusals = [one.refusal for one in said if one is not None and one.refusal is not None]
        assert any(one.witness is not None for one in refusals)
        assert any(one.witness is None for one in refusals)
        assert all(any(one.strokes) for one in said if one is not None and one.refusal is None)
        assert {row["kind"] for row in found} == {"completed", "cannot_complete", "addendum"}
        assert all((row["extends"] is not None) == (row["kind"] == "addendum") for row in found)

    async def test_photos_are_there_byte_for_byte(self, settings: Settings, demo: Path) -> None:
        received = await rows(settings, "SELECT digest, size FROM completion_photo WHERE received_at IS NOT NULL")
        kept = {path.name: path.stat().st_size for path in (demo / "blobs" / "kept").rglob("*") if path.is_file()}
        assert {r["digest"]: r["size"] for r in received} == kept


@pytest.mark.usefixtures("demo")
class TestFeed:
    """Old replicas equal fresh pulls only if every stream holds exactly what its reader may see, as it stands."""

    async def test_every_body_is_the_record_as_it_stands(self, settings: Settings) -> None:
        for record_type, table in (("job", "job"), ("customer", "customer"), ("unit", "product_unit")):
            stale = (
                f"feed f JOIN {table} t ON t.id = f.record_id WHERE f.record_type = '{record_type}'"
                " AND f.body IS NOT NULL AND (f.version <> t.version OR f.body::jsonb ->> 'id' <> t.id::text)"
            )
            assert await count(settings, stale) == 0

    async def test_boards_hold_every_job(self, settings: Settings) -> None:
        held = "feed f JOIN job j ON j.id = f.record_id AND f.stream = 'board:' || j.outlet_id WHERE f.body IS NOT NULL"
        assert await count(settings, held) == 300

    async def test_technicians_hold_their_jobs_with_customer_and_unit(self, settings: Settings) -> None:
        for record_type, column in (("job", "id"), ("customer", "customer_id"), ("unit", "unit_id")):
            wanted = await rows(
                settings,
                f"SELECT DISTINCT 'technician:' || technician_id AS stream, {column} AS id FROM job"
                " WHERE technician_id IS NOT NULL AND state <> 'closed'",
            )
            held = await rows(
                settings,
                "SELECT stream, record_id AS id FROM feed WHERE stream LIKE 'technician:%' AND record_type = $1"
                " AND body IS NOT NULL",
                record_type,
            )
            assert {tuple(r) for r in held} == {tuple(r) for r in wanted}

    async def test_the_catalogue_holds_the_kinds_of_jobs(self, settings: Settings) -> None:
        assert await count(settings, "feed WHERE stream = 'catalogue' AND record_type = 'job_type'") == 7


class TestHandout:
    def test_only_the_owner_may_read_it(self, demo: Path) -> None:
        assert stat.S_IMODE((demo / handout.NAME).stat().st_mode) == 0o600
        assert not (demo / handout.DRAFT).exists()

    def test_it_has_the_shape_that_tools_rely_on(self, told: dict[str, Any]) -> None:
        assert set(told) == {"base_url", "accounts", "units"}
        assert all(set(a) == {"role", "username", "password", "name"} for a in told["accounts"])
        assert all(u["url"] == f"{ADDRESS}/01/{u['gtin']}/21/{u['serial']}" for u in told["units"])
        assert len(told["units"]) == 600

    async def test_somebody_of_every_role_can_log_in(self, told: dict[str, Any], client: Client) -> None:
        tried = {account["role"]: account for account in reversed(told["accounts"])}
        assert len(tried) == 6
        for role, account in tried.items():
            login = {"username": account["username"], "password": account["password"]}
            answer = await client.post("/auth/login", json=login)
            assert answer.status_code == 200, role
            assert answer.json()["user"]["role"] == role

    async def test_a_technician_pulls_the_day(self, told: dict[str, Any], client: Client) -> None:
        account = next(a for a in told["accounts"] if a["role"] == "technician")
        login = {"username": account["username"], "password": account["password"]}
        token = (await client.post("/auth/login", json=login)).json()["access_token"]
        page = (await client.get("/sync/pull", headers={"Authorization": f"Bearer {token}"})).json()
        assert {c["type"] for c in page["changes"]} >= {"job_type", "job", "customer", "unit"}

    async def test_a_code_opens_the_page_of_its_unit(self, told: dict[str, Any], client: Client) -> None:
        unit = told["units"][0]
        answer = await client.get(f"/01/{unit['gtin']}/21/{unit['serial']}", headers={"Accept": "text/html"})
        assert answer.status_code == 200
        assert unit["serial"][-4:] in answer.text


class TestAnotherStart:
    async def test_nothing_changes(self, settings: Settings, demo: Path) -> None:
        before = (demo / handout.NAME).read_bytes()
        assert "there already" in await _again(settings, demo, ADDRESS)
        assert (demo / handout.NAME).read_bytes() == before
        assert await count(settings, "job") == 300

    async def test_another_address_is_handed_out(self, settings: Settings, demo: Path, told: dict[str, Any]) -> None:
        try:
            await _again(settings, demo, "http://127.0.0.1:9")
            moved = json.loads((demo / handout.NAME).read_text("utf-8"))
            assert moved["accounts"] == told["accounts"]
            assert moved["units"][5]["url"].startswith("http://127.0.0.1:9/01/")
        finally:
            await _again(settings, demo, ADDRESS)

    async def test_a_draft_left_by_a_crash_becomes_the_handout(self, settings: Settings, demo: Path) -> None:
        (demo / handout.NAME).rename(demo / handout.DRAFT)
        await _again(settings, demo, ADDRESS)
        assert (demo / handout.NAME).exists()
        assert not (demo / handout.DRAFT).exists()

    async def test_a_handout_of_another_firm_is_not_taken_for_this_one(
        self, settings: Settings, demo: Path, tmp_path: Path
    ) -> None:
        other = handout.read(demo / handout.NAME)
        assert other is not None
        units = [handout.named(ADDRESS, other.units[0].gtin, "0000000000000000")]
        handout.draft(tmp_path, handout.Handout(ADDRESS, other.accounts, units))
        handout.publish(tmp_path)
        assert "admin create" in await _again(settings, tmp_path, ADDRESS)


async def _again(settings: Settings, folder: Path, address: str) -> str:
    assert settings.database_url is not None
    said = await known(settings.database_url, folder, address)
    assert said is not None
    return said

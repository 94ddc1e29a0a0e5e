"""The examples of docs/integrating.md, run: both libraries must end where the protocol says, by the same tests."""

import asyncio
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
import pytest_asyncio

from server.platform import db
from tests.evidence.builders import facts
from tests.examples.conftest import Example, Installation
from tests.journeys.firm import Key, Person, Phone

pytestmark = [
    pytest.mark.database,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.parametrize("library", ["rxdb", "watermelon"]),
]
TECHNICIAN = {"rxdb": 0, "watermelon": 1}


@dataclass
class Scene:
    """A technician with a new job, the library on the phone, a dispatcher at the desk."""

    installation: Installation
    library: str
    technician: Person
    phone: Example
    job: Mapping[str, Any]

    @property
    def desk(self) -> Person:
        return self.installation.desk

    async def sync(self) -> None:
        await self.phone.do("sync")

    async def on_screen(self) -> Any:
        return await self.phone.one("jobs", self.job["id"])

    async def is_on_screen(self) -> bool:
        return self.job["id"] in await self.phone.ids("jobs")

    async def of_server(self) -> Any:
        """The technician's jobs as a fresh pull has them, by id."""
        page = (await self.technician.get("/sync/pull", limit=2000)).json()
        assert page["checkpoint"]
        return {change["id"]: change["body"] for change in page["changes"] if change["type"] == "job"}

    async def is_as_on_server(self) -> bool:
        shown, body = await self.on_screen(), (await self.of_server())[self.job["id"]]
        return bool(shown["body"] == body and all(shown[name] == body[name] for name in ("diagnosis", "title")))

    async def edits(self, **fields: Any) -> None:
        await self.phone.do("edit", "jobs", self.job["id"], fields)

    async def office_edits(self, **fields: Any) -> None:
        seen = (await self.desk.get(f"/jobs/{self.job['id']}")).json()
        answer = await self.desk.patch(f"/jobs/{self.job['id']}", {"base_version": seen["version"]} | fields)
        assert answer.status_code == 200, answer.text

    async def office_gives_it_to_another(self) -> None:
        starts = datetime.now(UTC) + timedelta(hours=next(self.installation.hours))
        wanted = {"technician_id": self.installation.firm.technicians[2], "starts_at": starts.isoformat()}
        answer = await self.desk.post(f"/jobs/{self.job['id']}/move", wanted)
        assert answer.status_code == 200, answer.text

    async def a_customer_with_a_job(self) -> str:
        made = await self.desk.post("/customers", {"outlet_id": self.installation.firm.outlet_id, "name": "李梅"})
        customer: str = made.json()["id"]
        number, hours = TECHNICIAN[self.library], next(self.installation.hours)
        await self.installation.firm.assigned(self.desk, number, hours, customer_id=customer)
        return customer

    async def operations(self) -> list[Any]:
        """What the server recorded on the job, in the order it did."""
        found = await db.fetch(
            "SELECT device_id, seq, kind, args, base_version, status, grade FROM sync_operation"
            " WHERE record_id = $1 ORDER BY received_at, seq",
            UUID(self.job["id"]),
        )
        return [{**row, "args": json.loads(row["args"])} for row in found]


@pytest_asyncio.fixture(loop_scope="module")
async def scene(library: str, installation: Installation) -> Scene:
    number = TECHNICIAN[library]
    technician = await installation.firm.login(f"tech{number}")
    job = await installation.firm.assigned(installation.desk, number, next(installation.hours))
    phone = await installation.phone(library, technician)
    await phone.do("sync")
    return Scene(installation, library, technician, phone, job)


class TestPulling:
    async def test_the_first_pull_equals_the_servers_records(self, scene: Scene) -> None:
        shown = {record["id"]: record["body"] for record in await scene.phone.do("list", "jobs")}
        assert shown == await scene.of_server()

    async def test_a_change_of_the_office_arrives(self, scene: Scene) -> None:
        await scene.office_edits(priority=1)
        await scene.sync()
        assert (await scene.on_screen())["priority"] == 1

    async def test_a_removed_record_disappears(self, scene: Scene) -> None:
        await scene.office_gives_it_to_another()
        await scene.sync()
        assert not await scene.is_on_screen()

    async def test_after_a_purge_of_tombstones_the_record_disappears_all_the_same(self, scene: Scene) -> None:
        await scene.office_gives_it_to_another()
        await db.execute("DELETE FROM feed WHERE body IS NULL")
        await db.execute("UPDATE stream SET floor = head")
        await scene.sync()
        assert not await scene.is_on_screen()

    async def test_a_customer_is_a_record_like_any_other(self, scene: Scene) -> None:
        customer = await scene.a_customer_with_a_job()
        await scene.sync()
        await scene.phone.do("edit", "customers", customer, {"phone": "13900000001"})
        await scene.sync()
        assert (await scene.phone.one("customers", customer))["body"]["phone"] == "13900000001"

    async def test_a_poke_tells_of_news(self, scene: Scene) -> None:
        await scene.phone.say("poked")
        heard = asyncio.create_task(scene.phone.answer())
        for number in itertools.count():  # nobody is poked before the phone listens
            await scene.office_edits(access_notes=f"门禁 {number}")
            if (await asyncio.wait({heard}, timeout=0.2))[0]:
                break
        assert heard.result() is None


class TestEditing:
    async def test_an_edit_is_one_patch_operation_of_what_was_changed(self, scene: Scene) -> None:
        await scene.edits(diagnosis="压缩机不启动", contact_phone="13900000000")
        await scene.sync()
        [operation] = await scene.operations()
        assert (operation["kind"], operation["status"], operation["grade"]) == ("job.patch", "applied", "exact")
        assert operation["args"] == {"diagnosis": "压缩机不启动", "contact_phone": "13900000000"}
        assert operation["base_version"] == scene.job["version"]
        assert await scene.is_as_on_server()

    async def test_two_edits_are_two_operations_in_their_order(self, scene: Scene) -> None:
        await scene.phone.do("fault", "lose")
        await scene.edits(diagnosis="一")
        await scene.edits(result="二")
        await sync_at_last(scene)
        assert [o["args"] for o in await scene.operations()] == [{"diagnosis": "一"}, {"result": "二"}]

    async def test_what_only_the_office_may_make_or_delete_is_as_it_was(self, scene: Scene) -> None:
        await scene.phone.do("remove", "jobs", scene.job["id"])
        await scene.sync()
        await scene.sync()
        assert await scene.operations() == []
        assert await scene.is_on_screen()


class TestCompleting:
    async def test_what_the_customer_signed_holds(self, scene: Scene) -> None:
        outcome = await scene.phone.do("complete", facts(scene.job["id"], position={"lat": 31.2304, "lon": 121.5}))
        assert (outcome["status"], outcome["code"]) == ("applied", None)
        (kept,) = (await scene.desk.get(f"/evidence/jobs/{scene.job['id']}/completions")).json()
        assert (kept["valid"], kept["fault"]) == (True, None)


class TestConflicts:
    async def test_an_office_owned_field_ends_as_the_office_has_it(self, scene: Scene) -> None:
        await scene.office_edits(title="制冷剂泄漏")
        await scene.edits(title="不制冷", diagnosis="缺氟")
        await scene.sync()
        outcome = await scene.phone.do("outcome", "job", scene.job["id"])
        assert outcome["status"] == "merged"
        assert [(m["field"], m["winner"], m["lost"]) for m in outcome["merges"]] == [("title", "office", "不制冷")]
        assert (await scene.on_screen())["title"] == "制冷剂泄漏"
        assert (await scene.on_screen())["diagnosis"] == "缺氟"

    async def test_an_edit_that_lost_all_it_said_leaves_the_screen(self, scene: Scene) -> None:
        await scene.office_edits(title="制冷剂泄漏")
        await scene.edits(title="不制冷")
        await scene.sync()
        assert (await scene.on_screen())["title"] == "制冷剂泄漏"

    async def test_of_a_shared_field_the_later_edit_counts_not_the_later_push(self, scene: Scene) -> None:
        await db.execute("UPDATE job SET opened_at = opened_at - interval '1 day' WHERE id = $1", UUID(scene.job["id"]))
        await scene.phone.do("offline", True)
        await scene.edits(contact_name="李四")
        await scene.phone.do("wait", 3_600_000)
        await scene.office_edits(contact_name="王五")
        await scene.phone.do("offline", False)
        await scene.sync()
        assert (await scene.on_screen())["contact_name"] == "王五"
        assert await scene.is_as_on_server()

    async def test_an_edit_the_server_refuses_is_undone(self, scene: Scene) -> None:
        before = (await scene.on_screen())["priority"]
        await scene.edits(priority=9)
        await scene.sync()
        outcome = await scene.phone.do("outcome", "job", scene.job["id"])
        assert (outcome["status"], outcome["code"]) == ("rejected", "arguments_invalid")
        assert (await scene.on_screen())["priority"] == before

    async def test_an_unsent_edit_outlives_the_removal_of_its_record(self, scene: Scene) -> None:
        await scene.office_gives_it_to_another()
        await scene.edits(diagnosis="缺氟")
        await scene.sync()
        [operation] = await scene.operations()
        assert operation["args"] == {"diagnosis": "缺氟"}
        assert not await scene.is_on_screen()


class TestRefusals:
    """Whatever the server refuses, the work is kept, and handed in when it may be."""

    async def test_a_login_that_ended_costs_no_work(self, scene: Scene) -> None:
        await scene.phone.do("token", "expired")
        await scene.edits(diagnosis="缺氟")
        await scene.phone.do("attempt")
        await scene.phone.do("token", scene.technician.token)
        await scene.sync()
        assert len(await scene.operations()) == 1
        assert await scene.is_as_on_server()

    async def test_a_revoked_device_keeps_what_it_has_to_say(self, scene: Scene) -> None:
        device = UUID(await scene.phone.do("device"))
        await db.execute("UPDATE device SET revoked_at = now() WHERE id = $1", device)
        await scene.edits(diagnosis="缺氟")
        await scene.phone.do("attempt")
        assert await scene.operations() == []
        await db.execute("UPDATE device SET revoked_at = NULL WHERE id = $1", device)
        await scene.sync()
        assert len(await scene.operations()) == 1

    async def test_an_app_too_old_to_read_hands_in_all_the_same(self, scene: Scene) -> None:
        state = scene.installation.app.state
        served = state.settings
        state.settings = msgspec.structs.replace(served, oldest_pull=2)
        try:
            await scene.edits(diagnosis="缺氟")
            await scene.sync()
            assert len(await scene.operations()) == 1
            assert await scene.phone.do("refusal") == "client_outdated"
            assert (await scene.on_screen())["diagnosis"] == "缺氟"
        finally:
            state.settings = served


class TestFaults:
    async def test_a_lost_reply_applies_nothing_twice(self, scene: Scene) -> None:
        await scene.phone.do("fault", "lose")
        await scene.edits(diagnosis="缺氟")
        await sync_at_last(scene)
        assert len(await scene.operations()) == 1
        assert await scene.is_as_on_server()

    async def test_an_edit_whose_reply_was_lost_is_not_said_again_over_a_newer_one(self, scene: Scene) -> None:
        await scene.phone.do("fault", "lose")
        await scene.edits(contact_name="李四")
        await sync_at_last(scene)
        await scene.office_edits(contact_name="王五")
        await scene.edits(diagnosis="缺氟")
        await scene.sync()
        assert (await scene.on_screen())["contact_name"] == "王五"
        assert await scene.is_as_on_server()

    async def test_killed_before_the_reply_it_goes_on_where_it_was(self, scene: Scene) -> None:
        await scene.phone.do("fault", "hang")
        await scene.edits(diagnosis="缺氟")
        await scene.phone.say("sync")
        assert await scene.phone.answer() == "hanging"
        scene.phone = await scene.installation.restarted(scene.library, scene.technician)
        await scene.sync()
        assert len(await scene.operations()) == 1
        assert await scene.is_as_on_server()

    async def test_after_a_restore_from_a_backup_it_teaches_the_server_again(self, scene: Scene) -> None:
        await scene.edits(diagnosis="缺氟")
        await scene.sync()
        await forget_everything()
        await scene.sync()
        await scene.sync()
        assert len(await scene.operations()) == 1

    async def test_a_forked_identity_goes_on_under_a_new_one(self, scene: Scene) -> None:
        device_id = await scene.phone.do("device")
        judged = await db.fetch_value("SELECT last_seq FROM device WHERE id = $1", UUID(device_id))
        clone = Phone(scene.technician, device_id, Key(), judged)
        await clone.outcomes(clone.operation("job.note", scene.job, {"text": "两台手机，一个身份"}))
        await scene.edits(diagnosis="缺氟")
        await scene.sync()
        [note, patch] = await scene.operations()
        assert (note["kind"], patch["args"]) == ("job.note", {"diagnosis": "缺氟"})
        assert note["device_id"] != patch["device_id"]
        assert await scene.is_as_on_server()


async def sync_at_last(scene: Scene) -> None:
    """One library gives up at a lost reply, the other tries again by itself; asked twice, both are through."""
    await scene.phone.attempt("sync")
    await scene.sync()


async def forget_everything() -> None:
    """As after a restore of a backup from before the first operation: another epoch, and no device ever spoke."""
    await db.execute("UPDATE installation SET epoch = gen_random_uuid()")
    await db.execute("DELETE FROM sync_operation")
    await db.execute("UPDATE device SET last_seq = 0")

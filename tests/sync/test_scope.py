"""Who sees what changes: jobs, technicians and outlets move, and every replica that reads on equals one that reads
afresh (guarantees 5 and 7)."""

from typing import Any

import httpx

from schemas.network import NewServiceCentre
from server.network import actions as network
from server.platform import db
from tests.journeys.firm import Firm, Person, Phone
from tests.sync.follower import Follower, Watched, follower


def note(phone: Phone, job: Any) -> dict[str, Any]:
    return dict(phone.operation("job.note", job, {"text": "好"}))


async def a_customer(firm: Firm, desk: Person) -> str:
    asked = {"outlet_id": firm.outlet_id, "name": "李梅", "phone": "13800000000", "lat": 31.2, "lon": 121.4}
    answer = await desk.post("/customers", asked)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


class TestAJobThatIsReassigned:
    async def test_leaves_one_phone_and_comes_to_the_other_with_its_customer(self, firm: Firm) -> None:
        desk, one, other = await firm.login("desk"), await firm.phone(0), await firm.phone(1)
        first, second, board = follower(one), follower(other), Follower(desk)
        watched = Watched([first, second, board])
        customer = await a_customer(firm, desk)
        job = await firm.assigned(desk, 0, customer_id=customer)
        await watched.settle()
        assert (first.ids("customer"), second.ids("customer")) == ({customer}, set())
        wanted = {"technician_id": firm.technicians[1], "starts_at": job["window_start"]}
        assert (await desk.post(f"/jobs/{job['id']}/move", wanted)).status_code == 200
        await watched.settle()
        assert (first.ids("job"), second.ids("job")) == (set(), {job["id"]})
        assert (first.ids("customer"), second.ids("customer")) == (set(), {customer})
        assert (await one.outcomes(note(one, job)))[0]["status"] == "applied"  # a note of who had it still counts
        await watched.settle()


class TestATechnicianWhoMoves:
    async def test_keeps_their_work_and_their_device(self, firm: Firm) -> None:
        desk, hq, phone = await firm.login("desk"), await firm.login("hq"), await firm.phone(0)
        held, board, other_board = follower(phone), Follower(desk), Follower(await firm.login("otherdesk"))
        watched = Watched([held, board, other_board])
        job = await firm.assigned(desk, 0)
        await watched.settle()
        path = f"/technicians/{firm.technicians[0]}"
        for person, code in ((desk, "forbidden"), (phone.person, "forbidden")):
            refused = await person.patch(path, {"base_version": 1, "outlet_id": firm.other_outlet_id})
            assert refused.json()["code"] == code
        unknown = await hq.patch(path, {"base_version": 1, "outlet_id": job["id"]})
        assert unknown.json()["code"] == "outlet_unknown"
        moved = await hq.patch(path, {"base_version": 1, "outlet_id": firm.other_outlet_id})
        assert (moved.status_code, moved.json()["outlet_id"]) == (200, firm.other_outlet_id)
        unfit = moved.json()["unfit"]["visits"]
        assert [(visit["job_id"], visit["code"]) for visit in unfit] == [(job["id"], "not_lent")]
        await watched.settle()
        assert held.ids("job") == {job["id"]}  # until the desk that raised it takes it back
        assert [o["status"] for o in await phone.outcomes(note(phone, job))] == ["applied"]
        await watched.settle()
        assert (await desk.post(f"/jobs/{job['id']}/unassign", {"reason": "调动"})).status_code == 200
        await watched.settle()
        assert held.ids("job") == set()
        listed = await (await firm.login("otherdesk")).get("/devices")
        assert phone.device_id in {d["id"] for d in listed.json()["items"]}
        otherdesk = await firm.login("otherdesk")
        there = await firm.job(otherdesk, outlet_id=firm.other_outlet_id)
        starts = {"technician_id": firm.technicians[0], "starts_at": job["window_start"]}
        assert (await otherdesk.post(f"/jobs/{there['id']}/assign", starts)).status_code == 200
        await watched.settle()
        assert held.ids("job") == {there["id"]}


class TestAnOutletThatMovesToAnotherCentre:
    async def test_takes_everything_along_and_every_replica_follows(self, firm: Firm) -> None:
        async with db.transaction():
            headquarters = await db.fetch_value("SELECT id FROM headquarters")
            centre = str(await network.create_centre(headquarters, NewServiceCentre(name="华南中心")))
        desk, hq, phone = await firm.login("desk"), await firm.login("hq"), await firm.phone(0)
        held, board, all_boards = follower(phone), Follower(desk), Follower(hq)
        watched = Watched([held, board, all_boards])
        job = await firm.assigned(desk, 0, customer_id=await a_customer(firm, desk))
        signed = await firm.assigned(desk, 0, hours=30)
        assert (await phone.outcomes(phone.complete(signed)))[0]["status"] == "applied"
        await desk.post(f"/jobs/{(await firm.assigned(desk, 1))['id']}/cancel", {"reason": "顾客改期"})
        await watched.settle()

        path, move = f"/outlets/{firm.outlet_id}", {"base_version": 1, "centre_id": centre}
        for person in (desk, phone.person, await firm.login("auditor")):
            assert (await person.patch(path, move)).json()["code"] == "forbidden"
        assert (await hq.patch(path, move | {"centre_id": job["id"]})).json()["code"] == "not_found"
        assert (await hq.patch(f"/outlets/{job['id']}", move)).json()["code"] == "outlet_unknown"
        moved = await hq.patch(path, move)
        assert (moved.status_code, moved.json()["centre_id"]) == (200, centre)

        await watched.settle()
        assert {r["centre_id"] for r in held.records().values() if "centre_id" in r} == {centre}
        assert {r["centre_id"] for r in all_boards.records().values() if "centre_id" in r} == {centre}
        board.person = await firm.login("desk")  # the token that says the new place
        await watched.settle()
        assert board.ids("job") == all_boards.ids("job")
        assert [o["status"] for o in await phone.outcomes(note(phone, job))] == ["applied"]
        await watched.settle()
        left = [
            await db.fetch_value(
                f"SELECT count(*) FROM {t} WHERE outlet_id = $1 AND centre_id::text <> $2", firm.outlet_id, centre
            )
            for t in WITH_A_CENTRE
        ]
        assert left == [0] * len(WITH_A_CENTRE)
        versions = await db.fetch_value("SELECT sum(version) FROM job")
        assert (await hq.patch(path, move | {"base_version": 2})).status_code == 200
        assert await db.fetch_value("SELECT sum(version) FROM job") == versions

    async def test_names_every_table_that_carries_a_centre(self, client: httpx.AsyncClient) -> None:
        found = await db.fetch(
            "SELECT a.table_name FROM information_schema.columns a JOIN information_schema.columns b"
            " ON a.table_name = b.table_name AND a.table_schema = b.table_schema"
            " WHERE a.table_schema = 'public' AND a.column_name = 'centre_id' AND b.column_name = 'outlet_id'"
        )
        assert {row["table_name"] for row in found} - OF_A_CONDITION - OF_A_MOMENT == set(WITH_A_CENTRE)


#: There the two are what a policy asks of a job: never edited, and a centre's policies stay behind with the centre.
OF_A_CONDITION = {"commitment_policy"}
#: The part of the network that somebody could write to at that moment.
OF_A_MOMENT = {"unit_import"}
WITH_A_CENTRE = (
    *("job", "customer", "product_unit", "review", "visit", "commitment", "alarm", "completion", "history"),
    *("app_user", "device", "technician"),
    *("absence", "certificate", "borrowing", "van_stock", "depot_stock"),
    *("plan", "reaction", "reaction_rule"),
    *("unit_card", "unit_remedy"),
    *("service_request", "customer_ask", "judgement", "registration", "notification", "label_batch"),
    *("seal", "service_report", "upload"),
)

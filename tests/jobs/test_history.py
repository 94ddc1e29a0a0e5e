"""The history of a record: who, when, from which clock, old and new, and every value that did not win (guarantee 9)."""

from datetime import timedelta
from typing import Any

from tests.journeys.firm import Firm, Person
from tests.journeys.standing import firm, standing

__all__ = ["firm", "standing"]


async def lines(person: Person, path: str, limit: int = 100) -> list[Any]:
    """All pages."""
    found: list[Any] = []
    cursor = None
    while True:
        answer = await person.get(f"{path}/history", limit=limit, **({"cursor": cursor} if cursor else {}))
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert len(page["items"]) <= limit
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


class TestAJobsHistory:
    async def test_says_who_did_what_when_and_from_which_clock(self, firm: Firm) -> None:
        desk, phone = await firm.login("desk"), await firm.phone(0)
        job = await firm.assigned(desk, 0)
        await phone.outcomes(phone.operation("job.patch", job, {"diagnosis": "磨损"}, ago=timedelta(hours=9)))
        *_, line = await lines(desk, f"/jobs/{job['id']}")
        assert (line["action"], line["user_name"], line["device_name"]) == ("job.patch", "tech0", "phone")
        assert (line["changes"], line["lost"]) == ({"diagnosis": ["", "磨损"]}, {})
        assert line["happened_grade"] == "suspect"  # before the job was raised
        assert line["refused"] is None

    async def test_tells_what_was_refused_with_the_values_that_were_handed_in(self, firm: Firm) -> None:
        desk, phone = await firm.login("desk"), await firm.phone(0)
        job = await firm.assigned(desk, 0)
        (outcome,) = await phone.outcomes(phone.operation("job.patch", job, {"diagnosis": "磨损", "priority": 99}))
        assert outcome["status"] == "rejected"
        *_, line = await lines(desk, f"/jobs/{job['id']}")
        assert line["refused"]["code"] == "arguments_invalid"
        assert line["lost"] == {"diagnosis": "磨损", "priority": 99}
        assert (line["action"], line["user_name"], line["version"]) == ("job.patch", "tech0", job["version"])

    async def test_tells_also_what_no_database_would_take_as_text(self, firm: Firm) -> None:
        desk, phone = await firm.login("desk"), await firm.phone(0)
        job = await firm.assigned(desk, 0)
        await phone.outcomes(phone.operation("job.note", job, {"text": "a\u0000b"}))
        *_, line = await lines(desk, f"/jobs/{job['id']}")
        assert line["lost"] == {"text": "a\u0000b"}

    async def test_leaves_out_what_somebody_handed_in_under_an_id_they_guessed(self, firm: Firm) -> None:
        desk, stranger = await firm.login("desk"), await firm.phone(2)
        job = await firm.assigned(desk, 0)
        await stranger.outcomes(stranger.operation("job.note", job, {"text": "boo"}))
        assert [line["action"] for line in await lines(desk, f"/jobs/{job['id']}")] == ["raise", "assign"]

    async def test_is_the_same_in_pages_of_any_size(self, firm: Firm) -> None:
        desk, phone = await firm.login("desk"), await firm.phone(0)
        job = await firm.assigned(desk, 0)
        for n in range(3):
            await phone.outcomes(
                phone.operation("job.note", job, {"text": str(n)}),
                phone.operation("job.patch", job, {"priority": 99}),
                phone.operation("job.explode", job),
            )
        path = f"/jobs/{job['id']}"
        whole = await lines(desk, path)
        assert len(whole) == 2 + 9
        assert await lines(desk, path, limit=1) == whole
        assert await lines(desk, path, limit=4) == whole
        versions = [line["version"] for line in whole]
        assert versions == sorted(versions)

    async def test_is_read_by_the_technician_who_holds_the_job_and_by_nobody_elses_desk(self, firm: Firm) -> None:
        desk, mine = await firm.login("desk"), await firm.login("tech0")
        job = await firm.assigned(desk, 0)
        assert len(await lines(mine, f"/jobs/{job['id']}")) == 2
        for username in ("tech1", "otherdesk"):
            person = await firm.login(username)
            assert (await person.get(f"/jobs/{job['id']}/history")).status_code == 404


class TestACustomersHistory:
    async def test_shows_both_sides_values_and_what_was_refused(self, firm: Firm) -> None:
        desk, phone = await firm.login("desk"), await firm.phone(0)
        new = {"outlet_id": firm.outlet_id, "name": "李梅", "phone": "1"}
        customer = (await desk.post("/customers", new)).json()
        path = f"/customers/{customer['id']}"
        await firm.assigned(desk, 0, customer_id=customer["id"])
        await desk.patch(path, {"base_version": 1, "phone": "office's"})
        await phone.outcomes(
            phone.operation("customer.patch", customer, {"phone": "field's"}, ago=timedelta(minutes=5)),
            phone.operation("customer.patch", customer, {"name": ""}),
        )
        told = await lines(desk, path)
        assert [line["action"] for line in told] == [
            *("customer.add", "customer.change", "customer.patch", "customer.patch")
        ]
        assert told[1]["changes"] == {"phone": ["1", "office's"]}
        assert told[2]["lost"] == {"phone": "field's"}
        assert (told[3]["refused"]["code"], told[3]["lost"]) == ("arguments_invalid", {"name": ""})
        assert (await (await firm.login("otherdesk")).get(f"{path}/history")).status_code == 404

from typing import Any
from uuid import UUID, uuid4

import pytest

from schemas.accounts import Role
from server.network import actions as network
from server.platform import db
from tests.accounts.builders import PASSWORD, Firm, code, technician, user, username_of


def new(role: str, **others: Any) -> dict[str, Any]:
    plain = {k: str(v) if isinstance(v, UUID) else v for k, v in others.items()}
    return {"username": f"new.{uuid4().hex}", "name": "新人", "password": PASSWORD, "role": role, **plain}


async def names_seen(firm: Firm, who: str) -> set[str]:
    listed = (await firm.get(who, "/users", limit=500)).json()["items"]
    names = {str(caller.user_id): name for name, caller in firm.people.items()}
    return {names[u["id"]] for u in listed}


class TestListingUsers:
    async def test_shows_the_callers_subtree(self, firm: Firm) -> None:
        north_one = {"north_one_manager", "north_one_dispatcher", "technician"}
        assert await names_seen(firm, "north_one_manager") == north_one
        assert await names_seen(firm, "north_manager") == north_one | {
            "north_manager",
            "north_auditor",
            "north_two_dispatcher",
        }
        assert await names_seen(firm, "hq_manager") == await names_seen(firm, "auditor") == set(firm.people)

    @pytest.mark.parametrize("who", ["technician", "north_one_dispatcher"])
    async def test_is_for_managers_and_auditors(self, firm: Firm, who: str) -> None:
        assert code(await firm.get(who, "/users")) == "forbidden"

    async def test_comes_in_pages_that_together_are_the_whole(self, firm: Firm) -> None:
        seen: list[str] = []
        cursor: str | None = None
        while True:
            page = (await firm.get("hq_manager", "/users", limit=3, **({"cursor": cursor} if cursor else {}))).json()
            seen += [u["username"] for u in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert seen == sorted(seen)
        assert len(seen) == len(set(seen)) == len(firm.people)

    async def test_never_shows_a_hash(self, firm: Firm) -> None:
        assert "argon2" not in (await firm.get("hq_manager", "/users")).text


class TestMakingUsers:
    async def test_a_manager_makes_people_for_their_own_outlet(self, firm: Firm) -> None:
        answer = await firm.post("north_one_manager", "/users", new("dispatcher", outlet_id=firm.north_one))
        assert answer.status_code == 201
        assert answer.json()["centre_id"] == str(firm.north)

    async def test_a_technician_is_tied_to_their_file(self, firm: Firm) -> None:
        async with db.transaction():
            file = await network.create_technician(technician(firm.north_two), firm.north)
        wanted = new("technician", outlet_id=firm.north_two, technician_id=file)
        answer = await firm.post("north_manager", "/users", wanted)
        assert answer.json()["technician_id"] == str(file)
        again = await firm.post(
            "north_manager", "/users", new("technician", outlet_id=firm.north_two, technician_id=file)
        )
        assert code(again) == "invalid"

    @pytest.mark.parametrize(
        ("who", "role", "place", "refusal"),
        [
            ("north_one_manager", "dispatcher", "north_two", "outlet_unknown"),
            ("north_one_manager", "dispatcher", "south_one", "outlet_unknown"),
            ("north_one_manager", "dispatcher", None, "forbidden"),
            ("north_one_manager", "centre_manager", "north", "forbidden"),
            ("north_manager", "hq_manager", None, "forbidden"),
            ("north_manager", "dispatcher", "south", "not_found"),
            ("north_manager", "auditor", None, "forbidden"),
            ("hq_manager", "centre_manager", "north_one", "invalid"),
            ("hq_manager", "technician", "north_one", "invalid"),
            ("hq_manager", "outlet_manager", "north", "invalid"),
            ("auditor", "auditor", None, "forbidden"),
            ("north_one_dispatcher", "technician", "north_one", "forbidden"),
            ("technician", "hq_manager", None, "forbidden"),
        ],
    )
    async def test_stays_below_the_maker(
        self, firm: Firm, who: str, role: str, place: str | None, refusal: str
    ) -> None:
        where: dict[str, Any] = {}
        if place is not None:
            where = {"centre_id" if place in ("north", "south") else "outlet_id": getattr(firm, place)}
        assert code(await firm.post(who, "/users", new(role, **where))) == refusal

    async def test_does_not_put_an_outlet_under_another_centre(self, firm: Firm) -> None:
        wanted = new("dispatcher", outlet_id=firm.north_one, centre_id=firm.south)
        assert code(await firm.post("hq_manager", "/users", wanted)) == "outlet_unknown"

    async def test_does_not_borrow_a_technician_of_another_outlet(self, firm: Firm) -> None:
        wanted = new("technician", outlet_id=firm.north_two, technician_id=firm.technician)
        assert code(await firm.post("hq_manager", "/users", wanted)) == "technician_unknown"

    async def test_refuses_a_name_that_is_taken_in_any_place(self, firm: Firm) -> None:
        taken = await username_of(firm.people["south_manager"])
        wanted = new("dispatcher", outlet_id=firm.north_one) | {"username": taken}
        answer = await firm.post("north_one_manager", "/users", wanted)
        assert (answer.status_code, code(answer)) == (409, "username_taken")


class TestChangingUsers:
    async def change(self, firm: Firm, who: str, whom: str, **patch: Any) -> Any:
        return await firm.patch(who, f"/users/{firm.people[whom].user_id}", patch)

    async def test_ends_the_logins_of_who_is_made_inactive(self, firm: Firm) -> None:
        name = await username_of(firm.people["north_one_dispatcher"])
        tokens = (await firm.client.post("/auth/login", json={"username": name, "password": PASSWORD})).json()
        changed = await self.change(firm, "north_one_manager", "north_one_dispatcher", active=False)
        assert changed.json()["active"] is False
        again = await firm.client.post("/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
        assert code(again) == "refresh_reused"

    async def test_gives_another_role_in_the_same_place(self, firm: Firm) -> None:
        changed = await self.change(firm, "north_manager", "north_one_dispatcher", role="outlet_manager")
        assert changed.json()["role"] == "outlet_manager"
        assert changed.json()["active"] is True

    async def test_refuses_a_role_that_does_not_fit_the_place(self, firm: Firm) -> None:
        assert code(await self.change(firm, "hq_manager", "north_one_dispatcher", role="centre_manager")) == "invalid"

    async def test_does_not_find_people_outside_the_subtree(self, firm: Firm) -> None:
        for whom in ("south_one_manager", "north_two_dispatcher", "north_manager", "hq_manager"):
            answer = await self.change(firm, "north_one_manager", whom, active=False)
            assert (answer.status_code, code(answer)) == (404, "not_found")
        unknown = await firm.patch("north_one_manager", f"/users/{uuid4()}", {"active": False})
        assert (unknown.status_code, code(unknown)) == (404, "not_found")

    async def test_is_not_for_oneself(self, firm: Firm) -> None:
        assert code(await self.change(firm, "hq_manager", "hq_manager", active=False)) == "forbidden"
        assert code(await self.change(firm, "north_one_manager", "north_one_manager", role="dispatcher")) == "forbidden"

    async def test_does_not_reach_above_ones_own_role(self, firm: Firm) -> None:
        firm.people["chief"] = await user(Role.AUDITOR, firm.north, firm.north_one)
        assert code(await self.change(firm, "north_one_manager", "chief", active=False)) == "forbidden"
        assert code(await self.change(firm, "north_one_manager", "north_one_dispatcher", role="auditor")) == "forbidden"

    @pytest.mark.parametrize("who", ["auditor", "north_one_dispatcher", "technician"])
    async def test_is_for_managers(self, firm: Firm, who: str) -> None:
        assert code(await self.change(firm, who, "technician", active=False)) == "forbidden"

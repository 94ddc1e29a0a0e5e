"""To whom a matter of an outlet may be given: who is listed, and to whom."""

from typing import Any
from uuid import UUID

import pytest

from server.platform import db
from tests.accounts.builders import Firm, code

OF_NORTH_ONE = {"north_one_manager", "north_one_dispatcher", "north_manager", "hq_manager"}


async def listed(firm: Firm, who: str, outlet_id: UUID | None = None) -> list[str]:
    asked: dict[str, Any] = {} if outlet_id is None else {"outlet_id": str(outlet_id)}
    answer = await firm.get(who, "/colleagues", **asked)
    assert answer.status_code == 200, answer.text
    names = {str(caller.user_id): name for name, caller in firm.people.items()}
    return [names[each["id"]] for each in answer.json()]


class TestColleaguesOfAnOutlet:
    @pytest.mark.parametrize("who", ["hq_manager", "auditor", "north_manager", "north_one_dispatcher"])
    async def test_are_who_may_write_there_at_its_centre_and_at_headquarters(self, firm: Firm, who: str) -> None:
        found = await listed(firm, who, firm.north_one)
        assert set(found) == OF_NORTH_ONE
        assert found[-2:] == ["north_manager", "hq_manager"], "those nearest to it come first"

    async def test_tell_their_name_and_post_and_nothing_else(self, firm: Firm) -> None:
        *_, last = (await firm.get("north_one_dispatcher", "/colleagues", outlet_id=str(firm.north_one))).json()
        assert last == {
            "id": str(firm.people["hq_manager"].user_id),
            "name": "某人",
            "role": "hq_manager",
            "outlet_id": None,
        }

    async def test_who_may_not_log_in_any_more_is_none_of_them(self, firm: Firm) -> None:
        gone = firm.people["hq_manager"].user_id
        async with db.transaction():
            await db.execute("UPDATE app_user SET active = false WHERE id = $1", gone)
        assert set(await listed(firm, "north_one_dispatcher", firm.north_one)) == OF_NORTH_ONE - {"hq_manager"}

    @pytest.mark.parametrize("who", ["north_two_dispatcher", "south_manager", "south_one_manager"])
    async def test_are_told_to_nobody_from_elsewhere(self, firm: Firm, who: str) -> None:
        assert code(await firm.get(who, "/colleagues", outlet_id=str(firm.north_one))) == "outlet_unknown"

    async def test_are_told_to_no_technician_and_to_no_stranger(self, firm: Firm) -> None:
        assert code(await firm.get("technician", "/colleagues", outlet_id=str(firm.north_one))) == "forbidden"
        assert code(await firm.get("technician", "/colleagues")) == "forbidden"
        assert code(await firm.client.get("/colleagues")) == "not_authenticated"

    async def test_without_an_outlet_are_those_of_ones_own_place(self, firm: Firm) -> None:
        assert await listed(firm, "hq_manager") == await listed(firm, "auditor") == ["hq_manager"]
        assert await listed(firm, "north_manager") == ["north_manager", "hq_manager"]
        assert set(await listed(firm, "north_one_dispatcher")) == OF_NORTH_ONE

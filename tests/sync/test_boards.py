"""What the office reads: the boards of its subtree, all of them or one."""

from typing import Any
from uuid import uuid4

import pytest

from server.platform.feed import HEADQUARTERS
from server.sync import actions
from tests.journeys.firm import Firm


def boards(page: Any) -> set[str]:
    return {name for name in page.json()["streams"] if name.startswith("board:")}


class TestABoard:
    async def test_is_every_outlet_of_the_subtree(self, firm: Firm) -> None:
        hq = await firm.login("hq")
        assert boards(await hq.get("/sync/pull")) == {f"board:{firm.outlet_id}", f"board:{firm.other_outlet_id}"}

    async def test_may_be_narrowed_to_one(self, firm: Firm) -> None:
        hq = await firm.login("hq")
        assert boards(await hq.get("/sync/pull", outlet_id=firm.outlet_id)) == {f"board:{firm.outlet_id}"}

    async def test_comes_with_what_belongs_to_no_outlet_for_headquarters_alone(self, firm: Firm) -> None:
        hq, desk = await firm.login("hq"), await firm.login("desk")
        assert HEADQUARTERS in (await hq.get("/sync/pull")).json()["streams"]
        assert HEADQUARTERS not in (await hq.get("/sync/pull", outlet_id=firm.outlet_id)).json()["streams"]
        assert HEADQUARTERS not in (await desk.get("/sync/pull")).json()["streams"]

    @pytest.mark.parametrize("path", ["/sync/pull", "/sync/stream"])
    async def test_is_never_another_outlets(self, firm: Firm, path: str) -> None:
        desk = await firm.login("desk")
        for outlet_id in (firm.other_outlet_id, str(uuid4())):
            answer = await desk.get(path, outlet_id=outlet_id)
            assert (answer.status_code, answer.json()["code"]) == (422, "outlet_unknown")

    async def test_of_too_many_outlets_asks_for_one(self, firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(actions, "MAX_BOARDS", 1)
        hq = await firm.login("hq")
        answer = await hq.get("/sync/pull")
        assert (answer.status_code, answer.json()["code"]) == (422, "too_many_boards")
        assert answer.json()["extra"]["limit"] == 1
        assert (await hq.get("/sync/pull", outlet_id=firm.outlet_id)).status_code == 200

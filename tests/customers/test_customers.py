import asyncio
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from server.customers import store
from server.platform import db, feed
from server.platform.auth import Scope
from server.platform.records import as_change, as_record
from tests.accounts.builders import Firm, code

ALL = Scope(None, None)


async def add(firm: Firm, outlet_id: UUID | None = None, who: str = "hq_manager", **fields: Any) -> Any:
    wanted = {"outlet_id": str(outlet_id or firm.north_one), "name": "张三", **fields}
    return await firm.post(who, "/customers", wanted)


async def added(firm: Firm, outlet_id: UUID | None = None, **fields: Any) -> UUID:
    return UUID((await add(firm, outlet_id, **fields)).json()["id"])


async def edit(firm: Firm, customer_id: UUID, base_version: int, who: str = "hq_manager", **fields: Any) -> Any:
    return await firm.patch(who, f"/customers/{customer_id}", {"base_version": base_version, **fields})


async def history(customer_id: UUID) -> list[tuple[int, str, dict[str, Any], dict[str, Any]]]:
    rows = await db.fetch(
        "SELECT version, action, changes::text, lost::text FROM history WHERE record_id = $1 ORDER BY id", customer_id
    )
    return [(r[0], r[1], msgspec.json.decode(r[2]), msgspec.json.decode(r[3])) for r in rows]


async def held_by(customer_id: UUID) -> dict[str, dict[str, Any]]:
    """Stream → the body it holds."""
    rows = await db.fetch("SELECT stream, body FROM feed WHERE record_id = $1 AND body IS NOT NULL", customer_id)
    return {r["stream"]: msgspec.json.decode(r["body"]) for r in rows}


async def give_to(customer_id: UUID, *streams: str) -> None:
    """As the jobs do when a job of this customer comes to a technician."""
    async with db.transaction():
        row = await store.lock(ALL, customer_id)
        assert row is not None
        await feed.write([as_change(as_record("customer", row), frozenset(streams))])


class TestAddingACustomer:
    async def test_gives_a_record_at_version_one_with_its_history(self, firm: Firm) -> None:
        made = (await add(firm, phone="021 1234", lat=31.1, lon=121.1)).json()
        assert (made["version"], made["phone"], made["centre_id"]) == (1, "021 1234", str(firm.north))
        assert await history(UUID(made["id"])) == [(1, "customer.add", {}, {})]

    async def test_is_for_the_offices_writers(self, firm: Firm) -> None:
        for who in ("north_one_dispatcher", "north_one_manager", "north_manager"):
            assert (await add(firm, who=who)).status_code == 201
        for who in ("technician", "auditor", "north_auditor"):
            assert code(await add(firm, who=who)) == "forbidden"

    async def test_finds_no_outlet_of_others(self, firm: Firm) -> None:
        assert code(await add(firm, who="south_manager")) == "outlet_unknown"
        assert code(await add(firm, uuid4())) == "outlet_unknown"

    @pytest.mark.parametrize("place", [{"lat": 1.0}, {"lon": 1.0}, {"lat": 1.0, "lon": None}, {"lat": 91, "lon": 0}])
    async def test_refuses_half_a_place(self, firm: Firm, place: dict[str, Any]) -> None:
        assert code(await add(firm, **place)) == "invalid"


class TestSeeingCustomers:
    async def test_is_for_the_office_of_their_subtree(self, firm: Firm) -> None:
        customer_id = await added(firm)
        for who in ("hq_manager", "auditor", "north_manager", "north_one_dispatcher"):
            assert (await firm.get(who, f"/customers/{customer_id}")).json()["id"] == str(customer_id)
            assert len((await firm.get(who, "/customers")).json()["items"]) == 1
        assert code(await firm.get("technician", f"/customers/{customer_id}")) == "forbidden"

    async def test_of_others_is_like_seeing_unknown_ones(self, firm: Firm) -> None:
        customer_id = await added(firm)
        for who in ("south_manager", "north_two_dispatcher"):
            known = await firm.get(who, f"/customers/{customer_id}")
            unknown = await firm.get(who, f"/customers/{uuid4()}")
            assert (known.status_code, code(known)) == (unknown.status_code, code(unknown)) == (404, "not_found")
            assert (await firm.get(who, "/customers")).json()["items"] == []

    @pytest.mark.parametrize(
        ("q", "found"),
        [
            ("张", {"张三", "张小美"}),
            ("smith", {"Anna SMITH"}),
            ("12345", {"张三"}),
            ("+86 (138) 1234-5", {"张三"}),
            ("86138123456", {"张三"}),
            ("%", set()),
            ("_", set()),
            ("'; DROP", set()),
            ("", {"张三", "张小美", "Anna SMITH"}),
            ("  张三  ", {"张三"}),
        ],
    )
    async def test_finds_by_part_of_name_or_number(self, firm: Firm, q: str, found: set[str]) -> None:
        await add(firm, name="张三", phone="+86 138 1234 5678")
        await add(firm, name="张小美", phone="021-999")
        await add(firm, name="Anna SMITH")
        assert {c["name"] for c in (await firm.get("hq_manager", "/customers", q=q)).json()["items"]} == found

    @pytest.mark.parametrize(("q", "refusal"), [("\x00", "text_forbidden_character"), ("x" * 81, "invalid")])
    async def test_refuses_a_search_for_what_cannot_be(self, firm: Firm, q: str, refusal: str) -> None:
        assert code(await firm.get("hq_manager", "/customers", q=q)) == refusal

    async def test_comes_in_pages_also_where_names_are_the_same(self, firm: Firm) -> None:
        made = {str(await added(firm)) for _ in range(5)}
        seen: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            page = (await firm.get("hq_manager", "/customers", limit=2, q="张", **cursor)).json()
            seen += [c["id"] for c in page["items"]]
            if page["next_cursor"] is None:
                break
            cursor = {"cursor": page["next_cursor"]}
        assert len(seen) == 5
        assert set(seen) == made


class TestChangingACustomer:
    async def test_raises_the_version_and_says_what_was_before(self, firm: Firm) -> None:
        customer_id = await added(firm, phone="1")
        changed = (await edit(firm, customer_id, 1, phone="2")).json()
        assert (changed["version"], changed["phone"], changed["name"], changed["merges"]) == (2, "2", "张三", [])
        assert (await history(customer_id))[1:] == [(2, "customer.change", {"phone": ["1", "2"]}, {})]

    async def test_to_what_it_is_already_changes_nothing(self, firm: Firm) -> None:
        customer_id = await added(firm, phone="1")
        assert (await edit(firm, customer_id, 1, phone="1")).json()["version"] == 1
        assert len(await history(customer_id)) == 1

    async def test_keeps_what_a_colleague_changed_in_other_fields(self, firm: Firm) -> None:
        customer_id = await added(firm)
        await edit(firm, customer_id, 1, "north_one_dispatcher", phone="2")
        changed = (await edit(firm, customer_id, 1, address="新地址")).json()
        assert (changed["phone"], changed["address"], changed["version"], changed["merges"]) == ("2", "新地址", 3, [])

    async def test_in_the_field_a_colleague_changed_wins_as_the_later_one_and_keeps_the_other_value(
        self, firm: Firm
    ) -> None:
        customer_id = await added(firm)
        await edit(firm, customer_id, 1, "north_one_dispatcher", phone="theirs")
        changed = (await edit(firm, customer_id, 1, phone="mine")).json()
        assert changed["phone"] == "mine"
        assert [(m["field"], m["lost"]) for m in changed["merges"]] == [("phone", "theirs")]
        assert (await history(customer_id))[-1][3] == {"phone": "theirs"}

    async def test_by_many_at_once_loses_no_value(self, firm: Firm) -> None:
        customer_id = await added(firm)
        await asyncio.gather(*(edit(firm, customer_id, 1, phone=str(n)) for n in range(6)))
        lines = await history(customer_id)
        assert [version for version, *_ in lines] == [1, 2, 3, 4, 5, 6, 7]
        assert {changes["phone"][1] for _, _, changes, _ in lines[1:]} == {str(n) for n in range(6)}

    async def test_seen_at_a_version_that_never_was_is_stale(self, firm: Firm) -> None:
        customer_id = await added(firm)
        answer = await edit(firm, customer_id, 2, phone="2")
        assert (answer.status_code, code(answer)) == (409, "version_stale")

    async def test_moves_and_removes_a_place_as_a_whole(self, firm: Firm) -> None:
        customer_id = await added(firm, lat=1.0, lon=2.0)
        for half in ({"lat": 3.0}, {"lon": None}, {"lat": 3.0, "lon": None}):
            assert code(await edit(firm, customer_id, 1, **half)) == "invalid"
        gone = (await edit(firm, customer_id, 1, lat=None, lon=None)).json()
        assert (gone["lat"], gone["lon"]) == (None, None)

    async def test_is_not_for_others(self, firm: Firm) -> None:
        customer_id = await added(firm)
        for who, refusal in (("south_manager", "not_found"), ("technician", "forbidden"), ("auditor", "forbidden")):
            assert code(await edit(firm, customer_id, 1, who, phone="2")) == refusal
        assert (await firm.get("hq_manager", f"/customers/{customer_id}")).json()["version"] == 1


class TestWhoIsTold:
    async def test_nobody_of_a_customer_without_a_job(self, firm: Firm) -> None:
        customer_id = await added(firm)
        await edit(firm, customer_id, 1, phone="2")
        assert await held_by(customer_id) == {}

    async def test_exactly_those_who_hold_the_customer_now(self, firm: Firm) -> None:
        customer_id = await added(firm)
        await give_to(customer_id, "technician:a", "technician:b")
        await give_to(customer_id, "technician:b")
        await edit(firm, customer_id, 1, phone="2")
        held = await held_by(customer_id)
        assert set(held) == {"technician:b"}
        assert (held["technician:b"]["phone"], held["technician:b"]["version"]) == ("2", 2)

    async def test_a_technician_who_gets_it_during_the_change_ends_up_with_the_changed_one(self, firm: Firm) -> None:
        customer_id = await added(firm)
        for n in range(5):
            await asyncio.gather(give_to(customer_id, f"technician:{n}"), edit(firm, customer_id, n + 1, phone=str(n)))
            held = await held_by(customer_id)
            assert set(held) == {f"technician:{n}"}
            assert held[f"technician:{n}"]["phone"] == str(n)

    async def test_without_our_bookkeeping(self, firm: Firm) -> None:
        customer_id = await added(firm)
        await give_to(customer_id, "technician:a")
        await edit(firm, customer_id, 1, phone="2")
        assert not {k for k in (await held_by(customer_id))["technician:a"] if k.startswith("field_")}

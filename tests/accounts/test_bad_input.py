"""Every writing route of accounts, network and customers, and what it says to input that nobody should send."""

import itertools
import json
from typing import Any

import pytest

from tests.accounts.builders import Firm, code, device_key

NIL = "00000000-0000-7000-8000-000000000000"
PLACE = {"lat": 31.2, "lon": 121.5}

#: Route → who may call it, and a body whose form is right.
WRITES: dict[str, tuple[str, dict[str, Any]]] = {
    "POST /auth/login": ("hq_manager", {"username": "somebody", "password": "something"}),
    "POST /auth/refresh": ("hq_manager", {"refresh_token": "x" * 43}),
    "POST /auth/logout": ("hq_manager", {"refresh_token": "x" * 43}),
    "POST /users": (
        "hq_manager",
        {"username": "new.one", "name": "新人", "password": "long enough", "role": "hq_manager"},
    ),
    f"PATCH /users/{NIL}": ("hq_manager", {"role": "auditor"}),
    "POST /devices": ("technician", {"public_key": device_key(), "name": "手机"}),
    "POST /centres": ("hq_manager", {"name": "西区"}),
    "POST /outlets": ("hq_manager", {"centre_id": NIL, "name": "网点", **PLACE}),
    "POST /technicians": ("hq_manager", {"outlet_id": NIL, "name": "李师傅", "home_lat": 1.0, "home_lon": 2.0}),
    f"PATCH /centres/{NIL}": ("hq_manager", {"base_version": 1, "name": "西区", "name_en": "West"}),
    f"PATCH /outlets/{NIL}": ("hq_manager", {"base_version": 1, "name": "网点", "centre_id": NIL, **PLACE}),
    f"PATCH /technicians/{NIL}": (
        "hq_manager",
        {"base_version": 1, "name": "李师傅", "skills": ["boiler"], "home_lat": 1.0, "outlet_id": NIL},
    ),
    f"POST /technicians/{NIL}/shifts": (
        "hq_manager",
        {"shifts": [{"starts_at": "2026-03-02T00:00:00Z", "ends_at": "2026-03-02T08:00:00Z"}]},
    ),
    "POST /customers": ("hq_manager", {"outlet_id": NIL, "name": "张三"}),
    f"PATCH /customers/{NIL}": ("hq_manager", {"base_version": 1, "name": "张三"}),
}

every_write = pytest.mark.parametrize("route", list(WRITES))


async def send(firm: Firm, route: str, content: bytes | str, media: str = "application/json") -> Any:
    method, path = route.split(" ")
    headers = {**firm.headers(WRITES[route][0]), "content-type": media}
    return await firm.client.request(method, path, content=content, headers=headers)


def texts_in(value: Any) -> list[tuple[Any, ...]]:
    """The paths of all texts in a JSON-shaped value."""
    if isinstance(value, str):
        return [()]
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [(key, *path) for key, part in inner for path in texts_in(part)]


def with_text(body: dict[str, Any], path: tuple[Any, ...], text: str) -> dict[str, Any]:
    copy: Any = json.loads(json.dumps(body))
    holder = copy
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] += text
    changed: dict[str, Any] = copy
    return changed


NO_JSON = [b"{", b"nonsense", b'{"a":1,}', b"\xff\xfe", b'{"a":NaN}', b""]
OTHER_SHAPES = ["[]", "null", "1", '"x"', "true", "{}"]
WRONG: list[Any] = [{"a": 1}, [[]], True]
FORBIDDEN = ["\x00", "\x1b", "\u202e", "\u2066", "\u200f", "\x7f"]
OTHER_MEDIA = ["text/plain", "application/x-www-form-urlencoded", "Application/JSON", "text/json", "image/png", ""]


@every_write
class TestABody:
    async def test_that_is_no_json_is_malformed_or_invalid(self, firm: Firm, route: str) -> None:
        for content in NO_JSON:
            answer = await send(firm, route, content)
            assert answer.status_code == 400, content
            assert code(answer) in ("malformed", "invalid")

    async def test_of_another_shape_is_invalid(self, firm: Firm, route: str) -> None:
        for content in OTHER_SHAPES:
            if (route, content) == (f"PATCH /users/{NIL}", "{}"):
                continue  # an empty patch is one
            answer = await send(firm, route, content)
            assert (answer.status_code, code(answer)) == (400, "invalid"), content

    async def test_with_a_field_nobody_knows_is_invalid(self, firm: Firm, route: str) -> None:
        answer = await send(firm, route, json.dumps(WRITES[route][1] | {"is_admin": True}))
        assert (answer.status_code, code(answer)) == (400, "invalid")
        assert "is_admin" in answer.json()["detail"]

    async def test_with_wrong_types_is_invalid(self, firm: Firm, route: str) -> None:
        for name in WRITES[route][1]:
            for wrong in WRONG:
                answer = await send(firm, route, json.dumps(WRITES[route][1] | {name: wrong}))
                assert (answer.status_code, code(answer)) == (400, "invalid"), (name, wrong)

    async def test_that_is_too_large_is_refused_unread(self, firm: Firm, route: str) -> None:
        answer = await send(firm, route, b'{"name":"' + b"x" * (1024 * 1024) + b'"}')
        assert (answer.status_code, code(answer)) == (413, "body_too_large")

    async def test_nested_without_end_is_malformed(self, firm: Firm, route: str) -> None:
        answer = await send(firm, route, "[" * 100_000)
        assert (answer.status_code, code(answer)) == (400, "malformed")

    async def test_with_a_forbidden_character_in_any_text_is_refused(self, firm: Firm, route: str) -> None:
        body = WRITES[route][1]
        for path, character, escaped in itertools.product(texts_in(body), FORBIDDEN, (True, False)):
            answer = await send(firm, route, json.dumps(with_text(body, path, character), ensure_ascii=escaped))
            assert answer.status_code == 400, (path, character)
            assert code(answer) in ("text_forbidden_character", "invalid", "malformed")

    async def test_under_another_media_type_is_not_taken(self, firm: Firm, route: str) -> None:
        for media in OTHER_MEDIA:
            answer = await send(firm, route, json.dumps(WRITES[route][1]), media)
            assert (answer.status_code, code(answer)) == (415, "unsupported_media_type"), media

    async def test_may_name_its_character_set(self, firm: Firm, route: str) -> None:
        answer = await send(firm, route, json.dumps(WRITES[route][1]), "application/json; charset=utf-8")
        assert answer.status_code != 415


class TestUnknownValues:
    async def test_of_roles_and_grades_are_invalid(self, firm: Firm) -> None:
        user = WRITES["POST /users"][1] | {"role": "emperor"}
        outlet = WRITES["POST /outlets"][1] | {"grade": "D"}
        assert code(await firm.post("hq_manager", "/users", user)) == "invalid"
        assert code(await firm.post("hq_manager", "/outlets", outlet)) == "invalid"


class TestAPath:
    @pytest.mark.parametrize(
        "route",
        [
            "PATCH /users/1",
            "POST /devices/x/revoke",
            "GET /customers/%00",
            "GET /customers/..%2f..",
            "DELETE /technicians/1/shifts/2",
            "GET /nowhere",
        ],
    )
    async def test_that_names_nothing_is_not_found(self, firm: Firm, route: str) -> None:
        method, path = route.split(" ")
        answer = await firm.client.request(method, path, headers=firm.headers("hq_manager"))
        assert (answer.status_code, code(answer)) == (404, "not_found")

    async def test_with_another_method_says_so(self, firm: Firm) -> None:
        answer = await firm.client.delete("/users", headers=firm.headers("hq_manager"))
        assert (answer.status_code, code(answer)) == (405, "method_not_allowed")


@pytest.mark.parametrize("path", ["/users", "/devices", "/centres", "/outlets", "/technicians", "/customers"])
class TestAList:
    async def test_of_an_impossible_length_is_invalid(self, firm: Firm, path: str) -> None:
        for limit in ("0", "-1", "501", "x", "", "1e3", "99999999999999999999"):
            assert code(await firm.get("hq_manager", path, limit=limit)) == "invalid", limit

    async def test_after_a_cursor_that_is_none_is_refused(self, firm: Firm, path: str) -> None:
        for cursor in ("x", "!!", "W10", "WyJcdTAwMDAiXQ", "W251bGxd", "A" * 1000, "é"):
            assert code(await firm.get("hq_manager", path, cursor=cursor)) == "cursor_invalid", cursor

    async def test_is_for_those_who_logged_in(self, firm: Firm, path: str) -> None:
        assert code(await firm.client.get(path)) == "not_authenticated"


@every_write
async def test_no_write_but_those_of_logging_in_is_open_to_strangers(firm: Firm, route: str) -> None:
    method, path = route.split(" ")
    answer = await firm.client.request(method, path, json=WRITES[route][1])
    assert path.startswith("/auth/") or (answer.status_code, code(answer)) == (401, "not_authenticated")

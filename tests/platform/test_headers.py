from typing import Any

import httpx
import pytest
from litestar import Litestar, Response, get

from server.platform.headers import (
    CONTENT_SECURITY_POLICY,
    POLICY_WITH_WASM,
    SecurityHeaders,
    policy_with_pictures_from,
)
from server.platform.maps import origin_of


@get("/json")
async def about_people() -> dict[str, str]:
    return {"name": "张三"}


@get("/picture")
async def picture() -> Response[bytes]:
    return Response(b"\x89PNG", media_type="image/png")


@get("/own")
async def own() -> Response[str]:
    return Response(
        "{}", media_type="application/json", headers={"Cache-Control": "max-age=60", "Referrer-Policy": "origin"}
    )


@get("/broken")
async def broken() -> None:
    raise RuntimeError


async def ask(path: str, *, https: bool = False, **headers: str) -> httpx.Headers:
    app: Any = Litestar([about_people, picture, own, broken])
    app.asgi_handler = SecurityHeaders(https=https)(app.asgi_handler)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver.local") as client:
        return (await client.get(path, headers=headers)).headers


class TestEveryAnswer:
    @pytest.mark.parametrize("path", ["/json", "/picture", "/broken", "/nowhere"])
    async def test_carries_a_policy_errors_and_unknown_paths_too(self, path: str) -> None:
        headers = await ask(path)
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"

    async def test_carries_the_whole_policy_when_a_browser_may_show_it(self) -> None:
        headers = await ask("/picture")
        assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
        assert "permissions-policy" in headers

    async def test_speaks_of_https_only_over_https(self) -> None:
        assert "strict-transport-security" not in await ask("/json")
        assert "strict-transport-security" in await ask("/json", https=True)

    async def test_says_nothing_twice(self) -> None:
        headers = await ask("/own")
        assert len(headers.multi_items()) == len({name for name, _ in headers.multi_items()})


class TestThePolicy:
    def test_lets_nothing_in_from_elsewhere_and_nothing_inline(self) -> None:
        assert CONTENT_SECURITY_POLICY.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        for loose in ("unsafe", "*", "http"):
            assert loose not in CONTENT_SECURITY_POLICY
        assert "frame-ancestors 'none'" in CONTENT_SECURITY_POLICY

    def test_of_the_technicians_page_differs_by_one_word(self) -> None:
        assert POLICY_WITH_WASM.replace(" 'wasm-unsafe-eval'", "") == CONTENT_SECURITY_POLICY != POLICY_WITH_WASM

    def test_of_a_page_with_a_map_lets_in_pictures_of_that_one_place(self) -> None:
        tiles = origin_of("https://user:word@tiles.example.com:8443/{z}/{x}/{y}.png?key=k")
        policy = policy_with_pictures_from(tiles)
        assert "img-src 'self' https://tiles.example.com:8443 data: blob:" in policy
        assert policy.replace(" https://tiles.example.com:8443", "") == CONTENT_SECURITY_POLICY


class TestWhatMayBeStored:
    async def test_is_nothing_about_people(self) -> None:
        assert (await ask("/json"))["cache-control"] == "no-store"

    async def test_is_nothing_that_was_given_to_somebody_who_logged_in(self) -> None:
        assert (await ask("/picture", authorization="Bearer x"))["cache-control"] == "no-store"

    async def test_is_a_public_picture(self) -> None:
        assert "cache-control" not in await ask("/picture")

    async def test_is_what_the_route_says(self) -> None:
        headers = await ask("/own", authorization="Bearer x")
        assert (headers["cache-control"], headers["referrer-policy"]) == ("max-age=60", "origin")

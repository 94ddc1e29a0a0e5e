"""A customer who asks for service over HTTP: the one builder of requests, links and judgements. One firm serves all
tests of a module, as each of them has a unit of its own."""

import html
import re
import struct
import zlib
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from server.settings import Settings
from tests.journeys.firm import Firm, Person, found_firm
from tests.products.shop import added, stocked

#: The conduct standard of the kind of job that is raised here; the test firm's own has none.
CONDUCT = [
    {"key": "conduct_shoe_covers", "text": "穿一副鞋套", "text_en": "Wore one pair of shoe covers", "required": True},
    {"key": "conduct_no_favours", "text": "不收好处", "text_en": "Took no favours", "required": True},
]

WRITTEN = {
    "words": "开机十分钟后不制冷，显示 E5。",
    "name": "李梅",
    "phone": "138 0000 0000",
    "address": "静安区南京西路 1 号 2 楼",
    "day": "",
    "part": "morning",
    "consent": "yes",
    "locale": "en",
}


Unit = dict[str, Any]

_founded: dict[str | None, Firm] = {}


@pytest.fixture
async def firm(client: httpx.AsyncClient, settings: Settings) -> Firm:
    if settings.database_url not in _founded:
        _founded[settings.database_url] = await found_firm(client)
        await stocked(_founded[settings.database_url])
    known = _founded[settings.database_url]
    return Firm(client, known.outlet_id, known.other_outlet_id, known.technicians)


@pytest.fixture
async def unit(firm: Firm) -> Unit:
    return await a_unit(firm)


@pytest.fixture
async def desk(firm: Firm) -> Person:
    return await firm.login("desk")


async def a_unit(firm: Firm, **fields: Any) -> dict[str, Any]:
    """Of a catalogue that is there (`tests.products.shop.stocked`)."""
    return await added(await firm.login("hq"), firm, **fields)


def code_of(unit: dict[str, Any]) -> str:
    """The unit's code as `?code=` takes it."""
    return str(urlsplit(unit["url"]).path)


def png(width: int = 4, height: int = 3) -> bytes:
    """A black picture. One that says it is larger than a megapixel has no pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = bytes((1 + 3 * width) * height) if width * height <= 1_000_000 else b""
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(pixels)), (b"IEND", b"")]
    chunks = [
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


async def written(
    client: httpx.AsyncClient, code: str, photos: tuple[bytes, ...] = (), **fields: Any
) -> httpx.Response:
    """The form, filled in and handed in; nothing is sent yet."""
    files = {f"photo{n}": (f"p{n}.jpg", content, "image/jpeg") for n, content in enumerate(photos, 1)}
    body: dict[str, Any] = WRITTEN | {"code": code} | fields
    return await client.post("/service", data=body, files=files or None)


def token_in(page: httpx.Response) -> str:
    assert page.status_code == 200, page.text
    found = re.search(r'name="token" value="([^"]+)"', page.text)
    assert found, "the page sends nothing"
    return html.unescape(found[1])


async def sent(client: httpx.AsyncClient, token: str, **fields: Any) -> httpx.Response:
    return await client.post("/service/send", data={"token": token, "locale": "en"} | fields)


async def asked(client: httpx.AsyncClient, unit: dict[str, Any], photos: tuple[bytes, ...] = (), **fields: Any) -> str:
    """Asks for service of this unit; the code by which it is followed."""
    answer = await sent(client, token_in(await written(client, code_of(unit), photos, **fields)))
    assert answer.status_code == 303, answer.text
    return urlsplit(answer.headers["location"]).path.removeprefix("/j/")


async def job_of(desk: Person, unit: dict[str, Any]) -> dict[str, Any]:
    """The one job of this unit."""
    (job,) = await jobs_of(desk, unit)
    return job


async def jobs_of(desk: Person, unit: dict[str, Any]) -> list[dict[str, Any]]:
    found = (await desk.get("/jobs")).json()["items"]
    return [dict(job) for job in found if job["unit_id"] == unit["id"]]

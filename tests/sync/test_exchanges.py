"""The form of the exchanges: JSON and MessagePack, compression, protocol versions."""

import gzip
import json
import os
import zlib
from collections.abc import Callable
from typing import Any

import brotli
import httpx
import msgspec
from backports import zstd
from litestar import Litestar
from uuid_utils.compat import uuid7

from server.settings import MIB
from tests.journeys.firm import Firm, Phone

MSGPACK = "application/vnd.msgpack"


def note(phone: Phone, job: Any, text: Any = "好") -> dict[str, Any]:
    return dict(phone.operation("job.note", job, {"text": text}))


async def push(phone: Phone, body: bytes, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await phone.person.client.post("/sync/push", content=body, headers=phone.person.headers | named)


async def pull(phone: Phone, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await phone.person.client.get("/sync/pull", headers=phone.person.headers | named)


class TestMessagePack:
    async def test_is_spoken_both_ways(self, firm: Firm) -> None:
        phone, job = await firm.phone(0), await firm.assigned(await firm.login("desk"), 0)
        body = msgspec.msgpack.encode(phone.batch(note(phone, job), note(phone, job)))
        answer = await push(phone, body, content_type=MSGPACK, accept=MSGPACK)
        assert (answer.status_code, answer.headers["content-type"]) == (200, MSGPACK)
        said = msgspec.msgpack.decode(answer.content)
        assert [o["status"] for o in said["outcomes"]] == ["applied", "applied"]
        repeated = await push(phone, json.dumps(msgspec.msgpack.decode(body)).encode())
        assert repeated.json()["outcomes"] == said["outcomes"]  # the same digests, whatever the encoding

        page = await pull(phone, accept=f"{MSGPACK}, application/json;q=0.5")
        plain = (await pull(phone)).json()
        unpacked = msgspec.msgpack.decode(page.content)
        assert unpacked | {"server_time": 0} == plain | {"server_time": 0}
        assert "accept" in page.headers["vary"]

    async def test_spoils_no_more_than_its_operation(self, firm: Firm) -> None:
        phone, job = await firm.phone(0), await firm.assigned(await firm.login("desk"), 0)
        odd: dict[str, Any] = {
            "number_not_finite": float("nan"),
            "arguments_invalid": 7,
            "unknown_kind": 0,
            "text_forbidden_character": "\x00",
        }
        batch = [note(phone, job, text) for text in odd.values()]
        batch[2]["kind"] = "job.dance"
        batch += [note(phone, job) | {"op_id": uuid7().bytes}, note(phone, job)]
        answer = await push(phone, msgspec.msgpack.encode(phone.batch(*batch)), content_type="application/x-msgpack")
        assert [o["code"] for o in answer.json()["outcomes"]] == [*odd, None, None]

    async def test_refusals_are_packed_too(self, firm: Firm) -> None:
        phone = await firm.phone(0)
        deep = b"\x91" * 200_000 + b"\x01"
        for body, code in ((b"", "malformed"), (b"\xc1", "malformed"), (deep, "nested_too_deep"), (b"\x01", "invalid")):
            answer = await push(phone, body, content_type=MSGPACK, accept="application/msgpack")
            assert answer.status_code == 400
            assert answer.headers["content-type"] == "application/problem+msgpack"
            assert msgspec.msgpack.decode(answer.content)["code"] == code

        # Only those who ask get it.
        for accept in ("*/*", "application/json", "text/html", "", "application/vnd.msgpack;q=0", ";;q=,,/", "msgpack"):
            assert (await pull(phone, accept=accept)).headers["content-type"].startswith("application/json"), accept
        refused = await push(phone, b"{}", content_type="text/plain")
        assert (refused.status_code, refused.json()["code"]) == (415, "unsupported_media_type")


ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
}
DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": zstd.decompress,
}


class TestCompression:
    async def test_of_pages_is_the_best_that_the_client_takes(self, firm: Firm) -> None:
        phone, desk = await firm.phone(0), await firm.login("desk")
        for day in range(1, 4):
            await firm.assigned(desk, 0, hours=24 * day)
        wished = {
            "gzip, deflate, br, zstd": "zstd",
            "gzip, br": "br",
            "gzip": "gzip",
            "zstd;q=0, br;q=0.0, gzip": "gzip",
            "identity": None,
            "": None,
        }
        for accepted, chosen in wished.items():
            url, headers = "/sync/pull", phone.person.headers | {"accept-encoding": accepted}
            async with firm.client.stream("GET", url, headers=headers) as answer:
                raw = b"".join([chunk async for chunk in answer.aiter_raw()])
            assert answer.headers.get("content-encoding") == chosen, accepted
            page = json.loads(DECODERS[chosen](raw) if chosen else raw)
            assert page["checkpoint"]
            if chosen:
                assert {"accept", "accept-encoding"} <= {v.strip().lower() for v in answer.headers["vary"].split(",")}

    async def test_of_a_single_change_is_brotli(self, firm: Firm) -> None:
        phone = await firm.phone(0)
        await firm.assigned(await firm.login("desk"), 0)
        for accepted, chosen in {"gzip, deflate, br, zstd": "br", "gzip, zstd": "zstd"}.items():
            headers = phone.person.headers | {"accept-encoding": accepted}
            answer = await firm.client.get("/sync/pull", headers=headers)
            assert answer.headers.get("content-encoding") == chosen

    async def test_of_batches_is_undone_within_a_limit(self, firm: Firm) -> None:
        phone, job = await firm.phone(0), await firm.assigned(await firm.login("desk"), 0)
        for encoding, compress in ENCODERS.items():
            whole = compress(json.dumps(phone.batch(note(phone, job))).encode())
            answer = await push(phone, whole, content_encoding=encoding)
            assert [o["status"] for o in answer.json()["outcomes"]] == ["applied"], encoding
            bomb = compress(b" " * (9 * MIB))
            assert len(bomb) < MIB
            broken = {bomb: (413, "body_too_large"), whole[:-3]: (400, "malformed"), b"": (400, "malformed")}
            broken |= {os.urandom(99): (400, "malformed"), whole[:9] + b"\xff" * 30: (400, "malformed")}
            for body, (status, code) in broken.items():
                refused = await push(phone, body, content_encoding=encoding)
                assert (refused.status_code, refused.json()["code"]) == (status, code), encoding
        for encoding in ("deflate", "gzip, gzip", "snappy"):
            refused = await push(phone, zlib.compress(b"{}"), content_encoding=encoding)
            assert (refused.status_code, refused.json()["code"]) == (415, "content_encoding_unknown")


class TestAClientOfAnotherVersion:
    async def test_hands_in_but_cannot_read_when_it_is_too_old(self, firm: Firm, app: Litestar) -> None:
        phone, job = await firm.phone(0), await firm.assigned(await firm.login("desk"), 0)
        app.state.settings = msgspec.structs.replace(app.state.settings, oldest_pull=2)
        for said in ({}, {"onsite_protocol": "1"}, {"onsite_protocol": "eins"}):
            refused = await pull(phone, **said)
            assert (refused.status_code, refused.json()["code"]) == (426, "client_outdated")
            assert refused.json()["extra"] == {"oldest": 2, "current": 1}
            assert "更新" in refused.json()["detail"]
            assert "pdate the app" in refused.json()["detail"]
            assert refused.headers["onsite-protocol"] == "1"
            handed_in = await push(phone, json.dumps(phone.batch(note(phone, job))).encode(), **said)
            assert [o["status"] for o in handed_in.json()["outcomes"]] == ["applied"]
        assert (
            (await pull(phone, accept_language="zh-CN", onsite_protocol="0")).json()["title"].startswith("应用版本过旧")
        )
        assert (await pull(phone, onsite_protocol="2")).status_code == 200

        # Newer than the server, or nonsense: served.
        app.state.settings = msgspec.structs.replace(app.state.settings, oldest_pull=1)
        for version in ("1", "7", "999999999", "9" * 5000, "-1"):
            answer = await pull(phone, onsite_protocol=version)
            assert (answer.status_code, answer.headers["onsite-protocol"]) == (200, "1")
        assert (await pull(phone, authorization="nobody")).headers["onsite-protocol"] == "1"

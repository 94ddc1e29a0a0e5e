"""A technician who uploads by hand: the words of tus, one request at a time."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from uuid_utils.compat import uuid7

from server.platform import db
from tests.journeys.firm import Phone

CHUNK = "application/offset+octet-stream"
Answer = httpx.Response


def photo(size: int, seed: int = 0) -> bytes:
    """Bytes that nobody else has."""
    return hashlib.shake_128(f"photo {seed}/{size}".encode()).digest(size)


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def encoded(values: Mapping[str, str | bytes | None]) -> str:
    """`Upload-Metadata`; None: a key without a value."""
    pairs = []
    for key, value in values.items():
        raw = value.encode() if isinstance(value, str) else value
        pairs.append(key if raw is None else f"{key} {base64.b64encode(raw).decode()}")
    return ",".join(pairs)


def checksum(content: bytes, algorithm: str = "sha1") -> dict[str, str]:
    digest = hashlib.new(algorithm, content).digest()
    return {"upload-checksum": f"{algorithm} {base64.b64encode(digest).decode()}"}


@dataclass
class Uploader:
    """Asks over `client`; `headers`: of the login. `photo`: one that only a completion of theirs names."""

    client: httpx.AsyncClient
    headers: Mapping[str, str]
    photo: bytes = b""

    async def ask(self, method: str, path: str = "/uploads", content: Any = b"", **headers: str) -> Answer:
        """`headers` in the spelling of Python; one that is "" is left out."""
        told = {"tus-resumable": "1.0.0", **self.headers}
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {name: value for name, value in told.items() if value != ""}
        return await self.client.request(method, path, content=content, headers=sent)

    async def create(self, content: bytes, **headers: str) -> Answer:
        told = {"upload_metadata": encoded({"sha256": digest_of(content)}), "upload_length": str(len(content))}
        return await self.ask("POST", **{**told, **headers})

    async def created(self, content: bytes, **headers: str) -> str:
        """The path of a new upload."""
        answer = await self.create(content, **headers)
        assert answer.status_code == 201, answer.text
        return answer.headers["location"]

    async def append(self, path: str, offset: int, content: Any, **headers: str) -> Answer:
        return await self.ask(
            "PATCH", path, content, **{"content_type": CHUNK, "upload_offset": str(offset), **headers}
        )

    async def head(self, path: str) -> Answer:
        return await self.ask("HEAD", path)

    async def offset(self, path: str) -> int:
        answer = await self.head(path)
        assert answer.status_code == 200, (answer.status_code, answer.headers)
        return int(answer.headers["upload-offset"])


async def named(phone: Phone, content: bytes, size: int | None = None) -> UUID:
    """A completion of the phone that names this photo, as a push leaves it, but with a signature that does not hold:
    nobody seals it. Returns its job."""
    completion_id, job_id = uuid7(), uuid7()
    await db.execute(
        "INSERT INTO completion (id, job_id, centre_id, outlet_id, technician_id, device_id, op_id, manifest, digest,"
        " signature, valid, received_at) SELECT $1, $2, d.centre_id, d.outlet_id, d.technician_id, d.id, $1, '{}', $4,"
        " '', false, now() FROM device d WHERE d.id = $3",
        *(completion_id, job_id, UUID(phone.device_id), digest_of(content)),
    )
    await db.execute(
        "INSERT INTO completion_photo (completion_id, job_id, digest, size, media_type)"
        " VALUES ($1, $2, $3, $4, 'image/jpeg')",
        *(completion_id, job_id, digest_of(content), len(content) if size is None else size),
    )
    return job_id


async def received(content: bytes) -> bool:
    asked = "SELECT bool_and(received_at IS NOT NULL) FROM completion_photo WHERE digest = $1"
    return bool(await db.fetch_value(asked, digest_of(content)))


async def uploads_of(content: bytes) -> int:
    return int(await db.fetch_value("SELECT count(*) FROM upload WHERE digest = $1", digest_of(content)))


def told(answer: Answer) -> tuple[int, str | None]:
    """Status and code."""
    code = answer.json()["code"] if "json" in answer.headers.get("content-type", "") and answer.content else None
    return answer.status_code, code

"""Technicians in basements: each signs completions with photos offline, then hands them in over whatever line there is.

A phone has its replica, its key and its photos; what it uploads, it uploads by tus 1.0.0, going on where the server
says it is. Everything it does over the line may fail at any byte, and is tried again.
"""

import base64
import functools
import hashlib
import http.client
import io
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

from PIL import Image
from uuid_utils.compat import uuid7

from offline_sync.operation import RecordKey
from offline_sync.replica import HttpTransport, Problem, Replica, Store, Unreachable, manifest, system_clock
from offline_sync.replica.keys import DeviceKey
from offline_sync.rules import Actor, Rules
from server.jobs.rules.field_work import JobRules

_PAUSE = 0.05  # seconds between two attempts
_TIMEOUT = 5.0  # seconds without a word
_SEGMENT = 65_000  # bytes of one comment; JPEG allows 65,533


@functools.cache
def _picture() -> bytes:
    out = io.BytesIO()
    Image.radial_gradient("L").resize((64, 48)).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def photo(number: int, size: int) -> bytes:
    """A JPEG that is soon decoded and yet has about `size` bytes: most of it is comments. Another number, another
    photo."""
    filler, jpeg = Random(number).randbytes(size), _picture()
    parts = [filler[start : start + _SEGMENT] for start in range(0, size, _SEGMENT)]
    comments = b"".join(b"\xff\xfe" + (len(part) + 2).to_bytes(2) + part for part in parts)
    return jpeg[:2] + comments + jpeg[2:]


class Cut(Exception):
    """The line ended in mid-exchange, or there was none."""


@dataclass
class Upload:
    """`place`: where it lives on the server; `offset`: how many bytes it has, as it said last."""

    content: bytes
    place: str | None = None
    offset: int = 0
    done: bool = False

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass
class Phone:
    """`counts`: what happened on the line."""

    url: str
    token: str
    transport: HttpTransport
    replica: Replica
    key: DeviceKey
    uploads: list[Upload] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    @classmethod
    def switched_on(cls, url: str, login: Mapping[str, Any], device_id: str, key: DeviceKey, folder: Path) -> "Phone":
        token, user = login["access_token"], login["user"]
        transport = HttpTransport(url, lambda: token, timeout=_TIMEOUT, device_id=lambda: device_id)
        actor = Actor("field", user["id"], user["technician_id"], device_id)
        store = Store(folder / f"{device_id}.sqlite3", device_id)
        rules: dict[str, Rules] = {"job": JobRules()}
        replica = Replica(store, transport, rules, system_clock, lambda: str(uuid7()), actor)
        return cls(url, token, transport, replica, key)

    def close(self) -> None:
        self.transport.close()
        self.replica.close()

    # ---- in the basement

    def work(self, job_id: str, photos: Sequence[bytes]) -> str:
        """The whole visit, offline; returns the op_id of the signed completion."""
        job = RecordKey("job", job_id)
        for kind in ("job.accept", "job.arrive", "job.start"):
            self.replica.enqueue(kind, job, {})
        self.uploads += [Upload(content) for content in photos]
        return self.replica.enqueue("job.complete", job, self._signed(job_id, photos))

    def _signed(self, job_id: str, photos: Sequence[bytes]) -> dict[str, Any]:
        now = datetime.now(UTC).isoformat()
        facts = {
            "job_id": job_id,
            "text": "压缩机已更换，运行正常。",
            "locale": "zh-CN",
            "signer": {"name": "李梅", "role": "customer"},
            "strokes": [[[0, 0, 0, 500], [100, 120, 30, 700], [240, 80, 61, 640]]],
            "photos": [manifest.photo(content, "image/jpeg", now) for content in photos],
            "finished_at": now,
            "rating": 5,
        }
        return manifest.complete(facts, self.key)

    # ---- on the way home

    def hand_in(self, until: float) -> bool:
        """Completions first, then photos, until all are in; False when `until` (monotonic seconds) has come."""
        while time.monotonic() < until:
            try:
                if self.replica.pending():
                    self.replica.sync()
                for upload in self.uploads:
                    if not upload.done:
                        self._go_on(upload)
                return True
            except (Unreachable, Cut):
                self.counts["cut"] += 1
                time.sleep(_PAUSE)
            except Problem as problem:
                if not _passes(problem.status):
                    raise
                self.counts[f"answered {problem.status}"] += 1
                time.sleep(_PAUSE)
        return False

    def _go_on(self, upload: Upload) -> None:
        if upload.place is None:
            self._create(upload)
        elif not self._look(upload):
            return
        while not upload.done:
            self._send(upload)

    def _create(self, upload: Upload) -> None:
        name = base64.b64encode(upload.digest.encode()).decode()
        length = {"Upload-Length": str(len(upload.content)), "Upload-Metadata": f"sha256 {name}"}
        answer = self._exchange("POST", "/uploads", length)
        assert answer.status == 201, answer.status
        has = int(answer.headers.get("Upload-Offset", "0"))
        self.counts["created"] += 1
        self.counts["bytes asked for again"] += max(0, upload.offset - has)
        upload.place, upload.offset = urlsplit(answer.headers["Location"]).path, min(upload.offset, has)
        self._take(upload, has)

    def _look(self, upload: Upload) -> bool:
        """Where the server is; False when it cannot say just now."""
        assert upload.place is not None
        answer = self._exchange("HEAD", upload.place)
        if answer.status in (404, 410):
            upload.place = None
            return False
        assert answer.status == 200, answer.status
        self._take(upload, int(answer.headers["Upload-Offset"]))
        return True

    def _send(self, upload: Upload) -> None:
        assert upload.place is not None
        more = {"Upload-Offset": str(upload.offset), "Content-Type": "application/offset+octet-stream"}
        answer = self._exchange("PATCH", upload.place, more, upload.content[upload.offset :])
        if answer.status == 409:  # more came through the connection before than it said
            raise Cut
        assert answer.status == 204, answer.status
        self._take(upload, int(answer.headers["Upload-Offset"]))

    def _take(self, upload: Upload, offset: int) -> None:
        assert offset >= upload.offset, "the server has forgotten bytes it had acknowledged"
        if 0 < offset < len(upload.content):
            self.counts["resumed"] += 1
        self.counts["bytes taken"] += offset - upload.offset
        upload.offset, upload.done = offset, offset == len(upload.content)

    def _exchange(
        self, method: str, path: str, more: Mapping[str, str] | None = None, body: bytes = b""
    ) -> http.client.HTTPResponse:
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_TIMEOUT)
        headers = {"Tus-Resumable": "1.0.0", "Authorization": f"Bearer {self.token}", **(more or {})}
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as fault:
            raise Cut(str(fault)) from fault
        finally:
            connection.close()
        if _passes(answer.status):
            self.counts[f"answered {answer.status}"] += 1
            raise Cut(str(answer.status))
        return answer


def _passes(status: int) -> bool:
    """Whether it is to be tried again: too much at once, a lock that outlives its connection, a server that goes."""
    return status in (423, 429) or status >= 500

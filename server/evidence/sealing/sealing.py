"""Sealing: each completion that holds, and whose photos are here, gets its entry in the ledger, once.

1. Without any lock: read what is ready, and judge it again, device's signature and all. What is not any more what came
   in is not countersigned; it is noted, and `ledger check` and its page say so.
2. Under the ledger's lock (`store.alone`): leave out what another worker sealed meanwhile, write the entries, one
   commit for all of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from server.evidence.sealing import store
from server.evidence.sealing.codes import code_of
from server.evidence.sealing.entries import Head, SealedManifest, Written, instant, named_key, parts_of, read, write
from server.evidence.sealing.keys import Keys
from server.evidence.sealing.signing import Signer, device_signed, published, thumbprint
from server.platform import clock, db, feed

BATCH = 50

Row = Mapping[str, Any]


async def seal_ready(keys: Keys, limit: int = BATCH) -> int:
    """Seals up to `limit` completions; how many there were to look at."""
    ready = await store.to_seal(limit)
    if not ready:
        return 0
    bodies = {row["id"]: body_of(row) for row in ready}
    async with db.transaction():
        book = await Book.opened(keys)
        free = await store.still_unsealed(bodies)
        seals = [_seal(book, row, bodies[row["id"]]) for row in ready if row["id"] in free]
        await book.close()
        await store.note_seals(seals)
        await store.mark_sealed([seal[0] for seal in seals if seal[-1] is None], book.at)
        await feed.nudge({f"board:{row['outlet_id']}" for row in ready})  # an open drawer looks again
    return len(ready)


class Book:
    """The ledger, open for writing in the running transaction. What is written is appended by `close`."""

    def __init__(self, head: Head, epoch: str, signer: Signer) -> None:
        self.at = clock.now()
        self._head, self._epoch, self._signer = head, epoch, signer
        self._rows: list[Written] = []

    @classmethod
    async def opened(cls, keys: Keys) -> Book:
        """Takes the lock. Says first what there is to say about the ledger itself: that a backup was restored, that
        another key signs from here on."""
        head, epoch = await store.alone(), await store.epoch()
        book = cls(head, epoch, keys.fresh().signer)  # under the lock, as a rotation holds it too
        last = read(await store.last_entry() or "")
        if last is not None and last.epoch != epoch:
            book.add("restored", {"before": last.epoch})
        follows = named_key(read(await store.last_key() or ""))
        if follows != keys.signer.kid:
            book.add("key", _key_body(keys.signer, follows))
        return book

    def add(self, kind: Any, body: Mapping[str, Any], by: Signer | None = None) -> Written:
        row = write(self._head, kind, body, self.at, self._epoch, self._signer, by)
        self._rows.append(row)
        self._head = row.head
        return row

    def follow(self, signer: Signer) -> None:
        """Another key signs from here on; the one so far signs that."""
        before, self._signer = self._signer, signer
        self.add("key", _key_body(signer, before.kid), by=before)

    async def close(self) -> None:
        if self._rows:
            await store.append(self._rows)
            self._rows = []


def _key_body(signer: Signer, follows: str | None) -> dict[str, Any]:
    (jwk,) = published({signer.kid: signer.key})["keys"]
    return {"key": jwk, "follows": follows}


def _seal(book: Book, row: Row, body: Mapping[str, Any] | str) -> tuple[Any, ...]:
    place = row["id"], row["centre_id"], row["outlet_id"], code_of(row["id"], row["digest"])
    if isinstance(body, str):
        return (*place, None, None, row["device_key"], body)
    entry = book.add("addendum" if row["kind"] == "addendum" else "completion", body)
    return (*place, entry.seq, book.at, row["device_key"], None)


def body_of(row: Row) -> dict[str, Any] | str:
    """What the entry says of a completion; a word for what is wrong when it is not what came in."""
    content = row["manifest"].encode()
    digest = hashlib.sha256(content).hexdigest()
    if digest != row["digest"]:
        return "manifest"
    device_key = msgspec.json.decode(row["device_key"])
    thumb = thumbprint(device_key)
    if thumb is None or not device_signed(content, row["signature"], device_key):
        return "signature"
    photos = msgspec.json.decode(row["photos"], type=list[_Photo])
    parts = parts_of(row["manifest"], row["signature"])
    if parts is None or {(p.sha256, p.size) for p in photos} != _named(content):
        return "photos"
    return {
        **record_of(row),
        "code": code_of(row["id"], digest),
        "manifest": msgspec.to_builtins(SealedManifest(digest, len(content), parts)),
        "signature": hashlib.sha256(row["signature"].encode()).hexdigest(),
        "device_key": thumb,
        "photos": photos_of(row),
    }


def record_of(row: Row) -> dict[str, str | None]:
    """The columns of a completion, as its entry names and writes them."""
    return {
        "completion_id": str(row["id"]),
        "outcome": row["kind"],
        "extends": _text(row["extends"]),
        "job_id": str(row["job_id"]),
        "centre_id": str(row["centre_id"]),
        "outlet_id": str(row["outlet_id"]),
        "technician_id": _text(row["technician_id"]),
        "device_id": str(row["device_id"]),
        "received_at": instant(row["received_at"]),
    }


def photos_of(row: Row) -> Sequence[dict[str, Any]]:
    """The photos of a completion, as its entry writes them."""
    return [
        {"sha256": p.sha256, "size": p.size, "media_type": p.media_type, "received_at": _moment(p.received_at)}
        for p in msgspec.json.decode(row["photos"], type=list[_Photo])
    ]


class _Photo(msgspec.Struct, frozen=True):
    sha256: str
    size: int
    media_type: str
    received_at: str | None


class _NamedPhoto(msgspec.Struct, frozen=True):
    sha256: str
    size: int


class _Named(msgspec.Struct, frozen=True):
    photos: list[_NamedPhoto] = []


def _named(manifest: bytes) -> set[tuple[str, int]] | None:
    """The photos that what was signed names."""
    try:
        return {(photo.sha256, photo.size) for photo in msgspec.json.decode(manifest, type=_Named).photos}
    except msgspec.DecodeError:
        return None


def _moment(text: str | None) -> str:
    try:
        return "" if text is None else instant(datetime.fromisoformat(text))
    except ValueError:  # `infinity`, for one
        return str(text)


def _text(value: object) -> str | None:
    return None if value is None else str(value)

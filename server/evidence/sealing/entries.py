"""Entries of the ledger: what they say, their hashes, how one hangs on the one before. Pure.

An entry is canonical JSON (RFC 8785). Its countersignature is over exactly these bytes; its `previous` is the chain
hash of the entry before, and its own chain hash is SHA-256 over the 32 bytes of that and its own bytes:

    chain(0) = 32 zero bytes        chain(n) = SHA-256(chain(n-1) ‖ entry(n))        entry(n).previous = chain(n-1)

So nobody can change, take out, put in or reorder an entry without changing every chain hash after it, and who noted one
of those finds out. Nothing in an entry is personal beyond ids and hashes: `manifest.parts`, by which a change is named,
are hashes salted with the device's signature, which no entry holds.

| kind | says |
| --- | --- |
| completion, addendum | this was signed by that device, these photos came, all of it by then |
| report | this file was made of that completion |
| key | from here on, entries are signed by this key |
| restored | what follows continues an older state: a backup was restored |
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

import msgspec
import rfc8785

from server.evidence.sealing.signing import Signer

VERSION: Final = 1
NOTHING_BEFORE: Final = "0" * 64
"""The chain hash before the first entry."""

Kind = Literal["completion", "addendum", "report", "key", "restored"]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What every entry says. `epoch`: of the installation, another one after each restore."""

    v: Literal[1]
    seq: int
    kind: Kind
    at: str
    epoch: str
    kid: str
    previous: str


class SealedManifest(msgspec.Struct, frozen=True):
    """`parts`: member of the manifest → hash of its value (`parts_of`)."""

    sha256: str
    size: int
    parts: dict[str, str]


class PhotoEntry(msgspec.Struct, frozen=True):
    sha256: str
    size: int
    media_type: str
    received_at: str


class CompletionEntry(Entry, frozen=True, kw_only=True):
    """`signature`: SHA-256 of the device's JWS as it came; `device_key`: thumbprint of the key it was made by;
    `outcome`: the completion's kind; `extends`: the completion that an addendum adds to."""

    completion_id: str
    code: str
    outcome: str
    extends: str | None
    job_id: str
    centre_id: str
    outlet_id: str
    technician_id: str | None
    device_id: str
    device_key: str
    signature: str
    manifest: SealedManifest
    photos: list[PhotoEntry]
    received_at: str

    # What stands beside it in the database, by the names it has there.

    @property
    def digest(self) -> str:
        return self.manifest.sha256

    @property
    def sealed_at(self) -> str:
        return self.at

    @property
    def valid(self) -> str:
        return "true"


class ReportEntry(Entry, frozen=True, kw_only=True):
    """`of`: the place in the ledger of the completion it shows."""

    completion_id: str
    centre_id: str
    code: str
    of: int
    sha256: str
    size: int


class KeyEntry(Entry, frozen=True, kw_only=True):
    """`follows`: the key before, which signed this entry if it still could."""

    key: dict[str, str]
    follows: str | None


class RestoredEntry(Entry, frozen=True, kw_only=True):
    """`before`: the epoch of the entries that were kept."""

    before: str


AnyEntry = CompletionEntry | ReportEntry | KeyEntry | RestoredEntry

_READ_AS: Final[Mapping[Kind, type[AnyEntry]]] = {
    "completion": CompletionEntry,
    "addendum": CompletionEntry,
    "report": ReportEntry,
    "key": KeyEntry,
    "restored": RestoredEntry,
}


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry: its place and its chain hash."""

    seq: int
    chain: str


EMPTY: Final = Head(0, NOTHING_BEFORE)


@dataclass(frozen=True, slots=True)
class Written:
    """An entry as the ledger keeps it. `text`: its bytes; hashes in lower-case hexadecimal."""

    seq: int
    kind: Kind
    at: datetime
    text: str
    hash: str
    previous: str
    chain: str
    signature: str
    kid: str
    subject: str | None = None
    centre_id: str | None = None

    @property
    def at_text(self) -> str:
        return instant(self.at)

    @property
    def head(self) -> Head:
        return Head(self.seq, self.chain)


def write(
    head: Head, kind: Kind, body: Mapping[str, Any], at: datetime, epoch: str, signer: Signer, by: Signer | None = None
) -> Written:
    """The next entry, countersigned. `by`: signs it instead of the one in force (a key says who follows it)."""
    hand = by or signer
    said = {"v": VERSION, "seq": head.seq + 1, "kind": kind, "at": instant(at), "epoch": epoch, "kid": hand.kid}
    content = rfc8785.dumps({**body, **said, "previous": head.chain})
    return Written(
        seq=head.seq + 1,
        kind=kind,
        at=at,
        text=content.decode(),
        hash=hashlib.sha256(content).hexdigest(),
        previous=head.chain,
        chain=chain(head.chain, content),
        signature=hand.detached(content),
        kid=hand.kid,
        subject=body.get("completion_id"),
        centre_id=body.get("centre_id"),
    )


def read(text: str) -> AnyEntry | None:
    """The entry a text is; None when it is none."""
    try:
        kind = msgspec.json.decode(text, type=Entry).kind
        return msgspec.json.decode(text, type=_READ_AS[kind])
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        return None


def named_key(entry: AnyEntry | None) -> str | None:
    """The key that signs from this entry on, when it says so."""
    return entry.key.get("kid") if isinstance(entry, KeyEntry) else None


def chain(previous: str, content: bytes) -> str:
    """The chain hash of an entry. Raises ValueError when `previous` is no hash."""
    return hashlib.sha256(bytes.fromhex(previous) + content).hexdigest()


def instant(at: datetime) -> str:
    """One spelling: UTC, to the microsecond. What is beyond all calendars (PostgreSQL has `infinity`) as it is."""
    try:
        return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    except OverflowError:
        return str(at)


def parts_of(manifest: str, signature: str) -> dict[str, str] | None:
    """Member → the first 64 bits of SHA-256 over the device's signature, the member's name and its canonical value.
    None when the text is no JSON object. They only tell which member was changed; that one was, the digest tells."""
    try:
        members = msgspec.json.decode(manifest, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        return None
    salt = signature.encode("utf-8", "surrogatepass") + b"\0"
    return {
        name: hashlib.sha256(salt + name.encode() + b"\0" + bytes(value)).hexdigest()[:16]
        for name, value in members.items()
    }


def changed_parts(now: Mapping[str, str], sealed: Mapping[str, str]) -> Sequence[str]:
    """The members that are not what they were, or are there no more, or were not there."""
    return sorted(name for name in {*now, *sealed} if now.get(name) != sealed.get(name))

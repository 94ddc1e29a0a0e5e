"""Seals: what the office reads of them, what anyone is told by a code, and the bundle that is verified offline."""

from typing import Literal

import msgspec

from schemas.base import Answer, Instant

BUNDLE_FORMAT = "onsite-completion-1"


class Seal(Answer, frozen=True, kw_only=True):
    """Of a completion. `code`: as it is printed; `seq`: its place in the ledger; `kid`: the key that countersigned.
    `fault`: it was not sealed, as it is not what came in any more; then it has no place."""

    code: str
    verify_path: str
    sealed_at: Instant | None = None
    seq: int | None = None
    kid: str | None = None
    fault: str | None = None


class LedgerHead(Answer, frozen=True, kw_only=True):
    """The end of the ledger: note it elsewhere, and nobody can take entries away unnoticed. `chain`: SHA-256,
    hexadecimal; `signed`: compact JWS over `{"seq", "chain", "at"}`. `seq` 0: the ledger is empty."""

    seq: int
    chain: str
    at: Instant
    kid: str
    signed: str


class Words(Answer, frozen=True, kw_only=True):
    """One thing that was found, for programs and for people."""

    code: str
    zh: str
    en: str


class Names(Answer, frozen=True, kw_only=True):
    zh: str
    en: str


class Standing(Answer, frozen=True, kw_only=True):
    """What anyone is told about a sealed completion: nothing that names a person, a place or a serial number.
    `finished_at`: by the phone's clock; `photos_here` of `photos` are in storage now. `reports`: SHA-256 of the files
    that were made of it."""

    kind: Literal["completion", "addendum"]
    work: Names | None = None
    product: Names | None = None
    finished_at: Instant | None = None
    received_at: Instant
    sealed_at: Instant
    photos: int
    photos_here: int
    seq: int
    kid: str
    entry_hash: str
    chain: str
    manifest_sha256: str
    reports: list[str] = []


class Verified(Answer, frozen=True, kw_only=True):
    """`findings`: what was altered, in words; empty when intact. A code that does not exist and one that cannot exist
    get the same answer."""

    status: Literal["intact", "altered", "unknown"]
    code: str | None = None
    findings: list[Words] = []
    standing: Standing | None = None


class BundlePhoto(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    sha256: str
    size: int
    media_type: str
    received_at: str


class DeviceKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: str
    y: str


class BundleDevice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`signature`: detached JWS (ES256) over the bytes of `manifest`; `key`: its public key as JWK."""

    signature: str
    key: DeviceKey


class BundleEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`entry`: canonical JSON, as text; `countersignature`: detached JWS (Ed25519) over its bytes."""

    entry: str
    countersignature: str


class Bundle(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sealed completion with everything by which it can be judged without us, but for our public keys and the photos
    themselves. `manifest`: what was signed on site, as the text whose UTF-8 bytes were signed; `chain`: hash of the
    chain with this entry; `after`: the next entry, once there is one."""

    format: Literal["onsite-completion-1"]
    id: str
    code: str
    manifest: str
    device: BundleDevice
    photos: list[BundlePhoto]
    sealed: BundleEntry
    chain: str
    after: BundleEntry | None = None

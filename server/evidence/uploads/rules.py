"""What a tus request says, read strictly. Pure: header values in, what they mean out; a refusal is a value.

The protocol: https://tus.io/protocols/resumable-upload, version 1.0.0.
"""

import binascii
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from schemas.errors import Code

VERSION = "1.0.0"
CHUNK = "application/offset+octet-stream"

#: Offered in `Tus-Checksum-Algorithm`, most liked first.
CHECKSUMS = ("sha256", "sha1", "sha512")

MOST_METADATA = 4096
_LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class Bad:
    """Why a request is not carried out."""

    code: Code
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Checksum:
    algorithm: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class Metadata:
    """`sent`: the header, byte for byte, as HEAD has to echo it. `sha256`: of the whole file, lower-case hex."""

    sent: str
    sha256: str
    job_id: UUID | None


@dataclass(frozen=True, slots=True)
class NewUpload:
    """`length`: bytes; None when it will be said later."""

    length: int | None
    metadata: Metadata


#: Headers that mean something here; each may be sent once.
_READ = frozenset(
    b"tus-resumable upload-offset upload-length upload-defer-length upload-metadata upload-checksum upload-concat"
    b" content-type content-length content-encoding transfer-encoding x-http-method-override".split()
)


def read_headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str] | Bad:
    """Those that mean something here, by lower-case name."""
    found: dict[str, str] = {}
    for name, value in raw:
        if name in _READ:
            if name.decode() in found:
                return Bad(Code.UPLOAD_HEADER_INVALID, f"{name.decode()} is sent twice")
            found[name.decode()] = value.decode("latin-1").strip()
    return found


def method_of(method: str, headers: Mapping[str, str]) -> str:
    """The method that counts: `X-HTTP-Method-Override` when it is there, whatever the request line says."""
    return headers.get("x-http-method-override", method).upper()


def understood(headers: Mapping[str, str]) -> Bad | None:
    if headers.get("tus-resumable") == VERSION:
        return None
    return Bad(Code.TUS_VERSION_UNSUPPORTED, f"send Tus-Resumable: {VERSION}")


_NUMBER = re.compile(r"[0-9]{1,18}")


def number(headers: Mapping[str, str], name: str) -> int | Bad | None:
    """A whole number from 0; None when the header is not there."""
    value = headers.get(name)
    if value is None:
        return None
    if _NUMBER.fullmatch(value) is None:
        return Bad(Code.UPLOAD_HEADER_INVALID, f"{name} must be a whole number from 0")
    return int(value)


def new_upload(headers: Mapping[str, str]) -> NewUpload | Bad:
    if "upload-concat" in headers:
        return Bad(Code.UPLOAD_HEADER_INVALID, "concatenation is not offered")
    length = number(headers, "upload-length")
    if isinstance(length, Bad):
        return length
    deferred = headers.get("upload-defer-length")
    if deferred not in (None, "1"):
        return Bad(Code.UPLOAD_HEADER_INVALID, "upload-defer-length may only be 1")
    if (length is None) == (deferred is None):
        return Bad(Code.UPLOAD_HEADER_INVALID, "send either upload-length or upload-defer-length: 1")
    metadata = read_metadata(headers.get("upload-metadata", ""))
    return metadata if isinstance(metadata, Bad) else NewUpload(length, metadata)


def body_fault(headers: Mapping[str, str], *, needed: bool) -> Bad | None:
    """Whether the body is a chunk. `needed`: also one that is empty has to say so."""
    empty = headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != CHUNK and (needed or not empty):
        return Bad(Code.UNSUPPORTED_MEDIA_TYPE, f"send {CHUNK}")
    if headers.get("content-encoding", "identity").lower() != "identity":
        return Bad(Code.CONTENT_ENCODING_UNKNOWN, "offsets count the bytes of the file: send them as they are")
    return None


def checksum(headers: Mapping[str, str]) -> Checksum | Bad | None:
    value = headers.get("upload-checksum")
    if value is None:
        return None
    algorithm, _, encoded = value.partition(" ")
    if algorithm not in CHECKSUMS:
        return Bad(Code.CHECKSUM_UNKNOWN, f"send one of {', '.join(CHECKSUMS)}")
    digest = _unbase64(encoded)
    if digest is None or len(digest) != hashlib.new(algorithm, usedforsecurity=False).digest_size:
        return Bad(Code.UPLOAD_HEADER_INVALID, f"upload-checksum is not the base64 of a {algorithm}")
    return Checksum(algorithm, digest)


def hasher(wanted: Checksum) -> Any:
    return hashlib.new(wanted.algorithm, usedforsecurity=False)


_KEY = re.compile(r"[!-+\--~]+")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def read_metadata(sent: str) -> Metadata | Bad:
    """The header `Upload-Metadata`: pairs of a key and a base64 value. Every value must be text that may be shown."""
    if len(sent) > MOST_METADATA:
        return _metadata_fault(f"more than {MOST_METADATA} bytes")
    values: dict[str, str] = {}
    for pair in sent.split(",") if sent else ():
        key, _, encoded = pair.strip().partition(" ")
        if _KEY.fullmatch(key) is None:
            return _metadata_fault("a key is empty or not ASCII")
        if key in values:
            return _metadata_fault(f"{key} is there twice")
        value = _text(encoded)
        if value is None:
            return _metadata_fault(f"{key} is not the base64 of plain text in UTF-8")
        values[key] = value
    return _understood_metadata(sent, values)


def _understood_metadata(sent: str, values: Mapping[str, str]) -> Metadata | Bad:
    digest = values.get("sha256", "")
    if _SHA256.fullmatch(digest) is None:
        return _metadata_fault("sha256 must be the digest of the file, 64 lower-case hexadecimal digits")
    if not _plain_name(values.get("filename", "")):
        return _metadata_fault("filename must be a name without a path")
    try:
        job_id = UUID(values["job_id"]) if "job_id" in values else None
    except ValueError:
        return _metadata_fault("job_id is not a UUID")
    return Metadata(sent, digest, job_id)


def _metadata_fault(detail: str) -> Bad:
    return Bad(Code.UPLOAD_METADATA_INVALID, detail)


def _plain_name(name: str) -> bool:
    return len(name) <= _LONGEST_NAME and name not in (".", "..") and not any(c in name for c in "/\\")


def _text(encoded: str) -> str | None:
    raw = _unbase64(encoded)
    if raw is None:
        return None
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return None
    return None if _UNSHOWABLE.search(text) else text


#: Controls, line ends and what turns the direction of writing: nothing that a name needs.
_UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffe\uffff]")


def _unbase64(encoded: str) -> bytes | None:
    try:
        return binascii.a2b_base64(encoded, strict_mode=True) if encoded else b""
    except (binascii.Error, ValueError):
        return None

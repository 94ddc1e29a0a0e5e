"""The seal of a report: one line behind the PDF's end, signed by the server, over every byte before it. Pure.

    …%%EOF
    %onsite-seal <compact JWS over {"v":1,"sha256":…,"size":…,"code":…,"seq":…,"manifest":…,"kid":…}>

A PDF reader takes the line for a comment. `size` bytes, whose SHA-256 is `sha256`, stand before it, and nothing behind.
"""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64decode
from typing import Final, Literal

import msgspec
import rfc8785

from server.evidence.sealing.findings import Finding, finding
from server.evidence.sealing.keys import Keys
from server.evidence.sealing.sealed import Sealed
from server.evidence.sealing.signing import Known, kid_of, read_compact

MARK: Final = b"%onsite-seal "
_LINE: Final = re.compile(rb"%onsite-seal ([A-Za-z0-9_.-]{1,4000})\n\Z")
_PDF: Final = b"%PDF-"
_END: Final = b"%%EOF"


class Trailer(msgspec.Struct, frozen=True, kw_only=True):
    """`seq`: the place in the ledger of the completion that the report shows; `manifest`: digest of what was signed."""

    v: Literal[1]
    sha256: str
    size: int
    code: str
    seq: int
    manifest: str
    kid: str


def sealed_pdf(pdf: bytes, sealed: Sealed, keys: Keys) -> bytes:
    """The whole file. `pdf` ends with its `%%EOF`."""
    content = pdf if pdf.endswith(b"\n") else pdf + b"\n"
    said = Trailer(
        v=1,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        code=sealed.code,
        seq=sealed.seq,
        manifest=sealed.manifest_digest,
        kid=keys.signer.kid,
    )
    line = keys.signer.compact(rfc8785.dumps(msgspec.to_builtins(said)))
    return content + MARK + line.encode() + b"\n"


def is_pdf(content: bytes) -> bool:
    return content.startswith(_PDF) or MARK in content[-8192:]


def read_trailer(content: bytes, known: Known) -> tuple[Trailer | None, list[Finding]]:
    """What the seal says, as far as it can be believed, and what is not as it was sealed."""
    place = content.rfind(MARK)
    if place < 0:
        return None, [_without_line(content)]
    line = _LINE.match(content, place)
    if line is None:
        whole = content.find(b"\n", place)
        code = "pdf_seal_invalid" if whole < 0 or whole == len(content) - 1 else "pdf_extended"
        return None, [finding(code)]
    compact = line[1].decode("ascii")
    said = read_compact(compact, known)
    if said == "key_unknown":
        claimed = _claimed(compact)
        if claimed is None or claimed.kid != kid_of(compact):
            return None, [finding("pdf_seal_invalid")]
        return claimed, [*_bytes_findings(content[:place], claimed), finding("key_unknown", kid=claimed.kid)]
    trailer = _decoded(said) if isinstance(said, bytes) else None
    if trailer is None or trailer.kid != kid_of(compact):
        return None, [finding("pdf_seal_invalid")]
    return trailer, _bytes_findings(content[:place], trailer)


def _bytes_findings(before: bytes, said: Trailer) -> list[Finding]:
    if len(before) < said.size:
        return [finding("pdf_cut")]
    if len(before) > said.size:
        same = hashlib.sha256(before[: said.size]).hexdigest() == said.sha256
        return [finding("pdf_extended" if same else "pdf_altered")]
    return [] if hashlib.sha256(before).hexdigest() == said.sha256 else [finding("pdf_altered")]


def _without_line(content: bytes) -> Finding:
    """No mark: never sealed, unless something stands where the seal would."""
    end = content.rfind(_END)
    behind = content[end + len(_END) :].strip() if end >= 0 else b""
    return finding("pdf_seal_invalid" if behind else "unsealed_file")


def _claimed(compact: str) -> Trailer | None:
    """What an unknown key says: to be compared, not to be believed."""
    payload = compact.split(".")[1]
    try:
        return _decoded(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, IndexError):
        return None


def _decoded(content: bytes) -> Trailer | None:
    try:
        return msgspec.json.decode(content, type=Trailer)
    except (msgspec.DecodeError, RecursionError):
        return None

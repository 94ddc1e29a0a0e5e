"""Files that anyone may hand in: is it a report or a bundle of ours, and does it stand? Pure, and trusts nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from server.evidence.sealing.bundles import MOST_BYTES, is_bundle, verify_bundle
from server.evidence.sealing.entries import CompletionEntry
from server.evidence.sealing.findings import Finding, Status, finding, status_of
from server.evidence.sealing.signing import Known
from server.evidence.sealing.trailer import Trailer, is_pdf, read_trailer

MOST_PDF_BYTES: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class JudgedFile:
    """`entry`: of a bundle; `trailer`: of a report."""

    findings: list[Finding] = field(default_factory=list)
    entry: CompletionEntry | None = None
    trailer: Trailer | None = None

    @property
    def status(self) -> Status:
        return status_of(self.findings)

    @property
    def code(self) -> str | None:
        told = self.entry or self.trailer
        return None if told is None else told.code


def judge_file(content: bytes, known: Known) -> JudgedFile:
    return _judge_bundle(content, known) if is_bundle(content) else judge_report(content, known)


def judge_report(content: bytes, known: Known) -> JudgedFile:
    """A report alone, for files that strangers hand in: nothing of them is parsed but one line."""
    if not is_pdf(content):
        return JudgedFile([finding("foreign")])
    if len(content) > MOST_PDF_BYTES:
        return JudgedFile([finding("too_large")])
    trailer, found = read_trailer(content, known)
    return JudgedFile(found, trailer=trailer)


def _judge_bundle(content: bytes, known: Known) -> JudgedFile:
    if len(content) > MOST_BYTES:
        return JudgedFile([finding("too_large")])
    entry, found = verify_bundle(content, known)
    return JudgedFile(found, entry=entry)

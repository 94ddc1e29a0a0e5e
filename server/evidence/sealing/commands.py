"""`onsite verify`, `onsite ledger …` and `onsite keys …`: what is said on a terminal. Files are read within bounds, and
whatever is in them ends in a sentence."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from joserfc.jwk import OKPKey

from server.evidence.sealing.checking import Check
from server.evidence.sealing.entries import CompletionEntry, Head, PhotoEntry
from server.evidence.sealing.files import MOST_PDF_BYTES, JudgedFile, judge_file
from server.evidence.sealing.findings import Finding, Status, finding, short, status_of
from server.evidence.sealing.keys import Keys, KeysError
from server.evidence.sealing.signing import Known, read_published
from server.platform import secrets
from server.platform.storage import Blobs
from server.products.rules.refusal import Text

#: What `onsite verify` ends with.
ENDS: Final[Mapping[Status, int]] = {"intact": 0, "altered": 1, "unknown": 2}

_MOST_KEYS_BYTES: Final = 1024 * 1024
_MOST_FILES: Final = 5000
_CHUNK: Final = 1024 * 1024
_MOST_SAID: Final = 20

_STATUS: Final[Mapping[Status, Text]] = {
    "intact": Text("完好：自签封以来未被改动。", "Intact: unchanged since it was sealed."),
    "altered": Text("已改动：", "Altered:"),
    "unknown": Text("无法判断：", "Cannot tell:"),
}


class NoKeys(Exception):
    """The file of keys cannot be used; the text is a sentence."""


def is_chinese(environ: Mapping[str, str]) -> bool:
    """As the terminal is set."""
    told = environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG") or ""
    return told.lower().startswith("zh")


# ---- verify -------------------------------------------------------------------------------------------------------


def keys_for(file: Path | None, data_dir: Path, given: str | None) -> Known:
    """Published keys of a file, else those of the installation; none when there is neither. Raises NoKeys."""
    if file is not None:
        read = read_published(_content(file, _MOST_KEYS_BYTES) or b"")
        if read is None:
            raise NoKeys(f"{file} is no JWK set with Ed25519 keys.")
        return read
    if given is None and not (data_dir / secrets.FILE_NAME).is_file():
        return {}
    try:
        return Keys.of(data_dir, given).known
    except KeysError as fault:
        raise NoKeys(str(fault)) from fault


def verify(file: Path, known: Known, photos: Path | None = None) -> tuple[Status, list[Text]]:
    """Whether a report or a bundle stands, and the words for it. Raises OSError when it cannot be read."""
    content = _content(file, MOST_PDF_BYTES)
    judged = JudgedFile([finding("too_large")]) if content is None else judge_file(content, known)
    found = list(judged.findings)
    if not known and any(each.code == "key_unknown" for each in found):
        found = [each for each in found if each.code != "key_unknown"] + [finding("keys_missing")]
    if photos is not None and judged.entry is not None:
        found += _photos_findings(judged.entry.photos, photos)
    status = status_of(found)
    return status, [_STATUS[status], *(_listed(each) for each in found[:_MOST_SAID]), *_about(judged)]


def _content(file: Path, most: int) -> bytes | None:
    """None: more than `most` bytes."""
    with file.open("rb") as opened:
        content = opened.read(most + 1)
    return None if len(content) > most else content


def _listed(found: Finding) -> Text:
    words = found.words
    return Text(f"  - {words.zh}", f"  - {words.en}")


def _about(judged: JudgedFile) -> Iterator[Text]:
    """What it says of itself, where it can be believed."""
    entry, trailer = judged.entry, judged.trailer
    if judged.status != "intact":
        return
    if isinstance(entry, CompletionEntry):
        yield Text(f"验证码 {entry.code}，账本第 {entry.seq} 条", f"Code {entry.code}, entry {entry.seq} of the ledger")
        yield Text(f"收到 {entry.received_at}，签封 {entry.at}", f"Received {entry.received_at}, sealed {entry.at}")
        yield Text(f"照片 {len(entry.photos)} 张，密钥 {entry.kid}", f"{len(entry.photos)} photos, key {entry.kid}")
    elif trailer is not None:
        yield Text(
            f"验证码 {trailer.code}，账本第 {trailer.seq} 条", f"Code {trailer.code}, entry {trailer.seq} of the ledger"
        )
        yield Text(f"密钥 {trailer.kid}", f"Key {trailer.kid}")


def _photos_findings(photos: list[PhotoEntry], folder: Path) -> list[Finding]:
    """Photos are found by their bytes, whatever the files are called."""
    sizes = {photo.size for photo in photos}
    there = set()
    for number, file in enumerate(sorted(folder.rglob("*"))):
        if number >= _MOST_FILES:
            break
        if file.is_file() and not file.is_symlink() and file.stat().st_size in sizes:
            there.add(_digest(file))
    return [finding("photo_not_there", photo=short(p.sha256)) for p in photos if p.sha256 not in there]


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


# ---- the ledger ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LedgerChecked:
    """`found`: place and words of what is wrong, the first first."""

    found: list[tuple[int, Text]]
    entries: int
    completions: int
    photos: int
    head: Head


async def check_ledger(
    known: Mapping[str, OKPKey], since: int, noted: Head | None, blobs: Blobs | None, told: Callable[[int], None]
) -> LedgerChecked:
    """Stops after the first _MOST_SAID things that are wrong."""
    check = Check(known, since, noted, blobs, told)
    found = []
    async for place, each in check.findings():
        found.append((place, each.words))
        if len(found) == _MOST_SAID:
            break
    return LedgerChecked(found, check.entries, check.completions, check.photos, check.head)

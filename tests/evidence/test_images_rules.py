"""What kind of picture some bytes are, from their header alone."""

import io
import re
import struct
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from schemas.errors import Code
from server.evidence.images import running
from server.evidence.images.rules import (
    MOST_PIXELS,
    SHOWN_SIDE,
    THUMBNAIL_SIDE,
    Picture,
    is_as_said,
    judged,
    picture_of,
)
from server.platform import apart, manners
from server.portal import photos
from tests.evidence.pictures import bomb


def drawn(kind: str, **how: Any) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (70, 50), "red").save(file, kind, **how)
    return file.getvalue()


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


def heic(width: int, height: int, brand: bytes = b"heic") -> bytes:
    def ispe(width: int, height: int) -> bytes:
        return box(b"ispe", struct.pack(">III", 0, width, height))

    extents = box(b"iprp", box(b"ipco", ispe(512, 512) + ispe(width, height)))
    return box(b"ftyp", brand + struct.pack(">I", 0) + b"mif1" + brand) + box(b"meta", bytes(4) + extents)


class TestPictures:
    @pytest.mark.parametrize(
        ("content", "kind"),
        [
            (drawn("JPEG"), "image/jpeg"),
            (drawn("JPEG", progressive=True, exif=b"Exif\0\0" + bytes(60_000)), "image/jpeg"),
            (drawn("PNG"), "image/png"),
            (drawn("WEBP"), "image/webp"),
            (drawn("WEBP", lossless=True), "image/webp"),
            (drawn("WEBP", exif=b"Exif\0\0" + bytes(60)), "image/webp"),
            (heic(70, 50) + bytes(99), "image/heic"),
        ],
    )
    def test_are_known_by_their_header(self, content: bytes, kind: str) -> None:
        expected = (512, 512) if kind == "image/heic" else (70, 50)
        assert picture_of(content) == Picture(kind, *expected)

    def test_tell_the_size_they_claim(self) -> None:
        assert picture_of(bomb(60_000, 60_000)) == Picture("image/png", 60_000, 60_000)
        assert picture_of(heic(9000, 7000)) == Picture("image/heic", 9000, 7000)

    def test_of_other_kinds_or_cut_anywhere_are_none(self) -> None:
        for other in (b"", b"GIF89a" + bytes(99), b"%PDF-1.7", b"<svg/>", heic(1, 1, b"avif"), drawn("BMP")):
            assert picture_of(other) is None
        for whole in (drawn("JPEG"), drawn("PNG"), drawn("WEBP"), heic(70, 50)):
            for length in range(0, min(len(whole), 400), 3):
                picture_of(whole[:length])  # never raises

    def test_nested_without_end_come_to_an_end(self) -> None:
        evil = box(b"ftyp", b"heic" + bytes(4) + b"heic") + box(b"meta", bytes(4)) * 9000
        assert picture_of(evil) is None
        assert picture_of(box(b"ftyp", b"heic" + bytes(4)) + struct.pack(">I4s", 1, b"meta") + b"\xff" * 8) is None

    def test_are_judged_before_anything_is_unpacked(self) -> None:
        assert judged(drawn("PNG")) == Picture("image/png", 70, 50)
        assert judged(bomb(7746, 7746)) is Code.IMAGE_TOO_LARGE
        assert judged(bomb(7745, 7745)) == Picture("image/png", 7745, 7745)
        assert judged(b"\xff\xd8\xff\xe0 and nothing") is Code.IMAGE_UNREADABLE
        assert judged(drawn("BMP")) is Code.IMAGE_TYPE_REFUSED

    def test_are_what_they_are_whatever_they_are_called(self) -> None:
        assert is_as_said("image/heif", "image/heic")
        assert not is_as_said("image/jpeg", "image/png")


class TestTheDocument:
    def test_says_the_numbers_and_codes_that_hold(self, project: Path) -> None:
        text = " ".join((project / "docs" / "photos.md").read_text().split())
        assert set(re.findall(r"\| `(image_\w+)` \|", text)) == {c.value for c in Code if c.value.startswith("image_")}
        said = (
            f"more than {MOST_PIXELS:,} pixels",
            f"up to {SHOWN_SIDE:,} dots",
            f"up to {THUMBNAIL_SIDE}.",
            f"more than {running.MEMORY // apart.MIB:,} MiB",
            f"began {running.ATTEMPTS} times",
            f"to an end in {running.PATIENCE:.0f} s",
            f"runs out after {running.LEASE // timedelta(seconds=1)} s",
            f"nice {manners.NICENESS};",
            f"ends {apart.IDLE:.0f} s after",
            f"waits {photos.PATIENCE:.0f} s",
            f"{photos.KEEP.days} days after they were sent",
        )
        assert [each for each in said if each not in text] == []

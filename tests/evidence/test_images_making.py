"""Copies of photos: what they show, what they must not hold, and what has none."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress

import pytest
from pebble import ProcessExpired
from PIL import Image

from schemas.errors import Code
from server.evidence.images.making import Made, make
from server.evidence.images.rules import SHOWN_SIDE, THUMBNAIL_SIDE
from server.evidence.images.running import MEMORY
from server.platform.apart import Apart
from tests.evidence.pictures import (
    SECRET,
    bomb,
    chunk,
    corners,
    exif,
    opened,
    quarters,
    red_is_blue,
    saved,
    with_segment,
)

UPRIGHT = ["red", "green", "blue", "white"]


def made(content: bytes) -> Made:
    copies = make(content)
    assert isinstance(copies, Made), copies
    return copies


def bent_anywhere(kind: str, times: int) -> Iterator[bytes]:
    dice, whole = random.Random(kind), saved(quarters(64, 48), kind, exif=exif(6))
    for _ in range(times):
        bent = bytearray(whole)
        for _ in range(dice.choice((1, 3, 9))):
            bent[dice.randrange(len(bent))] = dice.randrange(256)
        yield bytes(bent)


class TestACopy:
    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF", "MPO"])
    def test_shows_what_the_photo_shows(self, kind: str) -> None:
        copies = made(saved(kind=kind))
        for copy in (copies.shown, copies.thumbnail):
            assert corners(opened(copy)) == UPRIGHT
            assert (opened(copy).format, opened(copy).mode) == ("JPEG", "RGB")

    def test_is_no_larger_than_a_screen_needs(self) -> None:
        copies = made(saved(quarters(4000, 3000), quality=50))
        assert (copies.width, copies.height) == (4000, 3000)
        assert opened(copies.shown).size == (2000, 1500)
        assert opened(copies.thumbnail).size == (THUMBNAIL_SIDE, 240)
        assert corners(opened(copies.shown)) == UPRIGHT
        for size in ((4096, 64), (64, 3000), (9000, 64)):
            assert 2000 <= max(opened(made(saved(quarters(*size))).shown).size) <= SHOWN_SIDE

    def test_is_not_blown_up(self) -> None:
        copies = made(saved(quarters(40, 20)))
        assert opened(copies.shown).size == opened(copies.thumbnail).size == (40, 20)

    @pytest.mark.parametrize("size", [(1, 1), (1, 9000), (9000, 1)])
    def test_of_a_thread_has_a_dot_at_least(self, size: tuple[int, int]) -> None:
        copies = made(saved(quarters(*size)))
        assert min(opened(copies.thumbnail).size) == 1

    def test_is_the_same_each_time(self) -> None:
        photo = saved(quarters(700, 500), exif=exif(6))
        assert make(photo) == make(photo)


class TestUpright:
    TURNED = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }

    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_however_the_phone_was_held(self, orientation: int) -> None:
        held = quarters()
        if orientation > 1:
            held = held.transpose(self.TURNED[orientation])
        copies = made(saved(held, exif=exif(orientation)))
        assert corners(opened(copies.shown)) == UPRIGHT
        assert (copies.width, copies.height) == opened(copies.shown).size == (120, 80)

    @pytest.mark.parametrize("kind", ["PNG", "WEBP", "HEIF"])
    def test_in_every_kind_of_file(self, kind: str) -> None:
        copies = made(saved(quarters().transpose(Image.Transpose.ROTATE_90), kind, exif=exif(6)))
        assert corners(opened(copies.shown)) == UPRIGHT
        assert (copies.width, copies.height) == (120, 80)

    @pytest.mark.parametrize("broken", [b"Exif\0\0" + b"\xff" * 40, exif(6)[:30], exif(99)])
    def test_as_it_lies_when_the_file_does_not_say(self, broken: bytes) -> None:
        assert corners(opened(made(saved(exif=broken)).shown)) == UPRIGHT


class TestNothingHidden:
    HIDING = {
        "exif": saved(exif=exif()),
        "comment": saved(comment=SECRET),
        "xmp": saved(xmp=b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"),
        "iptc": with_segment(saved(), 0xED, b"Photoshop 3.0\x00" + SECRET),
        "profile": saved(icc_profile=red_is_blue()[:128] + SECRET),
        "png": saved(kind="PNG", exif=exif())[:-12]
        + chunk(b"tEXt", b"Comment\x00a\r\nb\n\x00" + SECRET)
        + chunk(b"IEND", b""),
        "webp": saved(kind="WEBP", exif=exif(), xmp=SECRET),
        "heic": saved(kind="HEIF", exif=exif(), xmp=SECRET),
        "trailer": saved() + b"\r\n" + SECRET,
        "two pictures": saved(kind="MPO", save_all=True, append_images=[quarters(64, 64)]) + SECRET,
    }

    @pytest.mark.parametrize("where", HIDING)
    def test_comes_along(self, where: str) -> None:
        copies = made(self.HIDING[where])
        for copy in (copies.shown, copies.thumbnail):
            assert SECRET not in copy
            assert b"Exif" not in copy
            assert set(opened(copy).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
            assert copy.endswith(b"\xff\xd9")

    def test_of_a_picture_that_is_an_archive_too(self) -> None:
        archive = io.BytesIO(saved())
        archive.seek(0, io.SEEK_END)
        with zipfile.ZipFile(archive, "a") as writing:
            writing.writestr("payload.js", SECRET)
        assert zipfile.is_zipfile(io.BytesIO(archive.getvalue()))
        copies = made(archive.getvalue())
        assert not any(zipfile.is_zipfile(io.BytesIO(copy)) for copy in (copies.shown, copies.thumbnail))

    @pytest.mark.parametrize("start", [b"/*", b"%PDF-1.7\n", b"<html><script>", b"GIF89a", b"#!/bin/sh\n"])
    def test_of_a_picture_that_is_something_else_too(self, start: bytes) -> None:
        both = with_segment(saved(), 0xFE, start + b"*/=1;alert(1)") + b"\n%%EOF</script>"
        copies = made(both)
        for copy in (copies.shown, copies.thumbnail):
            assert start not in copy
            assert b"alert" not in copy
            assert b"%%EOF" not in copy


class TestColours:
    def test_are_those_the_profile_says(self) -> None:
        copies = made(saved(icc_profile=red_is_blue()))
        assert corners(opened(copies.shown)) == ["blue", "green", "red", "white"]

    def test_stay_when_the_profile_is_broken_or_for_other_colours(self) -> None:
        assert corners(opened(made(saved(icc_profile=b"\0" * 200)).shown)) == UPRIGHT
        grey = quarters().convert("L")
        assert opened(made(saved(grey, icc_profile=red_is_blue())).shown).mode == "RGB"

    def test_of_print_are_turned_into_those_of_a_screen(self) -> None:
        assert corners(opened(made(saved(quarters().convert("CMYK"))).shown)) == UPRIGHT

    def test_of_sixteen_bits_keep_their_shades(self) -> None:
        deep = Image.frombytes("I;16", (64, 4), b"".join(struct.pack("<H", x * 1040) for x in range(64)) * 4)
        shown = opened(made(saved(deep, "PNG")).shown).convert("L")
        shades = list(shown.crop((0, 2, 64, 3)).tobytes()[::7])
        assert shades == sorted(set(shades))

    @pytest.mark.parametrize("mode", ["1", "P", "L", "LA"])
    def test_of_few_are_shown(self, mode: str) -> None:
        assert opened(made(saved(quarters().convert(mode), "PNG")).shown).size == (120, 80)

    @pytest.mark.parametrize("kind", ["PNG", "WEBP"])
    def test_where_there_are_none_are_white(self, kind: str) -> None:
        clear = quarters().convert("RGBA")
        clear.paste((0, 0, 0, 0), (0, 0, 60, 40))
        assert corners(opened(made(saved(clear, kind)).shown)) == ["white", "green", "blue", "white"]

    def test_of_an_animation_are_those_of_its_first_frame(self) -> None:
        moving = saved(kind="WEBP", save_all=True, append_images=[Image.new("RGB", (120, 80), "black")] * 3)
        assert corners(opened(made(moving).shown)) == UPRIGHT


class TestNoCopy:
    @pytest.mark.parametrize("size", [(50_000, 50_000), (60_001, 1000), (2**31 - 1, 2**31 - 1)])
    def test_of_what_says_it_is_enormous(self, size: tuple[int, int]) -> None:
        assert make(bomb(*size)) is Code.IMAGE_TOO_LARGE

    def test_of_what_turns_out_larger_than_it_said(self) -> None:
        small, large = bomb(10, 10, 10), bomb(50_000, 50_000, 10)
        twice = small[:33] + large[8:33] + small[33:]
        assert make(twice) in (Code.IMAGE_TOO_LARGE, Code.IMAGE_UNREADABLE)

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
    def test_of_what_ends_too_early(self, kind: str) -> None:
        whole = saved(quarters(300, 200), kind, quality=95)
        for part in (0.1, 0.3, 0.6, 0.9):
            assert make(whole[: int(len(whole) * part)]) is Code.IMAGE_UNREADABLE, part

    @pytest.mark.parametrize(
        "other",
        [
            b"",
            saved(kind="GIF"),
            saved(kind="BMP"),
            saved(kind="TIFF"),
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
            b"<!doctype html><img src=x onerror=alert(1)>",
            b"%PDF-1.7\n" + saved(),
            b"PK\x03\x04" + saved(),
            b"\n" + saved(),
        ],
    )
    def test_of_what_is_none_of_the_kinds_we_take(self, other: bytes) -> None:
        assert make(other) is Code.IMAGE_TYPE_REFUSED

    def test_of_noise_behind_a_good_header(self) -> None:
        for start in (b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\x10\0\0\0WEBPVP8 ", b"\0\0\0\x18ftypheic"):
            assert make(start + bytes(range(256)) * 4) is Code.IMAGE_UNREADABLE

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    def test_and_no_harm_of_what_was_bent_anywhere(self, kind: str) -> None:
        for bent in bent_anywhere(kind, 80):
            assert isinstance(make(bent), Made | Code)

    async def test_and_no_harm_of_a_bent_heif_though_its_decoder_may_die_of_it(self) -> None:
        """libheif has been seen to: that is what the process apart is for."""
        apart = Apart(memory=MEMORY, patience=10)
        try:
            for bent in bent_anywhere("HEIF", 40):
                with suppress(ProcessExpired):
                    assert isinstance(await apart.once(make, bent), Made | Code)
        finally:
            await apart.close()

    def test_of_words_by_the_hundred_megabyte(self) -> None:
        packed = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"A" * 30_000_000, 9))
        whole = saved(kind="PNG")
        assert isinstance(make(whole[:33] + packed + whole[33:]), Made | Code)  # and is done in an instant

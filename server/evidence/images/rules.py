"""What kind of picture some bytes are, how large, and whether it may be drawn: from its header alone. Pure: no I/O.

Nothing is ever unpacked here, so a picture that claims to be enormous costs as little as an honest one; a library would
set memory aside for it before it could be refused. The name and the media type that came with it say nothing.
"""

import struct
from typing import Final, NamedTuple

from schemas.errors import Code

#: A phone's camera of 2026 takes 50 megapixels; what claims more is no photo for us.
MOST_PIXELS: Final = 60_000_000
#: Of a photo that strangers send; a technician's is bounded by its manifest.
MOST_BYTES: Final = 8 * 1024 * 1024

#: Longest sides in dots.
SHOWN_SIDE: Final = 2048
THUMBNAIL_SIDE: Final = 320
#: A JPEG is unpacked at a half, a quarter or an eighth where that leaves so many dots: a half of what a camera of 12
#: megapixels gives (4,000 to 4,096) is shown as it is, in half the time.
ENOUGH_SIDE: Final = 2000


class Picture(NamedTuple):
    media_type: str
    width: int
    height: int

    @property
    def pixels(self) -> int:
        return self.width * self.height


def judged(content: bytes) -> Picture | Code:
    """The picture, when it may be drawn: `image_type_refused` for what is none of the kinds we take, whatever it is
    called; `image_unreadable` for a header that is cut or makes no sense; `image_too_large`."""
    picture = picture_of(content)
    if picture is None:
        return Code.IMAGE_UNREADABLE if _begins_as_one(content) else Code.IMAGE_TYPE_REFUSED
    return Code.IMAGE_TOO_LARGE if picture.pixels > MOST_PIXELS else picture


def is_as_said(claimed: str, media_type: str) -> bool:
    """Whether the type that came with it is the one it has. HEIC is a kind of HEIF."""
    return claimed == media_type or (claimed == "image/heif" and media_type == "image/heic")


def _begins_as_one(content: bytes) -> bool:
    heif = content[4:8] == b"ftyp" and content[8:12] in _HEVC_BRANDS
    webp = content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    return heif or webp or content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))


def picture_of(content: bytes) -> Picture | None:
    """JPEG, PNG, WebP or HEIC with its size in pixels; None for everything else, also for a header that is cut."""
    try:
        for known in (_jpeg, _png, _webp, _heic):
            found = known(content)
            if found is not None:
                return found if found.width > 0 and found.height > 0 else None
    except (struct.error, IndexError):
        return None
    return None


#: Frame headers of JPEG: all of C0 to CF but DHT, JPG and DAC.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})


def _jpeg(content: bytes) -> Picture | None:
    if not content.startswith(b"\xff\xd8\xff"):
        return None
    at = 2
    while content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
        elif marker in _STANDALONE:
            at += 2
        elif marker in (0xD9, 0xDA):
            return None  # the pixels begin, and no frame was announced
        else:
            length: int = struct.unpack_from(">H", content, at + 2)[0]
            if marker in _FRAMES:
                height, width = struct.unpack_from(">HH", content, at + 5)
                return Picture("image/jpeg", width, height)
            at += 2 + max(length, 2)
    return None


def _png(content: bytes) -> Picture | None:
    if not content.startswith(b"\x89PNG\r\n\x1a\n") or content[12:16] != b"IHDR":
        return None
    return Picture("image/png", *struct.unpack_from(">II", content, 16))


def _webp(content: bytes) -> Picture | None:
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP":
        return None
    kind = content[12:16]
    if kind == b"VP8X":
        width, height = (int.from_bytes(content[n : n + 3], "little") + 1 for n in (24, 27))
        return Picture("image/webp", width, height) if len(content) >= 30 else None
    if kind == b"VP8L" and content[20] == 0x2F:
        (bits,) = struct.unpack_from("<I", content, 21)
        return Picture("image/webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8 " and content[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", content, 26)
        return Picture("image/webp", width & 0x3FFF, height & 0x3FFF)
    return None


_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_HEVC_BRANDS = _HEIC_BRANDS - {b"mif1", b"msf1"}
_MOST_BOXES = 1000


def _heic(content: bytes) -> Picture | None:
    """The largest of the extents that its items have: tiles and thumbnails are smaller than the picture."""
    if content[4:8] != b"ftyp" or content[8:12] not in _HEIC_BRANDS:
        return None
    end: int = struct.unpack_from(">I", content, 0)[0]
    brands = {content[n : n + 4] for n in (8, *range(16, min(end, 256), 4))}
    if not brands & _HEVC_BRANDS:
        return None  # mif1 alone may hold anything, AVIF for one
    extents = _extents(content, 0, len(content), [_MOST_BOXES])
    largest = max(extents, key=lambda extent: extent[0] * extent[1], default=None)
    return None if largest is None else Picture("image/heic", *largest)


#: Boxes that hold boxes on the way to an extent → bytes between their header and the first of these.
_HOLDING = {b"meta": 4, b"iprp": 0, b"ipco": 0}


def _extents(content: bytes, at: int, end: int, left: list[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    while at + 8 <= end and left[0] > 0:
        left[0] -= 1
        length, kind = struct.unpack_from(">I4s", content, at)
        begin = at + 8
        if length == 1:
            length = struct.unpack_from(">Q", content, begin)[0]
            begin += 8
        stop = end if length == 0 else at + length
        if stop > end or stop <= at:
            return found
        if kind == b"ispe":
            found.append(struct.unpack_from(">II", content, begin + 4))
        elif kind in _HOLDING:
            found += _extents(content, begin + _HOLDING[kind], stop, left)
        at = stop
    return found

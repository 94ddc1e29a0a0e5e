"""Real pictures in as few words as a test needs, and what hides in files."""

import io
import struct
import zlib
from typing import Any

import pillow_heif
from PIL import Image, ImageCms

pillow_heif.register_heif_opener()

RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 200, 30), (30, 30, 220), (250, 250, 250)
SECRET = b"31.2304N-121.4737E"


def quarters(width: int = 120, height: int = 80) -> Image.Image:
    """Red, green | blue, white: tells which way up it is."""
    image = Image.new("RGB", (width, height))
    for n, colour in enumerate((RED, GREEN, BLUE, WHITE)):
        left, top = n % 2 * width // 2, n // 2 * height // 2
        image.paste(colour, (left, top, left + width // 2, top + height // 2))
    return image


def corners(image: Image.Image) -> list[str]:
    """The colours of its quarters, row by row."""
    points = [(x, y) for y in (1, 3) for x in (1, 3)]
    return [_named(image.convert("RGB").getpixel((image.width * x // 4, image.height * y // 4))) for x, y in points]


def _named(colour: Any) -> str:
    known = {"red": RED, "green": GREEN, "blue": BLUE, "white": WHITE}
    return min(known, key=lambda name: sum(abs(a - b) for a, b in zip(known[name], colour, strict=True)))


def saved(image: Image.Image | None = None, kind: str = "JPEG", **terms: Any) -> bytes:
    written = io.BytesIO()
    (image or quarters()).save(written, kind, **terms)
    return written.getvalue()


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def exif(orientation: int = 1) -> bytes:
    """With a place, and with words that hold newlines and NUL."""
    written = Image.Exif()
    written[0x0112] = orientation
    written[0x010E] = "line one\r\nSet-Cookie: a=b\n\x00<script>" + SECRET.decode()
    place = written.get_ifd(0x8825)
    place[1], place[2] = "N", (31.0, 13.0, 49.44)
    written[0x8825] = place
    return written.tobytes()


def with_segment(jpeg: bytes, marker: int, body: bytes) -> bytes:
    return jpeg[:2] + struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body + jpeg[2:]


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def bomb(width: int, height: int, rows: int = 0) -> bytes:
    """A PNG that says it is that large, one bit a dot, with so many of its rows."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    packed = zlib.compress(bytes((width + 7) // 8 + 1) * rows, 9)
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def red_is_blue() -> bytes:
    """A profile by which what is written as red is to be seen as blue, and the other way round."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    (tags,) = struct.unpack_from(">I", profile, 128)
    entries = {bytes(profile[n : n + 4]): n for n in range(132, 132 + 12 * tags, 12)}
    red, blue = (slice(entries[name] + 4, entries[name] + 12) for name in (b"rXYZ", b"bXYZ"))
    profile[red], profile[blue] = profile[blue], profile[red]
    return bytes(profile)

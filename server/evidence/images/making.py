"""A picture drawn anew: a copy to show and a thumbnail, from its pixels alone. Runs in a process apart (`running`).

What the copies are made of are the pixels: no EXIF, no place, no comment, no profile, no bytes behind the picture. They
are upright, in sRGB, on white where the picture is transparent, and of an animation the first frame; always a baseline
JPEG, so that whoever shows, prints or embeds them meets one kind of file. The same bytes give the same copies.

Its size was judged by its header before (`rules`). Whoever reads pixels must be told what to expect: only the opener of
the kind that the header names is tried, and a picture that turns out larger than it said is refused.
"""

import io
import warnings
from typing import Final, NamedTuple

import pi_heif
from PIL import Image, ImageCms

from schemas.errors import Code
from server.evidence.images.rules import ENOUGH_SIDE, MOST_PIXELS, SHOWN_SIDE, THUMBNAIL_SIDE, Picture, judged

#: A HEIC may carry a small picture that is another than the large one: only what was taken is shown.
pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)

_OPENERS: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/heic": "HEIF"}
_QUALITY: Final = 85
_ORIENTATION: Final = 0x0112
_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SRGB: Final = ImageCms.createProfile("sRGB")


class Made(NamedTuple):
    """`width`, `height`: of the picture as it is to be seen, upright. Copies are JPEG."""

    media_type: str
    width: int
    height: int
    shown: bytes
    thumbnail: bytes


def make(content: bytes) -> Made | Code:
    """The copies, or why there are none: as `rules.judged`, or `image_not_made` for what takes more memory than there
    is. A picture that ends too early is not shown as far as it goes: nobody could tell what is missing."""
    picture = judged(content)
    if isinstance(picture, Code):
        return picture
    try:
        with warnings.catch_warnings(action="ignore"):  # about what is odd in a file: anyone's, and any number of them
            return _made(content, picture)
    except MemoryError:
        return Code.IMAGE_NOT_MADE
    except Exception:  # noqa: BLE001 - decoders raise whatever a hostile file makes them raise
        return Code.IMAGE_UNREADABLE


def _made(content: bytes, picture: Picture) -> Made | Code:
    with Image.open(io.BytesIO(content), formats=(_OPENERS[picture.media_type],)) as opened:
        whole = opened.size
        if whole[0] * whole[1] > MOST_PIXELS:
            return Code.IMAGE_TOO_LARGE
        turn = _UPRIGHT.get(_orientation(opened))
        profile = opened.info.get("icc_profile")
        drawn = _shrunk(opened)
    if turn is not None:
        drawn = drawn.transpose(turn)
        if turn in _SIDEWAYS:
            whole = whole[1], whole[0]
    shown = _plain(drawn, profile)
    small = shown.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return Made(picture.media_type, *whole, _jpeg(shown), _jpeg(small))


_SIDEWAYS: Final = frozenset(_UPRIGHT[n] for n in (5, 6, 7, 8))


def _orientation(opened: Image.Image) -> int:
    """As the camera was held; 1 when its EXIF cannot be read, which is no reason to refuse the picture."""
    try:
        found = opened.getexif().get(_ORIENTATION, 1)
    except Exception:  # noqa: BLE001 - hostile EXIF raises whatever it likes
        return 1
    return found if isinstance(found, int) else 1


def _shrunk(opened: Image.Image) -> Image.Image:
    """All of its pixels, no more of them than are shown."""
    longest = max(opened.size)
    if longest > SHOWN_SIDE and opened.format in ("JPEG", "MPO"):
        width, height = (max(1, side * ENOUGH_SIDE // longest) for side in opened.size)
        opened.draft(None, (width, height))
    opened.load()
    drawn = _of_eight_bits(opened)
    drawn.thumbnail((SHOWN_SIDE, SHOWN_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return drawn


def _of_eight_bits(opened: Image.Image) -> Image.Image:
    """In a kind of pixels that can be made smaller: no palette, no more than eight bits a colour."""
    if opened.mode.startswith("I"):
        return opened.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if opened.has_transparency_data and opened.mode != "RGBA":
        return opened.convert("RGBA")
    if opened.mode in ("L", "RGB", "RGBA", "CMYK"):
        return opened
    return opened.convert("RGB")


def _plain(drawn: Image.Image, profile: bytes | None) -> Image.Image:
    """Opaque, in sRGB, and with nothing but its pixels."""
    if drawn.mode == "RGBA":
        paper = Image.new("RGB", drawn.size, "white")
        paper.paste(drawn, mask=drawn.getchannel("A"))
        drawn = paper
    plain = _in_srgb(drawn, profile)
    bare = Image.new("RGB", plain.size)
    bare.paste(plain)
    return bare


def _in_srgb(drawn: Image.Image, profile: bytes | None) -> Image.Image:
    """A profile that is broken, or made for other colours, is passed over."""
    if profile:
        try:
            of_camera = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(drawn, of_camera, _SRGB, outputMode="RGB")
            if converted is not None:
                return converted
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass
    return drawn.convert("RGB")


def _jpeg(image: Image.Image) -> bytes:
    kept = io.BytesIO()
    image.save(kept, "JPEG", quality=_QUALITY)
    return kept.getvalue()

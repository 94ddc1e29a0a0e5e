"""Photos as a phone takes them, always the same ones: 12 megapixels, 3 to 4 MB, with EXIF, a place and a turn."""

import functools
import io
from random import Random

from PIL import Image, ImageFilter, TiffImagePlugin

SIZE = (4000, 3000)
_QUALITY = 87
_GRAIN = 0.2


@functools.cache
def photo(number: int, size: tuple[int, int] = SIZE) -> bytes:
    """A JPEG. Another number, another picture."""
    out = io.BytesIO()
    picture(number, size).save(out, "JPEG", quality=_QUALITY, exif=_exif(number))
    return out.getvalue()


def picture(number: int, size: tuple[int, int] = SIZE) -> Image.Image:
    """Light that falls off, things with edges, surfaces with a grain: what makes a camera's file as large as it is."""
    dice = Random(f"photo/{number}")
    light = Image.merge("RGB", [_noise(dice, size, 400) for _ in range(3)])
    things = Image.merge("RGB", [_noise(dice, size, 90).point(_step) for _ in range(3)])
    surfaces = _noise(dice, size, 6).convert("RGB")
    grain = _noise(dice, size, 1).filter(ImageFilter.GaussianBlur(0.6)).convert("RGB")
    scene = Image.blend(Image.blend(light, things, 0.35), surfaces, 0.12)
    return Image.blend(scene, grain, _GRAIN)


def _noise(dice: Random, size: tuple[int, int], coarse: int) -> Image.Image:
    """Grey noise whose spots are `coarse` pixels wide."""
    small = (max(2, size[0] // coarse), max(2, size[1] // coarse))
    drawn = Image.frombytes("L", small, dice.randbytes(small[0] * small[1]))
    return drawn if small == size else drawn.resize(size, Image.Resampling.BICUBIC)


def _step(level: int) -> int:
    return level // 64 * 64


def _exif(number: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Onsite", "Benchmark"  # maker, model
    exif[0x0112] = 6 if number % 2 else 1  # lies on its side
    degrees = TiffImagePlugin.IFDRational
    exif.get_ifd(0x8825).update({1: "N", 2: (degrees(31), degrees(13), degrees(48)), 3: "E"})
    return exif

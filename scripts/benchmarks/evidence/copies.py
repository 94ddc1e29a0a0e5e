"""What it costs to draw a photo anew: the shown copy and the thumbnail of 12 megapixels, one core."""

import io
import time
from collections.abc import Callable
from statistics import median

from PIL import Image, ImageOps

from scripts.benchmarks import sheet
from scripts.benchmarks.evidence import photos
from server.evidence.images.making import make
from server.evidence.images.rules import SHOWN_SIDE, THUMBNAIL_SIDE

_KINDS = 4


def measure(scale: float) -> bool:
    count = max(2, int(12 * scale))
    taken = [photos.photo(number) for number in range(_KINDS)]
    size = sum(map(len, taken)) / _KINDS / 1e6
    sheet.head("Copies of a photo", f"12 MP JPEG of {size:.1f} MB; one to show (≤ {SHOWN_SIDE}), one thumbnail")
    sheet.row("ours", _ms(make, taken, count), "ms")
    sheet.row("  Pillow, every pixel unpacked", _ms(_all_pixels, taken, count), "ms")
    if heic := _heic():
        sheet.row(f"ours, of a HEIC of {len(heic) / 1e6:.1f} MB", _ms(make, [heic], max(1, count // 4)), "ms")
    return True


def _ms(work: Callable[[bytes], object], taken: list[bytes], count: int) -> float:
    """The median; the first is not counted."""
    work(taken[0])
    times = []
    for number in range(count):
        began = time.process_time()
        made = work(taken[number % len(taken)])
        times.append(time.process_time() - began)
        assert hasattr(made, "shown") or isinstance(made, list), made
    return median(times) * 1000


def _all_pixels(content: bytes) -> list[bytes]:
    """As it is mostly written: open, turn, make smaller, save."""
    with Image.open(io.BytesIO(content)) as opened:
        upright = ImageOps.exif_transpose(opened).convert("RGB")
    made = []
    for side in (SHOWN_SIDE, THUMBNAIL_SIDE):
        upright.thumbnail((side, side))
        out = io.BytesIO()
        upright.save(out, "JPEG", quality=85)
        made.append(out.getvalue())
    return made


def _heic() -> bytes | None:
    """None where the library cannot write it."""
    import pillow_heif

    try:
        out = io.BytesIO()
        pillow_heif.from_pillow(photos.picture(0)).save(out, quality=60)
        return out.getvalue()
    except (RuntimeError, OSError, ValueError):
        return None

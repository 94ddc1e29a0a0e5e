"""What a service report costs: four photos of 12 megapixels, Chinese; in a process that has made one before, and in one
that has not even begun."""

import asyncio
import time
from statistics import median

import msgspec

from scripts.benchmarks import sheet
from scripts.benchmarks.evidence import photos
from scripts.benchmarks.evidence.signing import strokes
from scripts.benchmarks.sheet import Goal
from server.evidence.images.making import Made, make
from server.evidence.reports.content import Photo, Report
from server.evidence.reports.drawing import Look, draw
from server.evidence.reports.sample import sample
from server.evidence.reports.template import shipped
from server.platform.apart import MIB, Apart
from server.products.rules.refusal import Text

MOST_MS = 500.0
PHOTOS = 4


def measure(scale: float) -> bool:
    count = max(3, int(20 * scale))
    sheet.head("Service report", f"PDF in Chinese, {PHOTOS} photos of 12 MP, a signature of 400 points")
    report = _report()
    cold, content = asyncio.run(_cold(report))
    good = sheet.row("warm", _warm(report, count), "ms", Goal(most=MOST_MS), f"{len(content) / 1000:,.0f} kB")
    sheet.row("  of one without photos", _warm(msgspec.structs.replace(report, photos=()), count), "ms")
    sheet.row("cold, the start of its process included", cold, "ms")
    return good


def _report() -> Report:
    shown = [make(photos.photo(number)) for number in range(PHOTOS)]
    taken = [Photo(f"{number:064x}", made.shown) for number, made in enumerate(shown) if isinstance(made, Made)]
    assert len(taken) == PHOTOS
    made_up = sample("https://service.example.com", "zh-CN", Text("海澜电器", "Hailan Appliances"), "400-000-0000")
    return msgspec.structs.replace(made_up, photos=tuple(taken), strokes=strokes())


def _drawn(report: Report) -> bytes:
    return draw(report, Look(shipped()), report.locale)


def _warm(report: Report, count: int) -> float:
    """The median of wall times; the first is not counted."""
    _drawn(report)
    times = []
    for _ in range(count):
        began = time.perf_counter()
        _drawn(report)
        times.append(time.perf_counter() - began)
    return median(times) * 1000


async def _cold(report: Report) -> tuple[float, bytes]:
    apart = Apart(memory=1024 * MIB, patience=60)
    try:
        began = time.perf_counter()
        content = await apart.run(_drawn, report)
        return (time.perf_counter() - began) * 1000, content
    finally:
        await apart.close()

"""What a customer signs at the end of a visit, and the photo taken with it. Pure: bytes and plain values."""

import hashlib
import io
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from random import Random
from typing import Any, NamedTuple

from PIL import Image, ImageDraw

from offline_sync.replica import manifest
from server.demo.cast import LOCAL


class Photo(NamedTuple):
    content: bytes
    sha256: str
    taken_at: datetime

    def as_named(self) -> dict[str, Any]:
        return manifest.photo(self.content, "image/jpeg", self.taken_at.isoformat())


def photo(rng: Random, words: Sequence[str], taken_at: datetime) -> Photo:
    """A drawing that stands for a photo of the product's rating plate: `words` in Latin letters."""
    light = rng.randrange(165, 215)
    image = Image.new("RGB", (480, 360), (light, light - 6, light - 14))
    draw = ImageDraw.Draw(image)
    left, top = rng.randrange(40, 80), rng.randrange(40, 80)
    draw.rounded_rectangle((left, top, left + 330, top + 230), 14, fill=(236, 238, 240), outline=(90, 96, 104), width=3)
    for line, text in enumerate(words):
        draw.text((left + 24, top + 28 + 40 * line), text, fill=(40, 44, 52), font_size=22)
    content = io.BytesIO()
    image.save(content, "JPEG", quality=72)
    kept = content.getvalue()
    return Photo(kept, hashlib.sha256(kept).hexdigest(), taken_at)


class Told(NamedTuple):
    """What the report says; texts in the customer's language already."""

    job_id: str
    number: int
    english: bool
    product: str
    serial: str
    task: str
    diagnosis: str
    result: str
    parts: Mapping[str, int]
    fees: Sequence[Mapping[str, Any]]
    arrived_at: datetime
    finished_at: datetime
    checklist: Mapping[str, str]
    conduct: bool
    lat: float
    lon: float
    rating: int | None
    component: str = ""
    done: bool = True


def facts(rng: Random, told: Told, photos: Sequence[Photo]) -> dict[str, Any]:
    """As `schemas.evidence.Manifest`: what stood on the screen; whose signature is under it is said beside it."""
    return {
        "job_id": told.job_id,
        "text": _text(told),
        "locale": "en" if told.english else "zh-CN",
        "photos": [p.as_named() for p in photos],
        "finished_at": told.finished_at.isoformat(),
        "report": {
            "number": told.number,
            "product": told.product,
            "serial": told.serial,
            "diagnosis": told.diagnosis,
            "result": told.result,
            **({"component": told.component} if told.component else {}),
        },
        "checklist": {key: {"done": True, "text": text} for key, text in told.checklist.items()},
        "conduct": told.conduct or None,
        "parts": dict(told.parts),
        "fees": [dict(fee) for fee in told.fees],
        "position": {"lat": told.lat, "lon": told.lon, "accuracy_m": float(rng.randrange(6, 30))},
        "rating": told.rating,
    }


def signed(rng: Random, name: str) -> dict[str, Any]:
    return {"signer": {"name": name, "role": "customer"}, "strokes": manifest.strokes(pad(rng, len(name)))}


def absent(reason: str) -> dict[str, Any]:
    """Nobody is there who could sign, confirm or rate anything."""
    return {"refusal": {"reason": reason}, "rating": None, "conduct": None}


#: Why customers do not sign.
_REFUSALS = (
    ("顾客急着出门，由邻居代为见证", "The customer had to leave at once; a neighbour saw the work"),
    ("顾客对上门时间不满，拒绝签字", "The customer was unhappy with the time of the visit and would not sign"),
)


def refused(rng: Random, english: bool, witness: str | None) -> dict[str, Any]:
    """In place of a signature. `witness`: a neighbour's name; None: nobody saw it."""
    reason = _REFUSALS[witness is None][english]
    if witness is None:
        return absent(reason)
    saw = {"name": witness, "role": "neighbour", "strokes": manifest.strokes(pad(rng, len(witness)))}
    return {"refusal": {"reason": reason, "witness": saw}, "rating": None, "conduct": None}


def _text(told: Told) -> str:
    arrived, finished = (f"{at.astimezone(LOCAL):%Y-%m-%d %H:%M}" for at in (told.arrived_at, told.finished_at))
    total = sum(fee["amount_minor"] for fee in told.fees) / 100
    if told.english:
        parts = ", ".join(f"{part} × {n}" for part, n in told.parts.items()) or "none"
        lines = (
            f"Service order {told.number}: {told.task}",
            f"Product: {told.product}, serial ending in {told.serial[-4:]}",
            f"Found: {told.diagnosis or '-'}",
            f"{'Done' if told.done else 'Could not be done'}: {told.result}",
            f"Parts: {parts}",
            f"To pay: {f'CNY {total:.2f}' if total else 'nothing, covered by the warranty'}",
            f"Arrived {arrived}, finished {finished}",
            "The technician kept the conduct standard: three nots and four ones.",
        )
    else:
        parts = "、".join(f"{part} × {n}" for part, n in told.parts.items()) or "无"
        lines = (
            f"服务工单 {told.number}：{told.task}",
            f"产品：{told.product}，序列号末四位 {told.serial[-4:]}",
            f"检查结果：{told.diagnosis or '-'}",
            f"{'处理' if told.done else '未能完成'}：{told.result}",
            f"配件：{parts}",
            f"应付：{f'{total:.2f} 元' if total else '无，在保修范围内'}",
            f"到达 {arrived}，完工 {finished}",
            "服务规范“三不四一”已由顾客确认。",
        )
    return "\n".join(lines)


def pad(rng: Random, letters: int) -> list[list[dict[str, float]]]:
    """What a signature pad gives for a name written with a finger: a few quick strokes a letter, slower in their turns,
    thinner where the finger leaves."""
    drawn: list[list[dict[str, float]]] = []
    time, left = 0.0, 18.0 + rng.uniform(0, 12)
    for _ in range(min(max(letters, 2), 4)):
        for _ in range(rng.randrange(2, 4)):
            points = rng.randrange(10, 17)
            x, y, width = left + rng.uniform(-4, 10), 58 + rng.uniform(-26, 20), rng.uniform(22, 46)
            height, bend, phase = rng.uniform(8, 30), rng.uniform(0.7, 2.1), rng.uniform(0, 6.28)
            stroke = []
            for step in range(points):
                along = step / (points - 1)
                stroke.append(
                    {
                        "x": x + width * along + 3 * math.sin(bend * 5 * along + phase),
                        "y": y + height * math.sin(bend * 3.1 * along + phase) + 5 * along,
                        "time": time,
                        "pressure": 0.25 + 0.5 * math.sin(math.pi * (0.12 + 0.8 * along)),
                    }
                )
                time += rng.randrange(8, 18)
            drawn.append(stroke)
            time += rng.randrange(60, 190)
        left += rng.uniform(48, 66)
    return drawn

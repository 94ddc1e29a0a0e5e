"""What a customer signs at the end of a visit, and the photo taken with it. Pure: bytes and plain values."""

import hashlib
import io
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from random import Random
from typing import Any, NamedTuple

from PIL import Image, ImageDraw

from server.demo.cast import LOCAL


class Photo(NamedTuple):
    content: bytes
    sha256: str
    taken_at: datetime

    def as_named(self) -> dict[str, Any]:
        return {
            "sha256": self.sha256,
            "size": len(self.content),
            "media_type": "image/jpeg",
            "taken_at": self.taken_at.isoformat(),
        }


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


class Facts(NamedTuple):
    """What the report says; texts in the customer's language already."""

    job_id: str
    number: int
    english: bool
    product: str
    serial_end: str
    task: str
    diagnosis: str
    result: str
    parts: Mapping[str, int]
    fees: Sequence[Mapping[str, Any]]
    signer: str
    arrived_at: datetime
    finished_at: datetime
    checklist: Mapping[str, Any]
    lat: float
    lon: float
    rating: int
    component: str = ""


def manifest(rng: Random, facts: Facts, photos: Sequence[Photo]) -> dict[str, Any]:
    """As `schemas.evidence.Manifest`: what stood on the screen, and what was drawn under it."""
    return {
        "job_id": facts.job_id,
        "text": _text(facts),
        "locale": "en" if facts.english else "zh-CN",
        "signer": {"name": facts.signer, "role": "customer"},
        "photos": [p.as_named() for p in photos],
        "finished_at": facts.finished_at.isoformat(),
        "strokes": strokes(rng),
        "report": {"diagnosis": facts.diagnosis, "result": facts.result, **_component(facts)},
        "checklist": dict(facts.checklist),
        "parts": dict(facts.parts),
        "fees": [dict(fee) for fee in facts.fees],
        "arrival": {"at": facts.arrived_at.isoformat()},
        "position": {"lat": facts.lat, "lon": facts.lon, "accuracy_m": float(rng.randrange(6, 30))},
        "rating": facts.rating,
    }


def _component(facts: Facts) -> dict[str, str]:
    """What had failed, by which the repair is told."""
    return {"component": facts.component} if facts.component else {}


def _text(facts: Facts) -> str:
    arrived, finished = (f"{at.astimezone(LOCAL):%Y-%m-%d %H:%M}" for at in (facts.arrived_at, facts.finished_at))
    total = sum(fee["amount_minor"] for fee in facts.fees) / 100
    if facts.english:
        parts = ", ".join(f"{part} × {n}" for part, n in facts.parts.items()) or "none"
        lines = (
            f"Service order {facts.number}: {facts.task}",
            f"Product: {facts.product}, serial ending in {facts.serial_end}",
            f"Found: {facts.diagnosis or '-'}",
            f"Done: {facts.result}",
            f"Parts: {parts}",
            f"To pay: {f'CNY {total:.2f}' if total else 'nothing, covered by the warranty'}",
            f"Arrived {arrived}, finished {finished}",
            "The technician kept the conduct standard: three nots and four ones.",
        )
    else:
        parts = "、".join(f"{part} × {n}" for part, n in facts.parts.items()) or "无"
        lines = (
            f"服务工单 {facts.number}：{facts.task}",
            f"产品：{facts.product}，序列号末四位 {facts.serial_end}",
            f"检查结果：{facts.diagnosis or '-'}",
            f"处理：{facts.result}",
            f"配件：{parts}",
            f"应付：{f'{total:.2f} 元' if total else '无，在保修范围内'}",
            f"到达 {arrived}，完工 {finished}",
            "服务规范“三不四一”已由用户确认。",
        )
    return "\n".join(lines)


def strokes(rng: Random) -> list[list[list[float]]]:
    """A few quick curves: [x, y, ms, pressure] each point, as a signature pad gives them."""
    drawn, ms = [], 0
    for stroke in range(rng.randrange(2, 4)):
        x, y, bend = 40 + 90 * stroke + rng.uniform(-6, 6), 70 + rng.uniform(-20, 20), rng.uniform(0.4, 1.1)
        points = []
        for step in range(rng.randrange(7, 13)):
            pressure = round(0.35 + 0.3 * math.sin(step / 3), 2)
            points.append([round(x + 7 * step, 1), round(y + 22 * math.sin(bend * step), 1), float(ms), pressure])
            ms += rng.randrange(12, 22)
        drawn.append(points)
        ms += rng.randrange(90, 220)
    return drawn

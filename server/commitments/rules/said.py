"""Pure. What the rules say to people, always in both languages, and how they refuse."""

from datetime import timedelta
from typing import NamedTuple


class Said(NamedTuple):
    """One sentence in Simplified Chinese and in English."""

    zh: str
    en: str


class Refusal(NamedTuple):
    """An expected refusal: a stable `code` for programs, a sentence for people."""

    code: str
    said: Said


def span_in_words(span: timedelta) -> Said:
    """A length of time to the minute, without sign: 1 小时 50 分 / 1 h 50 min."""
    minutes = int(abs(span).total_seconds() // 60)
    days, minutes = divmod(minutes, 1440)
    hours, minutes = divmod(minutes, 60)
    parts = [(days, "天", "d"), (hours, "小时", "h"), (minutes, "分", "min")]
    kept = [part for part in parts if part[0]] or [(0, "分", "min")]
    return Said(" ".join(f"{n} {zh}" for n, zh, _ in kept), " ".join(f"{n} {en}" for n, _, en in kept))

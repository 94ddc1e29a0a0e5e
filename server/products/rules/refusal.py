"""A refusal that is expected: a value with a stable code and one sentence in each language. Pure."""

from __future__ import annotations

import msgspec


class Text(msgspec.Struct, frozen=True):
    """One thing a person reads, in both languages."""

    zh: str
    en: str


class Refusal(msgspec.Struct, frozen=True):
    """`code` is stable and for programs; the texts name the fault for a person."""

    code: str
    text_zh: str
    text_en: str

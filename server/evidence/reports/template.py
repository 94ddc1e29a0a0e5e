"""What a template may say, and what the software says where a firm has said nothing. Pure."""

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import NamedTuple

import msgspec

from schemas.reports import ReportTerms, ReportWording
from server.products.texts import Locale

#: Section → its fields; None: as many as the data has, whatever they are called.
SECTIONS: dict[str, tuple[str, ...] | None] = {
    "customer": ("name", "address"),
    "product": ("model", "serial"),
    "times": ("arrived", "finished", "on_site", "technician", "outlet", "promise"),
    "work": None,
    "readings": None,
    "parts": (),
    "fees": (),
    "coverage": (),
    "checklist": (),
    "signed_text": (),
    "photos": (),
    "signature": (),
    "rating": (),
    "additions": (),
}
#: Without these it would be no report of what was signed.
REQUIRED = ("signed_text", "signature", "additions")
_CONTRAST = 4.5  # WCAG 2, AA, on white


class TemplateFault(NamedTuple):
    """`reason`: stable; `text`: for a person."""

    reason: str
    text: str


def fault(terms: ReportTerms) -> TemplateFault | None:
    """Why the template cannot be used; None when it can."""
    return next(_faults(terms), None)


def _faults(terms: ReportTerms) -> Iterator[TemplateFault]:
    seen: set[str] = set()
    for section in terms.sections:
        if section.name not in SECTIONS:
            yield TemplateFault("section_unknown", f"{section.name}: one of {', '.join(SECTIONS)}")
        elif section.name in seen:
            yield TemplateFault("section_doubled", section.name)
        else:
            yield from _field_faults(section.name, section.fields)
        seen.add(section.name)
    for name in REQUIRED:
        if name not in seen:
            yield TemplateFault("section_missing", f"every report has the section {name}")
    for locale, words in (("zh-CN", terms.wording.zh), ("en", terms.wording.en)):
        for name in ("title", "consent"):
            if not getattr(words, name).strip():
                yield TemplateFault("wording_missing", f"{name} in {locale}")
    if contrast_with_white(terms.accent) < _CONTRAST:
        yield TemplateFault("accent_too_light", f"{terms.accent} cannot be read on white; {_CONTRAST} to 1 at least")


def _field_faults(section: str, fields: list[str]) -> Iterator[TemplateFault]:
    known = SECTIONS[section]
    for name in fields:
        if known is not None and name not in known:
            yield TemplateFault("field_unknown", f"{section}: {name}; it has {', '.join(known) or 'no fields'}")
        if fields.count(name) > 1:
            yield TemplateFault("field_doubled", f"{section}: {name}")


def contrast_with_white(code: str) -> float:
    """WCAG 2: from 1 (white) to 21 (black)."""
    parts = [int(code[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


def wording(terms: ReportTerms, locale: Locale) -> ReportWording:
    return terms.wording.zh if locale == "zh-CN" else terms.wording.en


@cache
def shipped() -> ReportTerms:
    text = (resources.files("server.evidence.reports") / "default.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), ReportTerms)
